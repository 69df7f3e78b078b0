"""The tests of somebody's bot."""

import pytest

from anilist_oauth import AccessDeniedError, OAuthSession, RateLimitedError, parse_callback
from anilist_oauth.sandbox import Fault, SandboxThread


async def test_mika_logs_in(anilist_sandbox: SandboxThread) -> None:
    """A login from end to end."""
    async with OAuthSession(anilist_sandbox.application, endpoints=anilist_sandbox.endpoints) as anilist:
        url = anilist.authorize_url()
        callback = anilist_sandbox.approve_sync(url)
        token = await anilist.exchange_code(parse_callback(callback, expected_state=url.query["state"]))
        assert (await anilist.viewer(token)).name == "mika"


async def test_a_denial_is_taken_for_one(anilist_sandbox: SandboxThread) -> None:
    """The user says no, and the token endpoint is not asked."""
    async with OAuthSession(anilist_sandbox.application, endpoints=anilist_sandbox.endpoints) as anilist:
        url = anilist.authorize_url()
        with pytest.raises(AccessDeniedError):
            parse_callback(anilist_sandbox.deny_sync(url), expected_state=url.query["state"])
    assert anilist_sandbox.requests == []


async def test_a_full_server_is_taken_for_one(anilist_sandbox: SandboxThread) -> None:
    """AniList asks for patience."""
    anilist_sandbox.next("token", Fault(status=429, headers={"Retry-After": "60"}, body={"message": "Slow down."}))
    async with OAuthSession(anilist_sandbox.application, endpoints=anilist_sandbox.endpoints) as anilist:
        url = anilist.authorize_url()
        code = parse_callback(anilist_sandbox.approve_sync(url), expected_state=url.query["state"])
        with pytest.raises(RateLimitedError) as caught:
            await anilist.exchange_code(code)
        assert caught.value.retry_after == 60
