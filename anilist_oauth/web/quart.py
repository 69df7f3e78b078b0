"""Log in with AniList in a Quart application. `anilist_oauth.web` explains the arguments.

def welcome(request: Request, completed: CompletedLogin) -> Response:
    session.clear()
    session["subject"] = completed.login.subject
    return redirect(completed.login.return_to or "/")

app = Quart(__name__)
app.while_serving(lifespan(anilist, store, flow))
init_app(app, flow, on_login=welcome)
"""

from collections.abc import AsyncGenerator, Awaitable, Callable

from anilist_oauth.arguments import expect
from anilist_oauth.errors import AniListOAuthError
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.redaction import Masked
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.web.adapter import LOGIN_PATH, Adapter, Answer, Handlers, InitApp, LoginRoutes, Subject
from anilist_oauth.web.browser_request import BrowserRequest
from anilist_oauth.web.browser_response import Amendment, BrowserResponse
from anilist_oauth.web.lifespan import Openable, opened
from anilist_oauth.web.token_required import REQUIRED, RequiredToken

try:
    import quart
    from quart import Blueprint, Quart, Request, current_app
    from werkzeug.datastructures import Headers
    from werkzeug.exceptions import HTTPException
    from werkzeug.sansio.response import Response
except ModuleNotFoundError as _missing:
    raise ImportError("quart is not installed: pip install 'anilist-oauth[quart]'") from _missing

__all__ = ["init_app", "lifespan", "login_routes", "token_for_request"]

_NAME = "anilist_oauth"


class _Quart(Adapter[Quart, Blueprint, Request, Response]):
    applications = (Quart,)
    raised = (HTTPException,)

    def routes(self, login: Handlers[Request, Response]) -> Blueprint:
        blueprint = Blueprint(_NAME, __name__)
        for number, (path, methods, answer) in enumerate(login.routes):
            blueprint.add_url_rule(path, str(number), _endpoint(answer), methods=[*methods])
        return blueprint

    def install(self, app: Quart, login: Handlers[Request, Response]) -> None:
        async def instead(error: AniListOAuthError) -> Response:
            return login.instead(_read(quart.request), error)

        app.register_blueprint(self.routes(login))
        app.extensions[_NAME] = login
        for kind in REQUIRED:
            app.register_error_handler(kind, instead)

    def respond(self, answer: BrowserResponse) -> Response:
        return quart.Response(answer.body, answer.status, Headers(answer.lines.items()))

    def redirects(self, response: object) -> bool:
        return isinstance(response, Response) and "Location" in response.headers

    def amend(self, response: Response, amendment: Amendment) -> Response:
        response.status_code = amendment.status or response.status_code
        response.headers.update(amendment.headers)
        response.headers.extend(("Set-Cookie", cookie.line) for cookie in amendment.cookies)
        return response

    def response_of(self, error: HTTPException) -> Response:
        return error.get_response()


_QUART = _Quart()
login_routes: LoginRoutes[Request, Response, Blueprint] = _QUART.login_routes
init_app: InitApp[Quart, Request, Response] = _QUART.init_app


def lifespan(*things: Openable) -> Callable[[], AsyncGenerator[None, None]]:
    """Open session, store and flow in this order, and close them in reverse: ``app.while_serving(lifespan(…))``."""

    async def serving() -> AsyncGenerator[None, None]:
        async with opened(things):
            yield

    return serving


def token_for_request(
    flow: LoginFlow, subject: Subject[Request], *, login_path: str = LOGIN_PATH, callback_path: str | None = None
) -> Callable[..., Awaitable[Token]]:
    """Return an async function that returns the token of the user whom `subject` returns for the current request.

    The request may be passed to it. Without a token, a person is sent to the login, and a program gets 401.
    """
    required = RequiredToken(flow, subject, login_path=login_path, callback_path=callback_path)

    async def token(request: Request = quart.request) -> Token:
        given = Masked(request)
        del request  # its repr shows the whole address
        found = await required.find(given, _read(given.value), installed=_NAME in current_app.extensions)
        if isinstance(found, Token):
            return found
        raise HTTPException(response=_QUART.respond(found))

    return token


def _endpoint(answer: Answer[Request, Response]) -> Callable[[], Awaitable[Response]]:
    async def endpoint() -> Response:
        return await answer(quart.request, _read(quart.request))

    return endpoint


def _read(request: Request) -> BrowserRequest:
    expect(request, Request, "request: a Request of Quart is needed, in a handler")
    return BrowserRequest.from_scope(request.scope)
