"""The handlers call the application's hooks."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
from aiohttp import web
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from yarl import URL

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.web import aiohttp, starlette
from anilist_oauth.web.handlers import Framework, Handlers, settled
from anilist_oauth.web.login_endpoints import LoginEndpoints
from tests.flows import staged
from tests.web.test_browser_request import visit


async def test_a_hook_may_be_plain_or_async() -> None:
    """A plain value is returned as it is, and a coroutine or future is awaited."""
    later: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    later.set_result(2)
    values: list[Awaitable[int] | int] = [1, later]
    assert [await settled(value) for value in values] == [1, 2]


@pytest.mark.parametrize("given", [None, "/there"])
async def test_on_login_must_return_a_redirect(given: object) -> None:
    """Anything else is a mistake in the program, which the first login shows."""
    await _refuses(aiohttp._Aiohttp(), given)
    await _refuses(starlette._Starlette(), given)


async def test_on_login_must_not_return_a_page() -> None:
    """The address of a page at the callback would contain the code."""
    await _refuses(aiohttp._Aiohttp(), web.Response(text="Hello"))
    await _refuses(starlette._Starlette(), PlainTextResponse("Hello"))


@pytest.mark.parametrize("user", [42, b"alice", True])
async def test_the_subject_must_be_a_string(user: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The number of a user is a mistake in the program, even where a page would ask the visitor to confirm."""
    async with staged() as stage:
        handlers: Handlers[Any, Any] = Handlers(
            endpoints=LoginEndpoints(stage.flow, login_path="/login", linking=True),
            framework=starlette._Starlette(),
            on_login=lambda _request, _completed: None,
            subject=lambda _request: user,
            on_error=None,
        )
        for site in ("cross-site", "same-origin"):
            browser = visit(headers={"Sec-Fetch-Site": site})
            response = await handlers.login(Request({"type": "http"}), browser)
            assert response.headers["Location"] == "/login/failed?reason=setup"
    assert "subject: the hook must return the signed-in user as a string, or None, not " in caplog.text


@pytest.mark.parametrize("returned", ["/oops", ("/oops", 303), 303])
async def test_on_error_must_return_a_response(returned: Any) -> None:
    """Anything else is a mistake in the program, which the first failure shows."""
    async with staged() as stage:
        handlers: Handlers[Any, Any] = Handlers(
            endpoints=LoginEndpoints(stage.flow, login_path="/login"),
            framework=starlette._Starlette(),
            on_login=lambda _request, _completed: None,
            subject=None,
            on_error=lambda _request, _error: returned,
        )
        with pytest.raises(ConfigurationError, match=r"^on_error: it must return a response of the framework, or None"):
            await handlers.callback(Request({"type": "http"}), visit())


async def _refuses(framework: Framework[Any], given: object) -> None:
    async with staged() as stage:
        endpoints = LoginEndpoints(stage.flow, login_path="/login")
        handlers: Handlers[Any, Any] = Handlers(
            endpoints=endpoints,
            framework=framework,
            on_login=lambda _request, _completed: given,
            subject=None,
            on_error=None,
        )
        request = Request({"type": "http"})
        begun = await endpoints.begin(visit(), subject=None)
        (cookie,) = begun.cookies
        callback = URL(await stage.sandbox.approve(begun.lines["Location"]))
        browser = visit(
            query={key: [value] for key, value in callback.query.items()}, cookies={cookie.name: cookie.value}
        )
        with pytest.raises(ConfigurationError, match=f"^on_login: it must .* not {type(given).__name__}, "):
            await handlers.callback(request, browser)


@pytest.mark.parametrize(
    ("hook", "value"), [("on_login", None), ("on_login", "/me"), ("subject", "discord:42"), ("on_error", "/oops")]
)
async def test_a_hook_that_cannot_be_called_is_refused(hook: str, value: Any) -> None:
    """The error is raised when the routes are created, not at the first login."""
    given: dict[str, Any] = {"on_login": lambda *_: None} | {hook: value}
    async with staged() as stage:
        for adapter in (aiohttp, starlette):
            with pytest.raises(ConfigurationError, match=f"^{hook}: a function of the request"):
                adapter.login_routes(stage.flow, **given)
