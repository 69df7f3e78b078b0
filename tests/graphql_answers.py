"""Recorded responses of AniList's GraphQL endpoint, and the error that each must raise."""

import json
from pathlib import Path
from typing import Any

import attrs
import pytest
from multidict import CIMultiDict

from anilist_oauth.http_messages import Response


@attrs.frozen(kw_only=True)
class Recorded:
    """One recorded answer.

    Attributes:
        name: What happened.
        source: Where it was published.
        with_token: Whether the request carried a token.
        error: The name of the error's class.
        retry_after: The seconds the error names, where it has them.
    """

    name: str
    source: str
    status: int
    body: str
    with_token: bool
    error: str
    headers: dict[str, str] = attrs.field(factory=dict)
    retry_after: float | None = None

    def response(self) -> Response:
        """Make the response that AniList sent."""
        return answer(self.status, self.body, **self.headers)


def answer(status: int, body: str | dict[str, Any], **headers: str) -> Response:
    """Return a response. A dict is written as JSON."""
    text = body if isinstance(body, str) else json.dumps(body)
    return Response(status=status, headers=CIMultiDict(headers), body=text.encode())


RECORDED = [
    pytest.param(Recorded(**entry), id=entry["name"])
    for entry in json.loads((Path(__file__).parent / "recorded" / "graphql_answers.json").read_text("utf-8"))
]
