"""The GraphQL endpoint: methods, tokens and the headers of every answer."""

from importlib.util import find_spec
from typing import Any

import attrs

from anilist_oauth.sandbox.graphql.errors import RECORDED, findings
from anilist_oauth.sandbox.graphql.nodes import World
from anilist_oauth.sandbox.messages import Answer, ReceivedRequest, json_answer
from anilist_oauth.sandbox.oauth.grants import Grants

if find_spec("graphql") is None:  # checked here, because it is only loaded at the first query
    raise ModuleNotFoundError("No module named 'graphql'", name="graphql")


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
            return json_answer(RECORDED["not_found"], status=404)
        if request.method != "POST":
            page = RECORDED["not_allowed"].encode()  # nginx answers this, before Laravel
            return Answer(status=405, headers={"Content-Type": "text/html"}, body=page)
        from anilist_oauth.sandbox.graphql import execution  # loads graphql-core

        query, sent = request.fields.get("query"), request.headers.get("Authorization", "")
        query = query if isinstance(query, str) else ""
        token = self.grants.live_token(sent.removeprefix("Bearer ").strip())
        if sent and token is None:
            status, body = execution.denied(query)
        elif disabled:
            status, body = 403, RECORDED["disabled"]
        elif strict and (complaints := self._complaints(query)):
            status, body = 400, {"errors": complaints, "data": None}
        else:
            view = execution.View(self.world, token.user.id if token else 0)
            status, body = execution.executed(query, request.fields, view)
        return json_answer(body, status=status)

    def _complaints(self, query: str) -> list[dict[str, Any]]:
        """Return the findings about a query as errors, and keep them for the end of the test."""
        errors = []
        for finding in findings(query):
            if finding.kind != "token":
                self.complaints.append(f"{finding.message} (line {finding.line}, column {finding.column})\n{query}")
                message = f"anilist_sandbox.strict: {finding.message}"
                place = {"line": finding.line, "column": finding.column}
                errors.append({"message": message, "status": 400, "locations": [place]})
        return errors
