"""What Starlette's adapter does that the others need not."""

import asyncio
import importlib
import sys
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from anilist_oauth.errors import LoginRequiredError
from anilist_oauth.web import starlette
from tests.flows import staged


def test_a_missing_extra_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Starlette the text is the line to type."""
    monkeypatch.delitem(sys.modules, "anilist_oauth.web.starlette")
    monkeypatch.setitem(sys.modules, "starlette.applications", None)
    with pytest.raises(ImportError, match=r"^pip install 'anilist-oauth\[starlette\]'$"):
        importlib.import_module("anilist_oauth.web.starlette")


async def called(app: Starlette, **changes: Any) -> list[dict[str, Any]]:
    """Send one request without a server, and give the messages that come back."""
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [(b"accept", b"text/html")]}
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        await asyncio.Event().wait()  # the browser says nothing more

    await app(scope | changes, receive, send)
    return sent


async def test_an_answer_under_way_is_not_replaced() -> None:
    """Whoever needs a login in the middle of an answer gets the error itself."""

    async def half(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise LoginRequiredError("too late", subject="a")

    async with staged() as stage:
        app = Starlette(routes=[Mount("/", half)])
        starlette.init_app(app, stage.flow, on_login=lambda _request, _done: Response())
        with pytest.raises(LoginRequiredError, match="too late"):
            await called(app)


@pytest.mark.parametrize(
    ("scope", "location"),
    [
        ({"path": "/page"}, "/login/anilist?return_to=%2Fpage"),
        ({"path": "/bot/page", "root_path": "/bot"}, "/bot/login/anilist?return_to=%2Fbot%2Fpage"),
        ({"path": "/page", "root_path": "/bot"}, "/bot/login/anilist?return_to=%2Fbot%2Fpage"),
    ],
)
async def test_a_proxy_may_take_a_prefix_away(scope: dict[str, Any], location: str) -> None:
    """What a server says in root_path is a part of the site's addresses, whether it leaves it in the path or not."""

    async def page(_: Request) -> Response:
        raise LoginRequiredError("nobody", subject="a")

    async with staged() as stage:
        app = Starlette(routes=[Route("/page", page)])
        starlette.init_app(app, stage.flow, on_login=lambda _request, _done: Response())
        start, *_ = await called(app, **scope)
        assert dict(start["headers"])[b"location"].decode() == location


async def test_another_middleware_may_stand_between() -> None:
    """One that was added before, of the kind that runs the handler in a task of its own."""

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
