"""The GraphQL endpoint."""

from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from anilist_oauth.sandbox import Sandbox, WeatherName
from tests.sandbox.moves import logged_in

VIEWER = "query {\n  Viewer { id name avatar { large medium } siteUrl unreadNotificationCount }\n}"


async def _ask(sandbox: Sandbox, client: aiohttp.ClientSession, body: Any, **headers: str) -> tuple[int, Any]:
    async with client.post(sandbox.endpoints.graphql, json=body, headers=headers) as answer:
        assert answer.headers["X-RateLimit-Limit"] == "90"
        return answer.status, await answer.json()


async def test_the_viewer_is_the_user_of_the_token() -> None:
    """With the fields that AniList's reference has."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        token = await logged_in(sandbox, client)
        status, body = await _ask(sandbox, client, {"query": VIEWER}, Authorization=f"Bearer {token}")
        viewer = body["data"]["Viewer"]
        assert status == 200
        assert (viewer["id"], viewer["name"]) == (sandbox.user.id, "mika")
        assert viewer["avatar"]["large"].startswith("https://")
        assert viewer["avatar"]["medium"].startswith("https://")
        assert viewer["siteUrl"] == "https://anilist.co/user/mika"
        assert viewer["unreadNotificationCount"] == 0


async def test_operations_and_variables_are_taken() -> None:
    """One of several operations, by its name."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        token = await logged_in(sandbox, client)
        query = {
            "query": "query A { Viewer { id } } query B($with: Boolean!) { Viewer { id name @include(if: $with) } }",
            "operationName": "B",
            "variables": {"with": False},
        }
        status, body = await _ask(sandbox, client, query, Authorization=f"Bearer {token}")
        assert (status, body) == (200, {"data": {"Viewer": {"id": sandbox.user.id}}})


async def test_without_a_token_the_viewer_is_unauthorized() -> None:
    """AniList answers 401 and says where the field stands."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        assert await _ask(sandbox, client, {"query": VIEWER}) == (
            401,
            {
                "errors": [{"message": "Unauthorized.", "status": 401, "locations": [{"line": 2, "column": 3}]}],
                "data": {"Viewer": None},
            },
        )


@pytest.mark.parametrize("kind", ["forged", "expired", "lower case"])
async def test_a_bad_token_is_a_400_whatever_was_asked(kind: str) -> None:
    """Forged, expired, or behind `bearer` in lower case: AniList says "Invalid token", before it looks at the query."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        token = await logged_in(sandbox, client)
        header = {"forged": f"Bearer {token}x", "expired": f"Bearer {token}", "lower case": f"bearer {token}"}[kind]
        if kind == "expired":
            sandbox.advance(timedelta(days=365))
        status, body = await _ask(sandbox, client, {"query": VIEWER}, Authorization=header)
        error = {"message": "Invalid token", "status": 400, "locations": [{"line": 2, "column": 3}]}
        assert (status, body) == (400, {"errors": [error], "data": {"Viewer": None}})
        status, body = await _ask(sandbox, client, {"query": "{ Nope }"}, Authorization=header)
        assert (status, body) == (400, {"errors": [{"message": "Invalid token", "status": 400}], "data": None})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"query": "{ Nope }"}, 'Cannot query field "Nope" on type "Query".'),
        ({"query": "{"}, "Syntax Error: Expected Name, found <EOF>."),
        ({"query": " "}, "Syntax Error: Unexpected <EOF>"),
        ({}, "Syntax Error: Unexpected <EOF>"),
        ([], "Syntax Error: Unexpected <EOF>"),
        ({"query": "query A { Viewer { id } } query B { Viewer { id } }"}, "Must provide operation name"),
    ],
)
async def test_a_malformed_query_is_a_400_too(body: Any, message: str) -> None:
    """The status is that of a bad token, the message is not."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        status, answer = await _ask(sandbox, client, body)
        assert (status, answer["errors"][0]["status"], answer["data"]) == (400, 400, None)
        assert answer["errors"][0]["message"].startswith(message)


async def test_other_methods_are_answered_as_anilist_does() -> None:
    """GET is 404 with a hint, PUT is 405 of the web server before it."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        async with client.get(sandbox.endpoints.graphql) as answer:
            hint = "Use POST request to access graphql subdomain."
            assert (answer.status, await answer.json()) == (
                404,
                {"errors": [{"message": "Not Found.", "hint": hint, "status": 404}]},
            )
        async with client.put(sandbox.endpoints.graphql) as answer:
            assert (answer.status, answer.content_type) == (405, "text/html")
            assert "nginx" in await answer.text()


HEADERS = {
    "Cache-Control": "no-cache, private",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
}


@pytest.mark.parametrize(
    ("method", "query", "token", "weather", "status"),
    [
        ("POST", "{ Media(id: 1) { id } }", "", "clear", 200),
        ("POST", "{ Nope }", "", "clear", 400),
        ("POST", "{ Media(id: 99999) { id } }", "", "clear", 404),
        ("POST", "{ Media(id: 1) { id } }", "Bearer no", "clear", 400),
        ("POST", "{ Media(id: 1) { id } }", "", "outage", 403),
        ("GET", "", "", "clear", 404),
        ("PUT", "", "", "clear", 405),
    ],
)
async def test_every_answer_has_laravel_s_and_cors_headers(
    method: str, query: str, token: str, weather: WeatherName, status: int
) -> None:
    """Whether there is data, an error, a bad token, an outage or another method."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        sandbox.weather(weather)
        headers = {"Authorization": token} if token else {}
        async with client.request(method, sandbox.endpoints.graphql, json={"query": query}, headers=headers) as answer:
            assert answer.status == status
            assert {name: answer.headers[name] for name in HEADERS} == HEADERS
            assert answer.headers["Set-Cookie"].startswith("laravel_session=")


async def test_a_throttled_answer_has_the_same_headers() -> None:
    """Together with those of the rate limit."""
    async with Sandbox(graphql_limit=1) as sandbox, aiohttp.ClientSession() as client:
        for status in (200, 429):
            async with client.post(sandbox.endpoints.graphql, json={"query": "{ Media(id: 1) { id } }"}) as answer:
                assert answer.status == status
                assert {name: answer.headers[name] for name in HEADERS} == HEADERS
                assert answer.headers["X-RateLimit-Remaining"] == "0"


async def test_a_mutation_that_is_refused_has_no_data() -> None:
    """Refused input, and what is another's, are told as AniList tells them."""
    query = "mutation {\n  SaveMediaListEntry(mediaId: 1, score: 101) { id }\n}"
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        token = await logged_in(sandbox, client)
        status, body = await _ask(sandbox, client, {"query": query}, Authorization=f"Bearer {token}")
        error = {"message": "validation", "status": 400, "locations": [{"line": 2, "column": 3}]}
        complaints = {"score": ["The score may not be greater than 100."]}
        assert (status, body) == (400, {"errors": [{**error, "validation": complaints}], "data": None})


async def test_a_query_may_be_too_complex() -> None:
    """More than 500 fields are refused before anything is looked up."""
    fields = " ".join(f"f{number}: id" for number in range(524))
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        status, body = await _ask(sandbox, client, {"query": f"{{ Viewer {{ {fields} }} }}"})
        message = "Max query complexity should be 500 but got 525."
        assert (status, body) == (400, {"errors": [{"message": message, "status": 400}], "data": None})
