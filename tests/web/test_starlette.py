"""Starlette's adapter does a few things that the others need not do."""

import asyncio
import importlib
import sys
from collections.abc import Callable
from typing import Any

import fastapi
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send
from yarl import URL

from anilist_oauth.errors import ConfigurationError, LoginRequiredError
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.oauth.application import Application
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.web import starlette
from tests.flows import staged


@pytest.mark.parametrize("extra", ["starlette", "quart", "litestar"])
def test_a_missing_extra_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, extra: str) -> None:
    """Without the framework, the error ends in the command to install it."""
    monkeypatch.delitem(sys.modules, f"anilist_oauth.web.{extra}")
    for module in (extra, f"{extra}.applications"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf"pip install 'anilist-oauth\[{extra}\]'$"):
        importlib.import_module(f"anilist_oauth.web.{extra}")


async def called(app: Starlette, *, sent: list[dict[str, Any]] | None = None, **changes: Any) -> list[dict[str, Any]]:
    """Send one request without a server, and return the messages. `sent` keeps them if it raises."""
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [(b"accept", b"text/html")]}
    sent = [] if sent is None else sent

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        await asyncio.Event().wait()  # the browser says nothing more

    await app(scope | changes, receive, send)
    return sent


async def test_a_response_that_has_begun_is_not_replaced() -> None:
    """If a token is missing after the response has begun, the error itself is raised."""

    async def half(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise LoginRequiredError("too late", subject="a")

    async with staged() as stage:
        app = Starlette(routes=[Mount("/", half)])
        starlette.init_app(app, stage.flow, on_login=lambda _request, _done: Response())
        with pytest.raises(LoginRequiredError, match="too late"):
            await called(app)


async def test_a_mounted_application_leads_to_the_same_login() -> None:
    """It responds to an error before it raises it, and the browser only gets the redirect to the login."""

    async def page(_: Request) -> Response:
        raise LoginRequiredError("nobody", subject="a")

    async with staged() as stage:
        app = Starlette(routes=[Mount("/deeper", Starlette(routes=[Route("/page", page)]))])
        starlette.init_app(app, stage.flow, on_login=lambda _request, _done: Response())
        sent = await called(app, path="/deeper/page")
        assert [message.get("status") for message in sent] == [303, None]
        assert dict(sent[0]["headers"])[b"location"] == b"/login/anilist?return_to=%2Fdeeper%2Fpage"


async def test_other_server_errors_are_unchanged() -> None:
    """The application's own response to its error is sent, also if it is mounted."""

    async def broken(_: Request) -> Response:
        raise RuntimeError("boom")

    async def sorry(_: Request) -> Response:
        return PlainTextResponse("sorry", 500)

    sent: list[dict[str, Any]] = []
    async with staged() as stage:
        app = Starlette(routes=[Route("/sorry", sorry), Mount("/deeper", Starlette(routes=[Route("/broken", broken)]))])
        starlette.init_app(app, stage.flow, on_login=lambda _request, _done: Response())
        start, body = await called(app, path="/sorry")
        assert (start["status"], body["body"]) == (500, b"sorry")
        with pytest.raises(RuntimeError, match="boom"):
            await called(app, path="/deeper/broken", sent=sent)
        assert [message.get("status") for message in sent] == [500, None]


@pytest.mark.requirement("S20")
async def test_hooks_may_raise() -> None:
    """A hook may raise a redirect, also after an error, and anything else is refused after a login."""

    def raising(error: HTTPException) -> Callable[..., Response]:
        def hook(*_: object) -> Response:
            raise error

        return hook

    there = raising(HTTPException(307, headers={"Location": "/there"}))
    async with staged() as stage:
        for on_login in (there, raising(HTTPException(403, "not you"))):
            app = Starlette(routes=starlette.login_routes(stage.flow, on_login=on_login, on_error=there))
            start, _ = await called(app, path="/login/anilist")
            headers = dict(start["headers"])
            callback = URL(await stage.sandbox.approve(headers[b"location"].decode()))
            scope: dict[str, Any] = {"path": callback.path, "query_string": callback.raw_query_string.encode()}
            cookie = [(b"cookie", headers[b"set-cookie"].partition(b";")[0])]
            if on_login is not there:
                with pytest.raises(ConfigurationError, match=r"^on_login: it must .* not PlainTextResponse, "):
                    await called(app, **scope, headers=cookie)
                continue
            for cookies, status in ((cookie, 303), ([], 307)):
                start, _ = await called(app, **scope, headers=cookies)
                found = dict(start["headers"])
                assert (start["status"], found[b"location"]) == (status, b"/there")
                assert (found[b"cache-control"], found[b"referrer-policy"]) == (b"no-store", b"no-referrer")


async def test_a_router_may_have_a_prefix() -> None:
    """The failure page is found, although Starlette does not know the prefix."""
    application = Application(client_id=1, client_secret="s", redirect_uri="https://site.example/bot/callback")
    flow = LoginFlow(OAuthSession(application))
    routes = starlette.login_routes(flow, on_login=lambda _request, _done: Response(), callback_path="/callback")
    app = fastapi.FastAPI()
    app.include_router(fastapi.APIRouter(routes=[*routes]), prefix="/bot")
    start, _ = await called(app, path="/bot/callback", query_string=b"code=a")
    assert dict(start["headers"])[b"location"] == b"/bot/login/anilist/failed?reason=invalid"
    start, _ = await called(app, path="/bot/login/anilist/failed")
    assert start["status"] == 400


@pytest.mark.parametrize(
    ("scope", "location"),
    [
        ({"path": "/page"}, "/login/anilist?return_to=%2Fpage"),
        ({"path": "/bot/page", "root_path": "/bot"}, "/bot/login/anilist?return_to=%2Fbot%2Fpage"),
        ({"path": "/page", "root_path": "/bot"}, "/bot/login/anilist?return_to=%2Fbot%2Fpage"),
    ],
)
async def test_a_proxy_may_remove_a_prefix(scope: dict[str, Any], location: str) -> None:
    """The root_path is part of every address, whether the path contains it or not."""

    async def page(_: Request) -> Response:
        raise LoginRequiredError("nobody", subject="a")

    async with staged() as stage:
        app = Starlette(routes=[Route("/page", page)])
        starlette.init_app(app, stage.flow, on_login=lambda _request, _done: Response())
        start, *_ = await called(app, **scope)
        assert dict(start["headers"])[b"location"].decode() == location


async def test_another_middleware_may_stand_between() -> None:
    """Other middleware may run the handler in its own task."""

    async def page(_: Request) -> Response:
        raise LoginRequiredError("nobody", subject="a")

    async def passing(request: Request, call_next: RequestResponseEndpoint) -> Response:
        return await call_next(request)

    async with staged() as stage:
        app = Starlette(routes=[Route("/page", page)])
        app.add_middleware(BaseHTTPMiddleware, dispatch=passing)
        starlette.init_app(app, stage.flow, on_login=lambda _request, _done: Response())
        start, *_ = await called(app, path="/page")
        assert start["status"] == 303
