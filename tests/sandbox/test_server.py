"""The sandbox as its user sees it."""

from datetime import timedelta
from typing import Any

import aiohttp
import jwt
import pytest

from anilist_oauth.sandbox import NoCallbackError, Sandbox
from tests.sandbox.moves import authorization_url, code_of, token_fields


async def test_a_login_runs_from_end_to_end() -> None:
    """Approve, exchange, ask who it is: plain aiohttp is enough, in a form or in JSON."""
    async with Sandbox(users=["mika", "rin"]) as sandbox, aiohttp.ClientSession() as browser:
        callback = await sandbox.approve(authorization_url(sandbox), user="rin")
        assert callback.startswith(f"{sandbox.application.redirect_uri}?code=def50200")
        assert callback.endswith("&state=s1")
        fields = token_fields(sandbox.application, code_of(callback))
        async with browser.post(sandbox.endpoints.token, data=fields) as answer:
            token = await answer.json()
        assert list(token) == ["token_type", "expires_in", "access_token", "refresh_token"]
        async with browser.post(
            sandbox.endpoints.graphql,
            json={"query": "{ Viewer { id name } }"},
            headers={"Authorization": f"Bearer {token['access_token']}"},
        ) as answer:
            assert await answer.json() == {"data": {"Viewer": {"id": sandbox.users[1].id, "name": "rin"}}}
        seen = [(request.method, request.path) for request in sandbox.requests]
        assert seen == [("POST", "/api/v2/oauth/token"), ("POST", "/graphql")]
        assert sandbox.requests[0].fields == fields
        assert fields["client_secret"] not in repr(sandbox.requests)


async def test_a_token_has_the_size_and_claims_of_anilist_s() -> None:
    """An RS256 JWT of about 1,080 characters, good for a year; `aud` and `sub` are strings, `scopes` is empty."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as browser:
        code = code_of(await sandbox.approve(authorization_url(sandbox)))
        async with browser.post(sandbox.endpoints.token, data=token_fields(sandbox.application, code)) as answer:
            token = (await answer.json())["access_token"]
        assert 1070 < len(token) < 1090
        assert jwt.get_unverified_header(token)["alg"] == "RS256"
        claims = jwt.decode(token, options={"verify_signature": False, "verify_aud": False})
        assert list(claims) == ["aud", "jti", "iat", "nbf", "exp", "sub", "scopes"]
        assert (claims["aud"], claims["sub"]) == ("12345", str(sandbox.user.id))
        assert claims["exp"] - claims["iat"] == 31_536_000
        assert jwt.get_unverified_header(token)["jti"] == claims["jti"]


async def test_a_code_is_good_for_ten_minutes_and_once() -> None:
    """A code that was exchanged, or is older than ten minutes, is refused with AniList's hint."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as browser:

        async def exchange(code: str) -> tuple[int, str | None]:
            async with browser.post(sandbox.endpoints.token, data=token_fields(sandbox.application, code)) as answer:
                return answer.status, (await answer.json()).get("hint")

        code = code_of(await sandbox.approve(authorization_url(sandbox)))
        old = code_of(await sandbox.approve(authorization_url(sandbox)))
        sandbox.advance(timedelta(minutes=9, seconds=50))
        assert await exchange(code) == (200, None)
        assert await exchange(code) == (400, "Authorization code has been revoked")
        sandbox.advance(timedelta(seconds=10))
        assert await exchange(old) == (400, "Authorization code has expired")


async def test_a_denial_is_passport_s() -> None:
    """Without a description, and with the state as it was sent."""
    async with Sandbox() as sandbox:
        callback = await sandbox.deny(authorization_url(sandbox, state="a b"))
        assert callback == f"{sandbox.application.redirect_uri}?error=access_denied&state=a b"


async def test_a_mismatched_redirect_uri_calls_nobody_back() -> None:
    """The user is left before the JSON that AniList shows."""
    async with Sandbox() as sandbox:
        with pytest.raises(NoCallbackError, match="invalid_client") as caught:
            await sandbox.approve(authorization_url(sandbox, redirect_uri="http://127.0.0.1:9901/callback/"))
        assert caught.value.answer.status == 401


async def test_mistakes_in_a_test_are_told() -> None:
    """A URL that is not the sandbox's, and a user nobody knows, are the caller's mistake."""
    with pytest.raises(RuntimeError, match="async with"):
        _ = Sandbox().endpoints
    async with Sandbox() as sandbox:
        with pytest.raises(ValueError, match="is not this sandbox's"):
            await sandbox.approve("https://anilist.co/api/v2/oauth/authorize?client_id=1")
        with pytest.raises(ValueError, match="there are mika"):
            await sandbox.deny(authorization_url(sandbox), user="nobody")
        nowhere: Any = "nowhere"
        with pytest.raises(ValueError, match="authorize, token, graphql"):
            sandbox.next(nowhere)
        with pytest.raises(TypeError, match="'nowhere' is not a Fault"):
            sandbox.next("token", nowhere)


async def test_a_sandbox_may_be_opened_and_closed_twice() -> None:
    """Entering behind a call of `open`, and leaving behind one of `aclose`, do no harm."""
    sandbox = await Sandbox().open()
    url = sandbox.url
    async with sandbox:
        assert sandbox.url == url
        await sandbox.aclose()


async def test_a_taken_port_raises_at_once() -> None:
    """No other port is tried."""
    async with Sandbox() as sandbox:
        assert sandbox.url.port
        with pytest.raises(OSError, match="in use"):
            await Sandbox(port=sandbox.url.port).open()


@pytest.mark.parametrize("port", [None, -1, 65536, "80", True])
def test_a_port_that_cannot_be_is_refused(port: Any) -> None:
    """It is said before anything listens."""
    with pytest.raises(ValueError, match=r"^port: a number from 0 to 65535 is needed"):
        Sandbox(port=port)


@pytest.mark.parametrize("callback", [None, "", "/callback?code=1", "ftp://bot.example/callback"])
async def test_a_page_without_an_address_is_not_confirmed(callback: Any) -> None:
    """A path alone leads nowhere."""
    with pytest.raises(ValueError, match=r"^callback: the whole URL is needed"):
        await Sandbox().confirm(callback)
