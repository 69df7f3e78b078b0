"""The weathers AniList is known to have."""

from typing import Any

import aiohttp
import pytest

from anilist_oauth.sandbox import Sandbox
from anilist_oauth.sandbox.faults import Weather
from tests.sandbox.moves import authorization_url, code_of, logged_in, token_fields

DISABLED = "The AniList API has been temporarily disabled"


async def _query(sandbox: Sandbox, client: aiohttp.ClientSession, token: str | None = None) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    query = {"query": "{ Viewer { id } }"}
    async with client.post(sandbox.endpoints.graphql, json=query, headers=headers) as answer:
        return answer.status, await answer.text()


async def test_an_outage_disables_the_api_but_finds_a_bad_token_first() -> None:
    """The 403 is AniList's, word for word; the token endpoint fails too, and the code stays good."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        token = await logged_in(sandbox, client)
        fields = token_fields(sandbox.application, code_of(await sandbox.approve(authorization_url(sandbox))))
        sandbox.weather("outage")
        status, text = await _query(sandbox, client, token)
        assert status == 403
        assert DISABLED in text
        assert (await _query(sandbox, client))[0] == 403
        assert (await _query(sandbox, client, "bad"))[0] == 400
        async with client.post(sandbox.endpoints.token, data=fields) as answer:
            assert answer.status == 503
        async with client.get(authorization_url(sandbox)) as answer:
            assert answer.status == 503
        sandbox.weather("clear")
        async with client.post(sandbox.endpoints.token, data=fields) as answer:
            assert answer.status == 200


async def test_cloudflare_shows_a_page_where_json_was_due() -> None:
    """HTML with a 403, from every endpoint, whatever was accepted."""
    async with Sandbox() as sandbox, aiohttp.ClientSession(headers={"Accept": "application/json"}) as client:
        sandbox.weather("cloudflare")
        for url in (sandbox.endpoints.token, sandbox.endpoints.graphql):
            async with client.post(url) as answer:
                assert (answer.status, answer.content_type) == (403, "text/html")
                assert answer.headers["Server"] == "cloudflare"
                assert "Just a moment" in await answer.text()


@pytest.mark.parametrize(("given", "allowed"), [(None, 30), (5, 5)])
async def test_throttled_enforces_anilist_s_limits(given: int | None, allowed: int) -> None:
    """30 queries a minute, or as many as were given; in clear weather as before."""
    async with Sandbox(graphql_limit=given) as sandbox, aiohttp.ClientSession() as client:
        sandbox.weather("throttled")
        statuses = [(await _query(sandbox, client))[0] for _ in range(allowed + 1)]
        assert statuses == [401] * allowed + [429]
        status, text = await _query(sandbox, client)
        assert (status, text) == (429, '{"data":null,"errors":[{"message":"Too Many Requests.","status":429}]}')
        sandbox.weather("clear")
        assert (await _query(sandbox, client))[0] == (401 if given is None else 429)


async def test_flaky_loses_every_other_answer() -> None:
    """In turn: well, 502, well, closed before the answer, well, closed inside it."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        sandbox.weather("flaky")
        assert (await _query(sandbox, client))[0] == 401
        assert (await _query(sandbox, client))[0] == 502
        assert (await _query(sandbox, client))[0] == 401
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await _query(sandbox, client)
        assert (await _query(sandbox, client))[0] == 401
        with pytest.raises(aiohttp.ClientPayloadError):
            await _query(sandbox, client)
        assert (await _query(sandbox, client))[0] == 401


def test_slow_takes_three_seconds() -> None:
    """Every endpoint is slow."""
    weather = Weather()
    weather.turn("slow")
    assert weather.fault("authorize").delay == 3


def test_an_unknown_weather_is_refused() -> None:
    """The error names those there are."""
    hail: Any = "hail"
    with pytest.raises(ValueError, match="clear, outage, cloudflare, throttled, slow, flaky"):
        Sandbox().weather(hail)
