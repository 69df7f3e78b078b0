"""The whole server but for its sockets."""

import pytest

from anilist_oauth.sandbox import Fault, NoCallbackError, Sandbox
from tests.sandbox.moves import authorization_url


async def test_an_error_that_goes_back_to_the_application_is_a_callback() -> None:
    """AniList has no scopes: asking for one brings the browser back with an error, and no state."""
    async with Sandbox() as sandbox:
        callback = await sandbox.approve(authorization_url(sandbox, scope="read"))
        assert callback.startswith(f"{sandbox.application.redirect_uri}?error=invalid_scope&message=")
        assert "state" not in callback
        assert await sandbox.deny(authorization_url(sandbox, scope="read")) == callback


async def test_an_authorization_answer_can_be_made_up() -> None:
    """A scripted redirect is the callback, whatever the button; a scripted page has none; then all is true again."""
    async with Sandbox() as sandbox:
        odd = "http://127.0.0.1:9901/callback?error=server_error&error=again"
        scripted = Fault(status=302, headers={"Location": odd})
        sandbox.next("authorize", scripted, scripted, Fault(status=500, body="<h1>Error"))
        assert await sandbox.approve(authorization_url(sandbox)) == odd
        assert await sandbox.deny(authorization_url(sandbox)) == odd
        with pytest.raises(NoCallbackError, match="sent nowhere: 500 ") as caught:
            await sandbox.approve(authorization_url(sandbox))
        assert caught.value.answer.body == b"<h1>Error"
        assert "?code=" in await sandbox.approve(authorization_url(sandbox))


async def test_a_server_fault_calls_nobody_back() -> None:
    """A list where a redirect URI was due makes the oldest generation stumble."""
    async with Sandbox() as sandbox:
        with pytest.raises(NoCallbackError, match="500"):
            await sandbox.approve(f"{authorization_url(sandbox)}&redirect_uri[]=http://127.0.0.1:9901/callback")
