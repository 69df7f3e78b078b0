"""Requests that need a token and have none. Other behavior is tested for every adapter."""

from typing import Any

import pytest

from anilist_oauth.errors import ConfigurationError, LoginRequiredError
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.web import aiohttp, asgi, litestar, quart, starlette
from anilist_oauth.web.browser_response import BrowserResponse
from anilist_oauth.web.token_required import RequiredToken
from tests.flows import staged
from tests.web.test_browser_request import visit


async def test_the_token_is_that_of_the_signed_in_user() -> None:
    """The hook, plain or async, names the user, and without a user there is no token."""

    async def later(request: str) -> str:
        return request

    async with staged() as stage:
        done = await stage.log_in(subject="user:7")
        now, then, nobody = (
            RequiredToken[str](stage.flow, subject, login_path="/login", callback_path=None)
            for subject in (lambda request: request, later, lambda _request: None)
        )
        assert await now.find("user:7", visit(), installed=True) == done.token
        assert await then.find("user:7", visit(), installed=False) == done.token
        with pytest.raises(LoginRequiredError, match="nobody is signed in"):
            await nobody.find("user:7", visit(), installed=True)
        with pytest.raises(LoginRequiredError, match="no token for this subject"):
            await then.find("user:8", visit(), installed=True)


async def test_without_init_app_the_response_is_returned() -> None:
    """It is the same response as with `init_app`."""
    async with staged() as stage:
        required = RequiredToken[str](stage.flow, lambda _request: None, login_path="/login", callback_path=None)
        found = await required.find("", visit(headers={"Accept": "text/html"}, path="/mine"), installed=False)
        assert not isinstance(found, Token)
        assert isinstance(found, BrowserResponse)
        assert found.lines["Location"] == "/login?return_to=%2Fmine"


async def test_a_subject_that_cannot_be_called_is_refused() -> None:
    """The error is raised when the dependency is created."""
    subject: Any = "discord:42"
    async with staged() as stage:
        with pytest.raises(ConfigurationError, match=r"^subject: a function of the request is needed, not str"):
            RequiredToken(stage.flow, subject, login_path="/login", callback_path=None)


@pytest.mark.parametrize("adapter", [aiohttp, asgi, litestar, quart, starlette])
@pytest.mark.parametrize("wrong", [None, "user:7", object()], ids=["None", "str", "object"])
async def test_anything_but_a_request_is_refused(adapter: Any, wrong: Any) -> None:
    """A scope is easily passed instead of a request, or the other way round."""
    async with staged() as stage:
        token = adapter.token_for_request(stage.flow, lambda _request: "user:7")
        with pytest.raises(ConfigurationError, match=rf"^(request|scope): .* is needed.*, not {type(wrong).__name__}$"):
            await token(wrong)
