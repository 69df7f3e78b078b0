"""The GraphQL endpoint: methods, tokens and the headers of every answer."""

import json
from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import attrs

from anilist_oauth.sandbox.graphql.findings import findings
from anilist_oauth.sandbox.graphql.nodes import World
from anilist_oauth.sandbox.messages import Answer, ReceivedRequest, json_answer, nginx_page
from anilist_oauth.sandbox.oauth.grants import AccessToken, Grants

if find_spec("graphql") is None:  # it is loaded at the first query, because that takes 50 ms
    raise ModuleNotFoundError("No module named 'graphql'", name="graphql")

RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("recorded.json").read_text(encoding="utf-8"))
"""The headers of every answer of the API, and the answers that do not depend on the query."""


@attrs.frozen(kw_only=True)
class GraphQLEndpoint:
    """Answers queries and mutations for the user of the token.

    Attributes:
        complaints: What `strict` found in the queries so far.
    """

    grants: Grants
    world: World
    complaints: list[str] = attrs.field(factory=list)

    def answer(self, request: ReceivedRequest, *, disabled: bool = False, strict: bool = False) -> Answer:
        """Answer one request.

        Args:
            request: The request.
            disabled: Whether the API is disabled, so that only bad tokens are reported.
            strict: Whether queries that `findings` criticizes are refused.
        """
        if request.method in {"GET", "HEAD"}:
            return json_answer(RECORDED["not_found"], status=HTTPStatus.NOT_FOUND)
        if request.method != "POST":
            page = nginx_page("405 Not Allowed")
            return Answer(status=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Content-Type": "text/html"}, body=page)
        from anilist_oauth.sandbox.graphql import execution  # loads graphql-core

        query = request.fields.get("query")
        document, refused = execution.parsed(query)
        token, is_bad = self._token(request.headers.get("Authorization"))
        if is_bad:
            return json_answer(execution.denied(document), status=HTTPStatus.BAD_REQUEST)
        if disabled:
            return json_answer(RECORDED["disabled"], status=HTTPStatus.FORBIDDEN)
        if strict:
            refused = self._criticized(str(query or "")) or refused
        if document is None or refused:
            return json_answer({"errors": refused, "data": None}, status=HTTPStatus.BAD_REQUEST)
        view = execution.View(self.world, token.user if token else None)
        status, body = execution.executed(document, request.fields, view)
        return json_answer(body, status=status)

    def _token(self, authorization: str | None) -> tuple[AccessToken | None, bool]:
        """Return the live token, if one was sent, and whether a bad one was sent."""
        if not authorization:
            return None, False
        token = self.grants.live_token(authorization.removeprefix("Bearer ").strip())
        return token, token is None

    def _criticized(self, query: str) -> list[dict[str, Any]]:
        """Return what AniList refuses, silently ignores or may drop some day, and keep it for the end of the test."""
        found = [finding for finding in findings(query) if finding.kind != "token"]
        self.complaints.extend(f"{one.message} (line {one.line}, column {one.column})\n{query}" for one in found)
        return [
            {
                "message": f"anilist_sandbox.strict: {finding.message}",
                "status": 400,
                "locations": [{"line": finding.line, "column": finding.column}],
            }
            for finding in found
        ]
