"""Log in with AniList in an aiohttp.web application.

    session = OAuthSession(Application.from_env())
    store = open_store("sqlite:///tokens.db")
    flow = LoginFlow(session, logins=store.logins, tokens=store.tokens)

    async def welcome(request: web.Request, completed: CompletedLogin) -> web.Response:
        (await get_session(request))["subject"] = completed.login.subject
        raise web.HTTPSeeOther(completed.login.return_to or "/")

    app = web.Application()
    app.cleanup_ctx.append(lifespan(session, store, flow))
    init_app(app, flow, on_login=welcome)

A page links to ``/login/anilist``. Who is signed in on the site is the application's own session.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from aiohttp import web
from multidict import CIMultiDict

from anilist_oauth.errors import AniListOAuthError, InvalidTokenError, LoginRequiredError
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.login.login import CompletedLogin
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.web.browser_request import BrowserRequest
from anilist_oauth.web.browser_response import BrowserResponse, Headers
from anilist_oauth.web.handlers import Handlers, settled
from anilist_oauth.web.lifespan import Openable, opened
from anilist_oauth.web.login_endpoints import LoginEndpoints
from anilist_oauth.web.token_required import live_token, login_first

__all__ = ["init_app", "lifespan", "login_routes", "token_for_request"]

OnLogin = Callable[[web.Request, CompletedLogin], web.StreamResponse | Awaitable[web.StreamResponse]]
OnError = Callable[[web.Request, AniListOAuthError], Awaitable[web.StreamResponse | None] | web.StreamResponse | None]
Subject = Callable[[web.Request], Awaitable[str | None] | str | None]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_LOGIN: web.AppKey[web.AbstractResource] = web.AppKey("anilist_oauth login", web.AbstractResource)


def login_routes(
    flow: LoginFlow,
    *,
    on_login: OnLogin,
    login_path: str = "/login/anilist",
    subject: Subject | None = None,
    callback_path: str | None = None,
    on_error: OnError | None = None,
) -> list[web.RouteDef]:
    """Make the routes of a login, for ``app.add_routes``: its beginning, the callback, and the page of failures.

    Args:
        flow: Whose logins they are.
        on_login: Called with the request and the `CompletedLogin`; returns (or raises) a redirect, such as to
            ``completed.login.return_to``. Called again when a person clicks twice. Plain or async, as all of these.
        login_path: Where a login begins; ``?return_to=`` says where the person wants to go afterwards.
        subject: Called with the request; names the signed-in user of the site to whom the AniList account is linked,
            or gives None for a sign-in. Without it, every login is a sign-in.
        callback_path: The callback's path in this application, where it differs from the redirect URI's, as in one
            that is mounted under a prefix.
        on_error: Called with the request and the error of a login that failed; returns a redirect instead of the usual
            page, or None for that.

    Raises:
        ConfigurationError: A path is none, or the redirect URI leads to no page of a web application.
    """
    door = LoginEndpoints(flow, login_path=login_path, callback_path=callback_path)
    handlers = Handlers(
        door=door,
        framework=_Aiohttp(),
        on_login=_raised(on_login),
        subject=subject,
        on_error=None if on_error is None else _raised(on_error),
    )
    return [
        web.get(door.paths.login, _endpoint(handlers.login, door.paths.login)),
        web.get(door.paths.callback, _endpoint(handlers.callback, door.paths.callback)),
        web.get(door.paths.failed, _endpoint(handlers.failed, door.paths.failed)),
    ]


def init_app(
    app: web.Application,
    flow: LoginFlow,
    *,
    on_login: OnLogin,
    login_path: str = "/login/anilist",
    subject: Subject | None = None,
    callback_path: str | None = None,
    on_error: OnError | None = None,
) -> None:
    """Add `login_routes`, and send to the login whoever meets `LoginRequiredError` or `InvalidTokenError` in a handler.

    A person comes back to the page they asked for; a program gets 401 and JSON.
    """
    routes = login_routes(
        flow,
        on_login=on_login,
        login_path=login_path,
        subject=subject,
        callback_path=callback_path,
        on_error=on_error,
    )
    login = app.add_routes(routes)[0].resource
    if login is not None:  # pragma: no branch  a route of a path has a resource
        app[_LOGIN] = login
    app.middlewares.append(_login_first)


def lifespan(*things: Openable) -> Callable[[web.Application], AsyncIterator[None]]:
    """Open session, store and flow in this order, close them in reverse: ``app.cleanup_ctx.append(lifespan(…))``."""

    async def context(app: web.Application) -> AsyncIterator[None]:
        del app
        async with opened(things):
            yield

    return context


def token_for_request(
    flow: LoginFlow, subject: Subject, *, login_path: str = "/login/anilist"
) -> Callable[[web.Request], Awaitable[Token]]:
    """Make an async function that gives the token of the one who is signed in; `subject` says who.

    Where there is none, it sends a person to the login and tells a program 401, as `init_app` says; `login_path` is
    for applications without `init_app`.
    """

    async def token(request: web.Request) -> Token:
        try:
            return await live_token(flow, subject, request)
        except LoginRequiredError as error:
            if _LOGIN in request.config_dict:
                raise
            raise _http_exception(login_first(_visit(request), login=login_path)) from error

    return token


@web.middleware
async def _login_first(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except (LoginRequiredError, InvalidTokenError):
        login = request.config_dict[_LOGIN].canonical
        return _Aiohttp().respond(login_first(_visit(request), login=login))


class _Aiohttp:
    def respond(self, answer: BrowserResponse) -> web.StreamResponse:
        return web.Response(status=answer.status, headers=CIMultiDict(answer.headers), body=answer.body)

    def redirects(self, response: object) -> bool:
        return isinstance(response, web.StreamResponse) and "Location" in response.headers

    def amend(self, response: web.StreamResponse, headers: Headers, *, status: int | None = None) -> None:
        if status is not None:
            response.set_status(status)
        for name, value in headers:
            if name == "Set-Cookie":
                response.headers.add(name, value)
            else:
                response.headers[name] = value


def _visit(request: web.Request, *, prefix: str = "") -> BrowserRequest:
    return BrowserRequest(
        method=request.method,
        headers=request.headers,
        query={name: request.query.getall(name) for name in request.query},
        cookies=request.cookies,
        prefix=prefix,
        target=request.path_qs,
    )


def _endpoint(handler: Callable[[web.Request, BrowserRequest], Awaitable[web.StreamResponse]], path: str) -> Handler:
    """Serve a path, which has a prefix where the application is mounted under one."""

    async def endpoint(request: web.Request) -> web.StreamResponse:
        response = await handler(request, _visit(request, prefix=request.path.removesuffix(path)))
        if isinstance(response, web.HTTPException):
            raise response  # aiohttp takes it no other way
        return response

    return endpoint


def _raised(hook: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """Let a hook raise its response, as handlers of aiohttp do."""

    async def called(*arguments: Any) -> Any:
        try:
            return await settled(hook(*arguments))
        except web.HTTPException as response:
            return response

    return called


def _http_exception(answer: BrowserResponse) -> web.HTTPException:
    headers = CIMultiDict(answer.headers)
    if "Location" in headers:
        return web.HTTPSeeOther(headers.pop("Location"), headers=headers)
    return web.HTTPUnauthorized(headers=headers, text=answer.body.decode(), content_type=headers.pop("Content-Type"))
