"""The web adapters as an application's author types against them; checked, never run."""

from typing import assert_type

from aiohttp import web
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from anilist_oauth import AniListOAuthError, CompletedLogin, LoginFlow, OAuthSession, Token
from anilist_oauth.web import aiohttp, starlette


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
