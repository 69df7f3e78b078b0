"""Requests and answers, independent of any web framework."""

import json
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import parse_qsl

import attrs
from multidict import CIMultiDict


@attrs.frozen(kw_only=True)
class ReceivedRequest:
    """A request as it arrived. Its repr shows neither headers nor fields, because they contain secrets.

    Attributes:
        method: The HTTP method.
        path: The path, without the query.
        query: The query as written, without the question mark.
        headers: The headers; lookups ignore letter case.
        fields: The decoded fields of the form or JSON body, or of the query for a GET. Of repeated ones, the last.
    """

    method: str
    path: str
    query: str = attrs.field(repr=False)
    headers: Mapping[str, str] = attrs.field(repr=False)
    fields: Mapping[str, Any] = attrs.field(repr=False)

    @property
    def parameters(self) -> dict[str, str | None]:
        """The fields as Laravel passes them on: trimmed, without empty ones, numbers as text, anything else None."""
        found: dict[str, str | None] = {}
        for name, value in self.fields.items():
            trimmed = value.strip() if isinstance(value, str) else value
            if trimmed is not None and trimmed != "":
                found[name] = str(trimmed) if type(trimmed) in {str, int, float} else None
        return found

    @property
    def wants_json(self) -> bool:
        """Whether the client prefers JSON. Otherwise Laravel shows a page."""
        first = self.headers.get("Accept", "").split(",")[0].split(";")[0].strip().lower()
        return first.endswith(("/json", "+json"))


@attrs.frozen(kw_only=True)
class Answer:
    """An answer, ready to send. Lookups of its headers ignore letter case."""

    status: int = 200
    headers: Mapping[str, str] = attrs.field(factory=dict, converter=CIMultiDict[str])
    body: bytes = b""

    def with_headers(self, headers: Mapping[str, str]) -> Self:
        """Return the same answer with more headers."""
        merged = CIMultiDict(self.headers)
        merged.update(headers)
        return attrs.evolve(self, headers=merged)


def query_fields(query: str) -> dict[str, Any]:
    """Decode a query as PHP does: of repeated names the last one wins, and ``name[]`` is a list."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return {name.removesuffix("[]"): [value] if name.endswith("[]") else value for name, value in pairs}


def json_answer(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an answer with JSON, without whitespace as PHP writes it."""
    body = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    return Answer(status=status, headers={"Content-Type": "application/json", **(headers or {})}, body=body)


def sent_back(location: str) -> Answer:
    """Return a redirect to the application as the library does, without a page."""
    headers = {"Content-Type": "text/html; charset=UTF-8", "Location": location}
    return Answer(status=302, headers=headers)
