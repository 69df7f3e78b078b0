"""The web adapters as an application's author types against them; checked, never run."""

from collections.abc import Awaitable, Callable
from typing import Any, assert_type

import litestar as framework_litestar
import quart as framework_quart
import werkzeug
from aiohttp import web
from fastapi import FastAPI
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect
from litestar.types import Scope as LitestarScope
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from anilist_oauth import AniListOAuthError, CompletedLogin, LoginFlow, OAuthSession, Token
from anilist_oauth.web import aiohttp, asgi, litestar, quart, starlette
from anilist_oauth.web.asgi_errors import ASGIApp, Scope


async def welcome_later(request: web.Request, completed: CompletedLogin) -> web.Response:
    """An async hook, which raises its redirect."""
    raise web.HTTPSeeOther(completed.login.return_to or str(request.url))


def welcome_there(_request: web.Request, _completed: CompletedLogin) -> web.StreamResponse:
    """A plain hook."""
    return web.Response(status=303, headers={"Location": "/"})


def welcome(_request: Request, completed: CompletedLogin) -> RedirectResponse:
    """A plain hook that returns the framework's redirect."""
    return RedirectResponse(completed.login.return_to or "/")


async def explain(_request: Request, error: AniListOAuthError) -> Response | None:
    """An async hook that may leave it to the usual page."""
    return RedirectResponse("/sorry") if str(error) else None


async def in_aiohttp(app: web.Application, session: OAuthSession, flow: LoginFlow, request: web.Request) -> None:
    """Every name of aiohttp's adapter."""
    app.cleanup_ctx.append(aiohttp.lifespan(session, flow))
    aiohttp.init_app(app, flow, on_login=welcome_later, subject=lambda _request: None)
    assert_type(aiohttp.login_routes(flow, on_login=welcome_there), list[web.RouteDef])
    assert_type(await aiohttp.token_for_request(flow, lambda _request: "user:7")(request), Token)
    aiohttp.login_routes(flow, on_login=welcome)  # type: ignore[arg-type]  # another framework's hook


async def in_fastapi(session: OAuthSession, flow: LoginFlow, request: Request) -> None:
    """Every name of Starlette's adapter."""
    app = FastAPI(lifespan=starlette.lifespan(session, flow))
    starlette.init_app(app, flow, on_login=welcome, on_error=explain, callback_path="/callback")
    assert_type(starlette.login_routes(flow, on_login=welcome), list[Route])
    assert_type(await starlette.token_for_request(flow, lambda _request: None)(request), Token)
    starlette.login_routes(flow, welcome)  # type: ignore[call-arg]  # keyword-only


def welcome_in_quart(_request: framework_quart.Request, completed: CompletedLogin) -> werkzeug.Response:
    """Quart's own redirect."""
    return framework_quart.redirect(completed.login.return_to or "/")


async def in_quart(session: OAuthSession, flow: LoginFlow, request: framework_quart.Request) -> None:
    """Every name of Quart's adapter."""
    app = framework_quart.Quart(__name__)
    app.while_serving(quart.lifespan(session, flow))
    quart.init_app(app, flow, on_login=welcome_in_quart, subject=lambda request: request.cookies.get("who"))
    assert_type(quart.login_routes(flow, on_login=welcome_in_quart), framework_quart.Blueprint)
    token = quart.token_for_request(flow, lambda _request: "user:7")
    assert_type(await token(request), Token)
    assert_type(await token(), Token)
    quart.init_app(FastAPI(), flow, on_login=welcome_in_quart)  # type: ignore[arg-type]  # another framework's application


async def welcome_in_litestar(
    request: framework_litestar.Request[Any, Any, Any], completed: CompletedLogin
) -> framework_litestar.Response[Any]:
    """Litestar's own redirect, from an async hook."""
    request.set_session({"subject": completed.login.subject})
    return Redirect(completed.login.return_to or "/")


async def in_litestar(session: OAuthSession, flow: LoginFlow, scope: LitestarScope) -> None:
    """Every name of Litestar's adapter."""
    plugin = litestar.LoginPlugin(flow, on_login=welcome_in_litestar, login_path="/login", sign_in=True)
    app = framework_litestar.Litestar([], plugins=[plugin], lifespan=[litestar.lifespan(session, flow)])
    litestar.init_app(app, flow, on_login=welcome_in_litestar)
    assert_type(litestar.login_routes(flow, on_login=welcome_in_litestar), list[HTTPRouteHandler])
    token = litestar.token_for_request(flow, lambda connection: connection.session.get("subject"))
    assert_type(await token(scope), Token)
    litestar.LoginPlugin(flow, on_login=welcome_in_litestar, path="/")  # type: ignore[call-arg]  # no such argument


def named(scope: Scope) -> str | None:
    """Say who is signed in, by what another middleware put in the scope."""
    return str(scope["user"]) if "user" in scope else None


async def in_any_asgi_application(session: OAuthSession, flow: LoginFlow, scope: Scope) -> None:
    """Every name of the middleware's module."""
    site = asgi.LoginMiddleware(
        FastAPI(), flow, on_login="/welcome", subject=named, on_error=lambda _scope, _error: "/sorry"
    )
    assert_type(asgi.lifespan(session, flow), Callable[[ASGIApp], ASGIApp])
    assert_type(asgi.lifespan(session, flow)(site), ASGIApp)
    assert_type(asgi.token_for_request(flow, named), Callable[[Scope], Awaitable[Token]])
    with asgi.answering(scope):
        assert_type(await asgi.token_for_request(flow, named)(scope), Token)
    asgi.LoginMiddleware(FastAPI(), flow, on_login=welcome)  # type: ignore[arg-type]  # a route's path is needed
