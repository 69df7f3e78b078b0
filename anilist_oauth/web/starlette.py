"""Log in with AniList in a Starlette or FastAPI application.

    session = OAuthSession(Application.from_env())
    store = open_store("sqlite:///tokens.db")
    flow = LoginFlow(session, logins=store.logins, tokens=store.tokens)

    def welcome(request: Request, completed: CompletedLogin) -> Response:
        request.session["subject"] = completed.login.subject
        return RedirectResponse(completed.login.return_to or "/")

    app = FastAPI(lifespan=lifespan(session, store, flow))
    init_app(app, flow, on_login=welcome)

A page links to ``/login/anilist``. Who is signed in on the site is the application's own session.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from anilist_oauth.errors import AniListOAuthError, InvalidTokenError, LoginRequiredError
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.login.login import CompletedLogin
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.web.browser_request import BrowserRequest, quoted, url_below
from anilist_oauth.web.browser_response import BrowserResponse, Headers
from anilist_oauth.web.handlers import Handlers, settled
from anilist_oauth.web.lifespan import Openable, opened
from anilist_oauth.web.login_endpoints import LoginEndpoints
from anilist_oauth.web.token_required import REFUSAL, live_token, login_first

try:
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse, Response
    from starlette.routing import Route
    from starlette.types import ASGIApp, Message, Receive, Scope, Send
except ModuleNotFoundError as _missing:
    raise ImportError("pip install 'anilist-oauth[starlette]'") from _missing

__all__ = ["init_app", "lifespan", "login_routes", "token_for_request"]

OnLogin = Callable[[Request, CompletedLogin], Response | Awaitable[Response]]
OnError = Callable[[Request, AniListOAuthError], Awaitable[Response | None] | Response | None]
Subject = Callable[[Request], Awaitable[str | None] | str | None]

_SERVER_ERROR = 500
_LOGIN = "anilist_oauth login"  # in a request's scope: where the login is that `init_app` added


def login_routes(
    flow: LoginFlow,
    *,
    on_login: OnLogin,
    login_path: str = "/login/anilist",
    subject: Subject | None = None,
    callback_path: str | None = None,
    on_error: OnError | None = None,
) -> list[Route]:
    """Make the routes of a login, for ``app.routes.extend``: its beginning, the callback, and the page of failures.

    Args:
        flow: Whose logins they are.
        on_login: Called with the request and the `CompletedLogin`; returns a redirect, such as to
            ``completed.login.return_to``. Called again when a person clicks twice. Plain or async, as all of these;
            an `HTTPException` with a ``Location`` is a redirect as well.
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
        framework=_Starlette(),
        on_login=_raised(on_login),
        subject=subject,
        on_error=None if on_error is None else _raised(on_error),
    )
    return [
        Route(door.paths.login, _endpoint(handlers.login), include_in_schema=False),
        Route(door.paths.callback, _endpoint(handlers.callback), include_in_schema=False),
        Route(door.paths.failed, _endpoint(handlers.failed), include_in_schema=False),
    ]


def init_app(
    app: Starlette,
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
    app.router.routes.extend(routes)
    app.add_middleware(_LoginFirst, login_path=login_path)


def lifespan(*things: Openable) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """Open session, store and flow in this order, close them in reverse: ``FastAPI(lifespan=lifespan(…))``."""

    def context(app: Starlette) -> AbstractAsyncContextManager[None]:
        del app
        return opened(things)

    return context


def token_for_request(
    flow: LoginFlow, subject: Subject, *, login_path: str = "/login/anilist"
) -> Callable[[Request], Awaitable[Token]]:
    """Make a FastAPI dependency that gives the token of the one who is signed in; `subject` says who.

    Where there is none, it sends a person to the login and tells a program 401, as `init_app` says; `login_path` is
    for applications without `init_app`.
    """

    async def token(request: Request) -> Token:
        try:
            return await live_token(flow, subject, request)
        except LoginRequiredError as error:
            if _LOGIN in request.scope:
                raise
            visit = _visit(request)
            answer = login_first(visit, login=url_below(visit.prefix, login_path))
            raise _http_exception(answer, request.scope.get("app")) from error

    return token


class _LoginFirst:
    """The middleware of `init_app`."""

    def __init__(self, app: ASGIApp, *, login_path: str) -> None:
        self._app = app
        self._login_path = login_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        login = scope[_LOGIN] = url_below(scope.get("root_path", ""), self._login_path)
        arrived = dict(scope)  # what is mounted further in changes the scope
        started = False
        held: list[Message] = []  # a mounted application answers 500 to an error that it then raises for us to see

        async def sending(message: Message) -> None:
            nonlocal started
            if not started and (held or message.get("status") == _SERVER_ERROR):
                held.append(message)
            else:
                started = True
                await send(message)

        try:
            await self._app(scope, receive, sending)
        except (LoginRequiredError, InvalidTokenError):
            if started:
                raise
            held.clear()
            answer = login_first(_visit(Request(arrived)), login=login)
            await _Starlette().respond(answer)(scope, receive, send)
        finally:
            for message in held:
                await send(message)


class _Starlette:
    def respond(self, answer: BrowserResponse) -> Response:
        response = Response(answer.body, answer.status)
        for name, value in answer.headers:
            response.headers.append(name, value)
        return response

    def redirects(self, response: object) -> bool:
        return isinstance(response, Response) and "Location" in response.headers

    def amend(self, response: Response, headers: Headers, *, status: int | None = None) -> None:
        if status is not None:
            response.status_code = status
        for name, value in headers:
            if name == "Set-Cookie":
                response.headers.append(name, value)
            else:
                response.headers[name] = value


def _raised(hook: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """Let a hook raise its response, as endpoints of FastAPI do."""

    async def called(*arguments: Any) -> Any:
        try:
            return await settled(hook(*arguments))
        except HTTPException as error:
            return PlainTextResponse(str(error.detail), error.status_code, error.headers)

    return called


def _visit(request: Request) -> BrowserRequest:
    query = request.query_params
    return BrowserRequest(
        method=request.method,
        headers=request.headers,
        query={name: query.getlist(name) for name in query},
        cookies=request.cookies,
        prefix=request.scope.get("root_path", ""),
        target=_target(request.scope),
    )


def _target(scope: Scope) -> str:
    path, root = scope["path"], scope.get("app_root_path", scope.get("root_path", ""))
    query = scope["query_string"].decode("latin-1")
    return quoted(path if path.startswith(root) else root + path) + (f"?{query}" if query else "")


def _endpoint(
    handler: Callable[[Request, BrowserRequest], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await handler(request, _visit(request))

    return endpoint


def _http_exception(answer: BrowserResponse, app: object) -> HTTPException:
    """Write the answer as an exception that an application without `init_app` makes a response of.

    FastAPI, or a handler of the application's own, words it as all of its refusals; Starlette writes the text as it is.
    """
    headers = dict(answer.headers)
    if {HTTPException, answer.status}.isdisjoint(getattr(app, "exception_handlers", ())):
        return HTTPException(answer.status, detail=answer.body.decode(), headers=headers)
    headers.pop("Content-Type", None)
    return HTTPException(answer.status, detail=REFUSAL, headers=headers)
