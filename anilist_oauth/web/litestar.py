"""Log in with AniList in a Litestar application. `anilist_oauth.web` explains the arguments.

def welcome(request: Request, completed: CompletedLogin) -> Redirect:
    request.set_session({"subject": completed.login.subject})
    return Redirect(completed.login.return_to or "/")
app = Litestar(handlers, plugins=[LoginPlugin(flow, on_login=welcome)], lifespan=[lifespan(session, store, flow)])
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, Unpack

from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.web.adapter import LOGIN_PATH, Adapter, Handlers, InitApp, LoginArguments, LoginRoutes, Subject
from anilist_oauth.web.browser_request import BrowserRequest
from anilist_oauth.web.browser_response import Amendment, BrowserResponse
from anilist_oauth.web.lifespan import Openable, opened
from anilist_oauth.web.token_required import NOT_ALLOWED, REFUSAL, REQUIRED, RequiredToken

try:
    import litestar
    from litestar import Litestar
    from litestar.config.app import AppConfig
    from litestar.connection import ASGIConnection
    from litestar.exceptions import HTTPException, WebSocketException
    from litestar.handlers import HTTPRouteHandler as Route
    from litestar.plugins import InitPlugin
    from litestar.types import Scope
except ModuleNotFoundError as _missing:
    raise ImportError("litestar is not installed: pip install 'anilist-oauth[litestar]'") from _missing

__all__ = ["LoginPlugin", "init_app", "lifespan", "login_routes", "token_for_request"]

Request: TypeAlias = litestar.Request[Any, Any, Any]
Response: TypeAlias = litestar.Response[Any]
_EXEMPT = {"exclude_from_csrf": True}  # the one form is protected by the check of where it came from


class _Litestar(Adapter[Litestar | AppConfig, list[Route], Request, Response]):
    applications = (Litestar, AppConfig)

    def routes(self, login: Handlers[Request, Response]) -> list[Route]:
        return [
            Route(path, http_method=[*methods, "HEAD"], include_in_schema=False, opt=_EXEMPT)(_served(answer))
            for path, methods, answer in login.routes
        ]

    def install(self, app: Litestar | AppConfig, login: Handlers[Request, Response]) -> None:
        def instead(request: Request, error: Any) -> Response:
            return login.instead(BrowserRequest.from_scope(request.scope), error)

        for handler in self.routes(login):
            app.register(handler) if isinstance(app, Litestar) else app.route_handlers.append(handler)
        app.exception_handlers.update(dict.fromkeys(REQUIRED, instead))

    def respond(self, answer: BrowserResponse) -> Response:
        return self.amend(litestar.Response(answer.body, media_type=answer.lines.get("Content-Type")), answer)

    def redirects(self, response: object) -> bool:
        return isinstance(response, litestar.response.Redirect) or "Location" in getattr(response, "headers", ())

    def amend(self, response: Response, amendment: Amendment) -> Response:
        response.status_code = amendment.status or response.status_code
        response.headers.update(amendment.headers)
        for one in amendment.cookies:
            response.set_cookie(one.name, one.value, one.max_age, httponly=True, secure=one.secure)
        return response


_LITESTAR = _Litestar()
login_routes: LoginRoutes[Request, Response, list[Route]] = _LITESTAR.login_routes
init_app: InitApp[Litestar | AppConfig, Request, Response] = _LITESTAR.init_app


class LoginPlugin(InitPlugin):
    """Does the same as `init_app`, as a plugin: ``Litestar(plugins=[LoginPlugin(flow, on_login=welcome)])``."""

    def __init__(self, flow: LoginFlow, **arguments: Unpack[LoginArguments[Request, Response]]) -> None:
        self._flow, self._arguments = flow, arguments

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        """Add the login to the application's configuration."""
        init_app(app_config, self._flow, **self._arguments)
        return app_config


def lifespan(*things: Openable) -> Callable[[Litestar], Openable]:
    """Open session, store and flow in this order, and close them in reverse: ``Litestar(lifespan=[lifespan(…)])``."""
    return lambda _: opened(things)


def token_for_request(
    flow: LoginFlow, subject: Subject[Any], *, login_path: str = LOGIN_PATH, callback_path: str | None = None
) -> Callable[[Scope], Awaitable[Token]]:
    """Return a dependency that provides the token of the user whom `subject` returns for a request or WebSocket.

    Without a token, a person is sent to the login, a program gets 401, and a WebSocket is refused.
    """
    required = RequiredToken(flow, subject, login_path=login_path, callback_path=callback_path)

    async def token(scope: Scope) -> Token:
        browser, connection = BrowserRequest.from_scope(scope), ASGIConnection[Any, Any, Any, Any](scope)
        del scope  # crash reporters would show the cookies
        installed = "method" in connection.scope and REQUIRED[0] in connection.app.exception_handlers
        found = await required.find(connection, browser, installed=installed)
        if isinstance(found, Token):
            return found
        if "method" not in connection.scope:  # a WebSocket
            raise WebSocketException(detail=REFUSAL, code=NOT_ALLOWED)
        raise HTTPException(REFUSAL, status_code=found.status, headers=dict(found.headers))

    return token


def _served(answer: Callable[..., Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def served(request: Request) -> Response:
        return await answer(request, BrowserRequest.from_scope(request.scope))

    return served
