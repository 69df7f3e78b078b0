"""Log in with AniList in any ASGI application, such as Django, Sanic or BlackSheep.

    app = LoginMiddleware(app, flow, on_login="/welcome")
    app = lifespan(session, store, flow)(app)

After a login, the middleware calls a route of the application with a GET request, here ``/welcome``. The route finds
the `CompletedLogin` in ``scope["anilist"]``. It can use the application's session and must return a redirect:

    async def welcome(request):  # a view of Django
        completed = request.scope["anilist"]
        await request.session.acycle_key()
        await request.session.aset("subject", completed.login.subject)
        return HttpResponseRedirect(completed.login.return_to or "/")

Requests from outside cannot reach that route, and cannot set ``scope["anilist"]``. `subject` and `on_error` are called
with the scope. WSGI applications have no event loop. Serve Django through its ``asgi.py``, and use Quart for Flask.
"""

from collections.abc import Awaitable, Callable
from typing import cast

from anilist_oauth.arguments import expect
from anilist_oauth.errors import AniListOAuthError, ConfigurationError
from anilist_oauth.html_page import Pages
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.login.login import CompletedLogin
from anilist_oauth.redaction import Masked
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.web.asgi_errors import INSTALLED, AnswerErrors, ASGIApp, HeldAnswer, Receive, Scope, Send, answering
from anilist_oauth.web.asgi_lifespan import check_application, lifespan
from anilist_oauth.web.asgi_response import ASGIResponse, ASGIResponses
from anilist_oauth.web.browser_request import BrowserRequest, quoted
from anilist_oauth.web.browser_response import PRIVATE, BrowserResponse, redirect
from anilist_oauth.web.handlers import Handlers, Subject, check_hooks, settled
from anilist_oauth.web.login_endpoints import LoginEndpoints
from anilist_oauth.web.login_paths import LOGIN_PATH, is_plain_path, leniently_read
from anilist_oauth.web.token_required import NOT_ALLOWED, RequiredToken

__all__ = ["LoginMiddleware", "answering", "lifespan", "token_for_request"]

KEY = "anilist"
OnError = Callable[[Scope, AniListOAuthError], Awaitable[str | None] | str | None]


class LoginMiddleware:
    """Middleware that responds at the addresses of a login, and passes every other request to the application.

    Args:
        app: The ASGI application.
        flow: The flow that the logins belong to.
        on_login: The path of the application's route to which finished logins are passed.
        login_path: Where a login begins.
        subject: Called with the scope. Returns the site's signed-in user, or None.
        callback_path: The callback's path in this application, if it differs from the redirect URI's path.
        on_error: Called with the scope and the error of a failed login. Returns the address to redirect to, or None to
            show the usual page.
        pages: The application's name and the language on the pages.
        sign_in: With `subject`: whether visitors who are not signed in at the site may sign in with AniList.

    Raises:
        ConfigurationError: `app` is not an ASGI application, a path is invalid, or the redirect URI is not a web
            address.
    """

    def __init__(
        self,
        app: ASGIApp,
        flow: LoginFlow,
        *,
        on_login: str,
        login_path: str = LOGIN_PATH,
        subject: Subject[Scope] | None = None,
        callback_path: str | None = None,
        on_error: OnError | None = None,
        pages: Pages | None = None,
        sign_in: bool = False,
    ) -> None:
        check_application(app)
        expect(on_login, str, "on_login: the path of a route of the application is needed")
        check_hooks(subject, on_error)
        linking = subject is not None
        self._endpoints = LoginEndpoints(
            flow, login_path=login_path, callback_path=callback_path, linking=linking, pages=pages, sign_in=sign_in
        )
        paths, self._hidden = self._endpoints.paths, leniently_read(on_login)
        own = map(leniently_read, (paths.login, paths.callback, paths.failed))
        if not is_plain_path(on_login) or self._hidden in own:
            raise ConfigurationError("on_login: the path of a route of the application is needed, such as /welcome")
        self._app = app
        self._guarded = AnswerErrors(app, endpoints=self._endpoints)
        self._on_login, self._on_error, self._subject = on_login, on_error, subject

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        given = Masked(scope)
        del scope  # crash reporters would show the cookies and the query
        kind = given.value["type"]
        if kind not in {"http", "websocket"}:
            await self._app(given.value, receive, send)
            return
        given.value.pop(KEY, None)
        browser = BrowserRequest.from_scope(given.value)
        response = None
        paths = {browser.path, given.value["path"].removeprefix(browser.prefix)}
        if self._hidden in map(leniently_read, paths):
            response = ASGIResponses().respond(BrowserResponse(status=404, headers=PRIVATE))
        elif kind == "http":
            response = await self._answer(given, receive, browser)
        if response is None:
            await self._guarded(given.value, receive, send)
        elif kind == "websocket":
            await send({"type": "websocket.close", "code": NOT_ALLOWED})
        else:
            await response.send(send, head=browser.method == "HEAD")

    async def _answer(self, scope: Masked[Scope], receive: Receive, browser: BrowserRequest) -> ASGIResponse | None:
        """Return the response for an address of the login, or None for any other address."""

        async def on_login(given: Scope, completed: CompletedLogin) -> ASGIResponse:
            del given  # the same as `scope`, but not masked
            return await self._hand_on(scope, receive, completed)

        login = Handlers(
            endpoints=self._endpoints,
            framework=ASGIResponses(),
            on_login=on_login,
            subject=self._subject,
            on_error=self._explain,
        )
        for path, methods, answer in login.routes:
            if browser.path == path and browser.method in {*methods, "HEAD"}:
                response: ASGIResponse = await answer(scope.value, browser)
                return response
        return None

    async def _explain(self, scope: Scope, error: AniListOAuthError) -> ASGIResponse | None:
        given = Masked(scope)
        del scope
        address = None if self._on_error is None else await settled(self._on_error(given.value, error))
        expect(address, str | None, "on_error: the hook must return the address to redirect to, or None")
        return None if address is None else ASGIResponses().respond(redirect(address))

    async def _hand_on(self, scope: Masked[Scope], receive: Receive, completed: CompletedLogin) -> ASGIResponse:
        """Call the application's route for finished logins, and return its response."""
        root = scope.value.get("root_path", "").rstrip("/")
        path = f"{root}{self._on_login}" if f"{scope.value['path']}/".startswith(f"{root}/") else self._on_login
        response = ASGIResponse()
        held = HeldAnswer(response.keep)
        changed = {"path": path, "raw_path": quoted(path).encode(), "query_string": b"", KEY: completed}
        await self._app({**scope.value, **changed, INSTALLED: held}, receive, response.keep)
        if held.error is not None:
            raise held.error
        if not ASGIResponses().redirects(response):
            raise ConfigurationError(f"on_login: {self._on_login} must answer with a redirect, not {response.status}")
        return response


def token_for_request(
    flow: LoginFlow, subject: Subject[Scope], *, login_path: str = LOGIN_PATH, callback_path: str | None = None
) -> Callable[[Scope], Awaitable[Token]]:
    """Return an async function that takes a scope and returns the token of the user whom `subject` returns for it.

    Without a token, it raises `LoginRequiredError`. `LoginMiddleware` then responds in place of the application.
    """
    required = RequiredToken(flow, subject, login_path=login_path, callback_path=callback_path)

    async def token(scope: Scope) -> Token:
        given = Masked(scope)
        del scope
        with answering(given.value):
            found = await required.find(given, BrowserRequest.from_scope(given.value), installed=True)
        return cast("Token", found)

    return token
