"""What comes in and what goes out, free of any web framework."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import parse_qsl

import attrs
from multidict import CIMultiDict

_REDIRECTING = b"""<!doctype html>
<html lang="en"><head><title>Redirecting</title></head><body><p>Redirecting</p></body></html>
"""


@attrs.frozen(kw_only=True)
class ReceivedRequest:
    """One request as it arrived; its repr shows neither headers nor fields, for they hold secrets.

    Attributes:
        method: The HTTP method.
        path: The path, without the query.
        query: The query as it was written, without the question mark.
        headers: The headers, found whatever their letter case.
        fields: The decoded fields: of the form or JSON body, or, for a GET, of the query. The last of a repeated one.
    """

    method: str
    path: str
    query: str = attrs.field(repr=False)
    headers: Mapping[str, str] = attrs.field(repr=False)
    fields: Mapping[str, Any] = attrs.field(repr=False)

    @property
    def parameters(self) -> dict[str, str | None]:
        """The fields as Laravel hands them on: ends trimmed, empty ones left out, numbers as text, the rest None."""
        found: dict[str, str | None] = {}
        for name, value in self.fields.items():
            if isinstance(value, str):
                if trimmed := value.strip():
                    found[name] = trimmed
            elif value is not None:
                found[name] = str(value) if type(value) in {int, float} else None
        return found

    @property
    def wants_json(self) -> bool:
        """Whether JSON is the first thing the client accepts; if not, Laravel shows a page."""
        first = self.headers.get("Accept", "").split(",")[0].split(";")[0].strip().lower()
        return first.endswith(("/json", "+json"))


@attrs.frozen(kw_only=True)
class Answer:
    """One answer, ready to be sent; its headers are found whatever their letter case."""

    status: int = 200
    headers: Mapping[str, str] = attrs.field(factory=dict, converter=CIMultiDict[str])
    body: bytes = b""

    def with_headers(self, headers: Mapping[str, str]) -> Self:
        """Give the same answer with more headers."""
        merged = CIMultiDict(self.headers)
        merged.update(headers)
        return attrs.evolve(self, headers=merged)


def query_fields(query: str) -> dict[str, Any]:
    """Decode a query as PHP does: the last of a repeated name wins, ``name[]`` is a list."""
    fields: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name.endswith("[]"):
            fields[name[:-2]] = [value]
        else:
            fields[name] = value
    return fields


def json_answer(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with JSON, written as PHP does without blanks."""
    body = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    return Answer(status=status, headers={"Content-Type": "application/json", **(headers or {})}, body=body)


def redirect(location: str) -> Answer:
    """Send the browser elsewhere, as Laravel does: with a page for whoever does not follow."""
    return attrs.evolve(sent_back(location), body=_REDIRECTING)


def sent_back(location: str) -> Answer:
    """Send the browser back to the application, as the library does: without a page."""
    headers = {"Content-Type": "text/html; charset=UTF-8", "Location": location}
    return Answer(status=HTTPStatus.FOUND, headers=headers)
