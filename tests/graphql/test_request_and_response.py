"""A GraphQL request has the token in its header, and its response is data."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from yarl import URL

from anilist_oauth.errors import ConfigurationError, UnexpectedResponseError, UnsendableValueError
from anilist_oauth.graphql.request import graphql_request, has_mutation
from anilist_oauth.graphql.response import parse_graphql_response
from anilist_oauth.graphql.viewer_query import VIEWER_QUERY, parse_viewer
from anilist_oauth.http_messages import GRAPHQL_BODY_LIMIT
from anilist_oauth.oauth.endpoints import ANILIST
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.viewer import Viewer
from tests.graphql_answers import answer

NOW = datetime(2026, 9, 14, 12, 0, tzinfo=UTC)
TOKEN = "header.canary.signature"


@pytest.mark.requirement("S16")
@pytest.mark.parametrize("token", [TOKEN, Token(access_token=TOKEN, expires_at=None)])
def test_only_the_header_contains_the_token(token: Token | str) -> None:
    """URL, body and repr do not contain it."""
    request = graphql_request(ANILIST.graphql, "{ Viewer { id } }", {"id": 1}, token=token)
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.url == URL("https://graphql.anilist.co")
    assert b"canary" not in request.body
    assert "canary" not in repr(request)


def test_a_public_query_has_no_token() -> None:
    """Without a token, there is no Authorization header."""
    request = graphql_request(ANILIST.graphql, "{ Media(id: 1) { id } }")
    assert request.headers == {"Accept": "application/json", "Content-Type": "application/json"}
    assert json.loads(request.body) == {"query": "{ Media(id: 1) { id } }"}
    assert request.body_limit == GRAPHQL_BODY_LIMIT == 8 * 1024 * 1024
    assert request.timeout is None


def test_the_body_is_json() -> None:
    """Variables and the operation's name have the form of GraphQL over HTTP."""
    request = graphql_request(
        ANILIST.graphql, "query Name($t: String) { x }", {"t": "é\x00😀"}, operation_name="Name", timeout=2.5
    )
    assert json.loads(request.body) == {
        "query": "query Name($t: String) { x }",
        "variables": {"t": "é\x00😀"},
        "operationName": "Name",
    }
    assert request.timeout == 2.5


@pytest.mark.parametrize(
    ("query", "operation_name", "path"),
    [
        ("", None, "query"),
        (" \n", None, "query"),
        ("{ \ud800 }", None, "query"),
        (None, None, "query"),
        ("{ x }", 5, "operation_name"),
    ],
)
def test_a_query_must_be_text(query: Any, operation_name: Any, path: str) -> None:
    """The query and the operation's name must be strings."""
    with pytest.raises(UnsendableValueError) as caught:
        graphql_request(ANILIST.graphql, query, operation_name=operation_name)
    assert caught.value.path == path


def test_a_string_that_cannot_be_a_token_is_refused() -> None:
    """A line break in a token would add another header."""
    with pytest.raises(ConfigurationError):
        graphql_request(ANILIST.graphql, "{ x }", token="a\r\nb: c")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("mutation { x }", True),
        ("mutation($id: Int) { x }", True),
        ("  # a comment\n mutation Name { x }", True),
        ("query A { x } mutation B { y }", True),
        ("fragment F on T { x } mutation B { y }", True),
        ('query A($s: String = "}") { x } mutation B { y }', True),
        ('query A($s: String = """}"}\\"""}""") { x } mutation B { y }', True),
        ("{ mutation }", False),
        ("query ($mutation: Int) { x(mutation: $mutation) { mutation } }", False),
        ("# mutation\n{ x }", False),
        ('{ x(text: "} mutation {") }', False),
        ('{ x(text: """} mutation \\""" {""") }', False),
        ("query Mutation { x }", False),
        ("", False),
    ],
)  # fmt: skip
def test_a_mutation_is_recognized(query: str, *, expected: bool) -> None:
    """The word only counts at the top level, not inside braces, strings or comments."""
    assert has_mutation(query) is expected


def test_data_is_returned() -> None:
    """A response without errors, or with an empty list of errors, is its data."""
    assert parse_graphql_response(answer(200, {"data": {"x": 1}}), with_token=True, now=NOW) == {"x": 1}
    assert parse_graphql_response(answer(200, {"data": {}, "errors": []}), with_token=False, now=NOW) == {}


def test_a_viewer_is_read() -> None:
    """The response to the viewer's query is a `Viewer`."""
    data = {
        "Viewer": {
            "id": 5,
            "name": "mika",
            "siteUrl": "https://anilist.co/user/mika",
            "unreadNotificationCount": 3,
            "avatar": {"large": "https://s4.anilist.co/file/5.png"},
        }
    }
    assert parse_viewer(data) == Viewer(
        5, "mika", "https://s4.anilist.co/file/5.png", "https://anilist.co/user/mika", 3
    )
    assert all(field in VIEWER_QUERY for field in ("id", "name", "siteUrl", "unreadNotificationCount", "large"))


def test_a_viewer_only_needs_id_and_name() -> None:
    """Other fields that are missing or odd are None."""
    odd = {"id": 5, "name": "mika", "avatar": {"large": ""}, "siteUrl": 1, "unreadNotificationCount": "3"}
    assert parse_viewer({"Viewer": odd}) == Viewer(5, "mika", None, None, None)
    assert parse_viewer({"Viewer": {"id": 5, "name": "mika"}}) == Viewer(5, "mika", None, None, None)


@pytest.mark.parametrize(
    "viewer", [None, [], {}, {"id": "5", "name": "mika"}, {"id": True, "name": "mika"}, {"id": 0, "name": "mika"},
               {"id": 5, "name": ""}, {"id": 5}]
)  # fmt: skip
def test_a_viewer_without_id_or_name_is_refused(viewer: Any) -> None:
    """Nobody is identified by an incomplete response."""
    with pytest.raises(UnexpectedResponseError):
        parse_viewer({"Viewer": viewer})
