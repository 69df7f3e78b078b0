"""Log in with AniList in a Starlette or FastAPI application.

    def welcome(request: Request, completed: CompletedLogin) -> Response:
        request.session.clear()
        request.session["subject"] = completed.login.subject
        return RedirectResponse(completed.login.return_to or "/")

    app = FastAPI(lifespan=lifespan(session, store, flow))
    init_app(app, flow, on_login=welcome)

Link to ``/login/anilist`` from a page. The application's session stores who is signed in. Each login must clear the
session first. `anilist_oauth.web` explains the arguments.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

from anilist_oauth.arguments import expect
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.redaction import Masked
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.web.adapter import LOGIN_PATH, Adapter, Answer, Handlers, InitApp, LoginRoutes, Subject
from anilist_oauth.web.asgi_errors import INSTALLED, AnswerErrors
from anilist_oauth.web.browser_request import BrowserRequest
from anilist_oauth.web.browser_response import Amendment, BrowserResponse
from anilist_oauth.web.lifespan import Openable, opened
from anilist_oauth.web.token_required import NOT_ALLOWED, REFUSAL, RequiredToken

try:
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException, WebSocketException
    from starlette.requests import HTTPConnection, Request
    from starlette.responses import PlainTextResponse, Response
    from starlette.routing import Route
except ModuleNotFoundError as _missing:
    raise ImportError("starlette is not installed: pip install 'anilist-oauth[starlette]'") from _missing

__all__ = ["init_app", "lifespan", "login_routes", "token_for_request"]


class _Starlette(Adapter[Starlette, list[Route], Request, Response]):
    applications = (Starlette,)
    raised = (HTTPException,)

    def routes(self, login: Handlers[Request, Response]) -> list[Route]:
        return [
            Route(path, partial(_serve, answer), methods=methods, include_in_schema=False)
            for path, methods, answer in login.routes
        ]

    def install(self, app: Starlette, login: Handlers[Request, Response]) -> None:
        app.router.routes.extend(self.routes(login))
        app.add_middleware(AnswerErrors, endpoints=login.endpoints)

    def respond(self, answer: BrowserResponse) -> Response:
        return self.amend(Response(answer.body, answer.status), answer)

    def redirects(self, response: object) -> bool:
        return isinstance(response, Response) and "Location" in response.headers

    def amend(self, response: Response, amendment: Amendment) -> Response:
        response.status_code = amendment.status or response.status_code
        response.headers.update(dict(amendment.headers))
        for cookie in amendment.cookies:
            response.headers.append("Set-Cookie", cookie.line)
        return response

    def response_of(self, error: HTTPException) -> Response:
        return PlainTextResponse(str(error.detail), error.status_code, error.headers)


_STARLETTE = _Starlette()
login_routes: LoginRoutes[Request, Response, list[Route]] = _STARLETTE.login_routes
init_app: InitApp[Starlette, Request, Response] = _STARLETTE.init_app


def lifespan(*things: Openable) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """Open session, store and flow in this order, and close them in reverse: ``FastAPI(lifespan=lifespan(…))``."""
    return lambda _: opened(things)


def token_for_request(
    flow: LoginFlow, subject: Subject[Any], *, login_path: str = LOGIN_PATH, callback_path: str | None = None
) -> Callable[[HTTPConnection], Awaitable[Token]]:
    """Return a dependency that provides the token of the user whom `subject` returns for a request or WebSocket.

    Without a token, people must log in, programs get 401, WebSockets are refused. Without `init_app`, pass the paths.
    """
    required = RequiredToken(flow, subject, login_path=login_path, callback_path=callback_path)

    async def token(connection: HTTPConnection) -> Token:
        expect(connection, HTTPConnection, "request: a Request or WebSocket of Starlette is needed")
        given = Masked(connection)
        del connection  # crash reporters would show its cookies, because it is a mapping
        browser = BrowserRequest.from_scope(given.value.scope, outermost=True)
        found = await required.find(given, browser, installed=INSTALLED in given.value.scope)
        if isinstance(found, Token):
            return found
        if given.value.scope["type"] == "websocket":
            raise WebSocketException(NOT_ALLOWED, REFUSAL)
        raise _http_exception(found, given.value.scope.get("app"))

    return token


async def _serve(answer: Answer[Request, Response], request: Request) -> Response:
    given = Masked(request)
    del request  # crash reporters would show its cookies, because it is a mapping
    return await answer(given.value, BrowserRequest.from_scope(given.value.scope))


def _http_exception(answer: BrowserResponse, app: object) -> HTTPException:
    """Return an exception, which FastAPI or a handler of the application formats like any other."""
    headers, handlers = dict(answer.headers), getattr(app, "exception_handlers", ())
    if {HTTPException, answer.status}.isdisjoint(handlers):  # without a handler, Starlette sends the detail as it is
        return HTTPException(answer.status, detail=answer.body.decode(), headers=headers)
    return HTTPException(answer.status, REFUSAL, {name: headers[name] for name in headers if name != "Content-Type"})
