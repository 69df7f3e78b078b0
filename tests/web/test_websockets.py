"""WebSocket routes that need a user's token."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import aiohttp
import fastapi
import litestar
import pytest
from litestar.di import NamedDependency
from litestar.response import Redirect
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.web import litestar as in_litestar
from anilist_oauth.web import starlette as in_starlette
from tests.flows import staged
from tests.web.sites import by_uvicorn


def signed_in(connection: Any) -> str | None:
    """Say who is signed in, by a cookie."""
    subject: str | None = connection.cookies.get("who")
    return subject


def welcome(_request: Any, _completed: Any) -> RedirectResponse:
    """Lead home."""
    return RedirectResponse("/")


def starlette_app(flow: LoginFlow) -> Starlette:
    """Ask for the token in the route."""
    token = in_starlette.token_for_request(flow, signed_in)

    async def live(socket: WebSocket) -> None:
        found = await token(socket)
        await socket.accept()
        await socket.send_text(f"user {found.user_id}")
        await socket.close()

    return Starlette(routes=[WebSocketRoute("/live", live)])


def fastapi_app(flow: LoginFlow) -> fastapi.FastAPI:
    """Ask for the token as a dependency."""
    app = fastapi.FastAPI()

    @app.websocket("/live")
    async def live(
        socket: WebSocket, token: Annotated[Token, fastapi.Depends(in_starlette.token_for_request(flow, signed_in))]
    ) -> None:
        await socket.accept()
        await socket.send_text(f"user {token.user_id}")
        await socket.close()

    return app


def with_init_app(flow: LoginFlow) -> fastapi.FastAPI:
    """Likewise, in an application whose middleware answers errors."""
    app = fastapi_app(flow)
    in_starlette.init_app(app, flow, on_login=welcome)
    return app


def litestar_app(flow: LoginFlow, *, plugins: Any = ()) -> litestar.Litestar:
    """Ask for the token as a dependency of Litestar."""

    @litestar.websocket("/live")
    async def live(socket: litestar.WebSocket[Any, Any, Any], token: NamedDependency[Token]) -> None:
        await socket.accept()
        await socket.send_text(f"user {token.user_id}")
        await socket.close()

    token = in_litestar.token_for_request(flow, signed_in)
    return litestar.Litestar([live], dependencies={"token": token}, plugins=plugins, logging_config=None)


def with_plugin(flow: LoginFlow) -> litestar.Litestar:
    """Likewise, in an application that answers errors."""
    return litestar_app(flow, plugins=[in_litestar.LoginPlugin(flow, on_login=lambda _request, _done: Redirect("/"))])


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """Serve an application, and give the address of its socket."""
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/live"
    async with by_uvicorn(app, listener):
        yield address


@pytest.mark.parametrize("make", [starlette_app, fastapi_app, with_init_app, litestar_app, with_plugin])
async def test_a_websocket_route_gets_the_token(make: Any) -> None:
    """A user with a token is served, and any other WebSocket is closed before it is accepted."""
    async with (
        staged() as stage,
        served(make(stage.flow)) as address,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client,
    ):
        done = await stage.log_in(subject="user-7")
        async with client.ws_connect(address, headers={"Cookie": "who=user-7"}) as socket:
            assert await socket.receive_str() == f"user {done.user_id}"
        for cookie in ("", "who=user-8"):
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await client.ws_connect(address, headers={"Cookie": cookie})


async def test_the_dependency_takes_any_connection() -> None:
    """Frameworks can resolve its annotation."""
    async with staged() as stage:
        dependency = in_starlette.token_for_request(stage.flow, signed_in)
        assert dependency.__annotations__ == {"connection": HTTPConnection, "return": Token}
