"""AniList's GraphQL without HTTP: a few accounts, a clock that is moved by hand, and somebody who asks."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from anilist_oauth.sandbox.graphql.endpoint import GraphQLEndpoint
from anilist_oauth.sandbox.graphql.nodes import World
from anilist_oauth.sandbox.messages import ReceivedRequest
from anilist_oauth.sandbox.oauth.grants import Grants
from anilist_oauth.sandbox.people import People, User


class Asker:
    """Three people, one of them private, and all that AniList knows; a token is here an account's name."""

    def __init__(self) -> None:
        self.people = People(("mika", "rin", "shy"), private=("shy",))
        self.now = datetime(2026, 11, 28, 12, tzinfo=UTC)
        self.world = World(people=self.people, now=lambda: self.now)
        self._endpoint = GraphQLEndpoint(grants=cast("Grants", self), world=self.world)

    def live_token(self, name: str) -> Any:
        """Take a name for a token, as `Grants.live_token` takes a token."""
        user = self.people.named(name)
        return None if user is None else SimpleNamespace(user=user)

    def user(self, name: str) -> User:
        """Give an account."""
        return self.people.one(name)

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.now += by

    def post(
        self, query: Any, variables: Any = None, *, viewer: str | None = "mika", **options: Any
    ) -> tuple[int, Any]:
        """Send a query; give the status and the body."""
        headers = {"Authorization": f"Bearer {viewer}"} if viewer else {}
        fields = {"query": query, "variables": variables}
        request = ReceivedRequest(method="POST", path="/graphql", query="", headers=headers, fields=fields)
        answer = self._endpoint.answer(request, **options)
        return answer.status, json.loads(answer.body)

    def ask(self, query: str, viewer: str | None = "mika", **variables: Any) -> Any:
        """Send a query that must have an answer; give its data."""
        status, body = self.post(query, variables, viewer=viewer)
        assert status == 200, body
        assert "errors" not in body, body
        return body["data"]

    def refused(self, query: str, viewer: str | None = "mika", **variables: Any) -> tuple[int, str, Any]:
        """Send a query that must be refused; give the status, the first error's message, and the data."""
        status, body = self.post(query, variables, viewer=viewer)
        assert body["errors"][0]["locations"], body
        return status, body["errors"][0]["message"], body["data"]

    def invalid(self, query: str, viewer: str | None = "mika", **variables: Any) -> dict[str, list[str]]:
        """Send a mutation whose input must be refused; give the complaints."""
        status, body = self.post(query, variables, viewer=viewer)
        assert (status, body["errors"][0]["message"]) == (400, "validation"), body
        found: dict[str, list[str]] = body["errors"][0]["validation"]
        return found
