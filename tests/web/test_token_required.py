"""Requests that need a token and have none. The rest is tested for every adapter."""

from typing import Any

import pytest

from anilist_oauth.errors import ConfigurationError, LoginRequiredError
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.web import aiohttp, asgi, litestar, quart, starlette
from anilist_oauth.web.browser_response import BrowserResponse
from anilist_oauth.web.token_required import RequiredToken
from tests.flows import staged
from tests.web.test_browser_request import visit


async def test_the_token_is_that_of_who_is_signed_in() -> None:
    """The hook says who, plainly or later; nobody has none."""

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


async def test_an_application_without_init_app_gets_the_answer() -> None:
    """As `init_app` would give it."""
    async with staged() as stage:
        required = RequiredToken[str](stage.flow, lambda _request: None, login_path="/login", callback_path=None)
        found = await required.find("", visit(headers={"Accept": "text/html"}, path="/mine"), installed=False)
        assert not isinstance(found, Token)
        assert isinstance(found, BrowserResponse)
        assert found.lines["Location"] == "/login?return_to=%2Fmine"


async def test_a_subject_that_cannot_be_called_is_refused() -> None:
    """It is said when the dependency is made."""
    subject: Any = "discord:42"
    async with staged() as stage:
        with pytest.raises(ConfigurationError, match=r"^subject: a function of the request is needed, not str"):
            RequiredToken(stage.flow, subject, login_path="/login", callback_path=None)


@pytest.mark.parametrize("adapter", [aiohttp, asgi, litestar, quart, starlette])
@pytest.mark.parametrize("wrong", [None, "user:7", object()], ids=["None", "str", "object"])
async def test_what_is_no_request_is_refused(adapter: Any, wrong: Any) -> None:
    """It is easy to pass the scope for the request, or the other way round."""
    async with staged() as stage:
        token = adapter.token_for_request(stage.flow, lambda _request: "user:7")
        with pytest.raises(ConfigurationError, match=rf"^(request|scope): .* is needed.*, not {type(wrong).__name__}$"):
            await token(wrong)
