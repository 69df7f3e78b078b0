"""Log in with AniList in an aiohttp.web application.

    async def welcome(request: web.Request, completed: CompletedLogin) -> web.Response:
        (await new_session(request))["subject"] = completed.login.subject
        raise web.HTTPSeeOther(completed.login.return_to or "/")

    app = web.Application()
    app.cleanup_ctx.append(lifespan(session, store, flow))
    init_app(app, flow, on_login=welcome)

Link to ``/login/anilist`` from a page. The application's session stores who is signed in. Each login must create a new
session: use aiohttp-session's ``new_session``, not ``get_session``. `anilist_oauth.web` explains the arguments.
"""

from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Handler

from anilist_oauth.arguments import expect
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.web.adapter import LOGIN_PATH, Adapter, Answer, Handlers, InitApp, LoginRoutes, Subject
from anilist_oauth.web.browser_request import BrowserRequest
from anilist_oauth.web.browser_response import Amendment, BrowserResponse
from anilist_oauth.web.lifespan import Openable, opened
from anilist_oauth.web.token_required import REQUIRED, RequiredToken

__all__ = ["init_app", "lifespan", "login_routes", "token_for_request"]

_INSTALLED: web.AppKey[bool] = web.AppKey("anilist_oauth", bool)


class _Aiohttp(Adapter[web.Application, list[web.RouteDef], web.Request, web.StreamResponse]):
    applications = (web.Application,)
    raised = (web.HTTPException,)

    def routes(self, login: Handlers[web.Request, web.StreamResponse]) -> list[web.RouteDef]:
        return [web.route(method, path, _endpoint(answer, path)) for method, path, answer in login.by_method]

    def install(self, app: web.Application, login: Handlers[web.Request, web.StreamResponse]) -> None:
        resource = app.add_routes(self.routes(login))[0].resource

        @web.middleware
        async def instead(request: web.Request, handler: Handler) -> web.StreamResponse:
            try:
                return await handler(request)
            except REQUIRED as error:
                prefix = str(resource and resource.canonical).removesuffix(login.endpoints.paths.login)
                return login.instead(_read(request, prefix), error)

        app[_INSTALLED] = True
        app.middlewares.append(instead)

    def respond(self, answer: BrowserResponse) -> web.StreamResponse:
        return web.Response(status=answer.status, headers=answer.lines, body=answer.body)

    def redirects(self, response: object) -> bool:
        return isinstance(response, web.StreamResponse) and "Location" in response.headers

    def amend(self, response: web.StreamResponse, amendment: Amendment) -> web.StreamResponse:
        response.set_status(amendment.status or response.status)
        response.headers.update(amendment.headers)
        response.headers.extend(("Set-Cookie", cookie.line) for cookie in amendment.cookies)
        return response


_AIOHTTP = _Aiohttp()
login_routes: LoginRoutes[web.Request, web.StreamResponse, list[web.RouteDef]] = _AIOHTTP.login_routes
init_app: InitApp[web.Application, web.Request, web.StreamResponse] = _AIOHTTP.init_app


def lifespan(*things: Openable) -> Callable[[web.Application], AsyncIterator[None]]:
    """Open session, store and flow in order, and close them in reverse: ``app.cleanup_ctx.append(lifespan(…))``."""

    async def context(_: web.Application) -> AsyncIterator[None]:
        async with opened(things):
            yield

    return context


def token_for_request(
    flow: LoginFlow, subject: Subject[web.Request], *, login_path: str = LOGIN_PATH, callback_path: str | None = None
) -> Callable[[web.Request], Awaitable[Token]]:
    """Return an async function that takes a request and returns the token of the user whom `subject` returns for it.

    Without a token, a person is sent to the login, and a program gets 401. Only without `init_app`, pass the paths.
    """
    required = RequiredToken(flow, subject, login_path=login_path, callback_path=callback_path)

    async def token(request: web.Request) -> Token:
        expect(request, web.Request, "request: a Request of aiohttp.web is needed")
        found = await required.find(request, _read(request, ""), installed=_INSTALLED in request.config_dict)
        if isinstance(found, Token):
            return found
        refusal = web.HTTPUnauthorized(headers=found.lines, text=found.body.decode())
        refusal.set_status(found.status)
        raise refusal

    return token


def _endpoint(answer: Answer[web.Request, web.StreamResponse], path: str) -> Handler:
    async def endpoint(request: web.Request) -> web.StreamResponse:
        response = await answer(request, _read(request, request.path.removesuffix(path)))
        if isinstance(response, web.HTTPException):
            raise response  # aiohttp does not allow to return it
        return response

    return endpoint


def _read(request: web.Request, prefix: str) -> BrowserRequest:
    query, path = request.rel_url.raw_query_string, request.path.removeprefix(prefix)
    raw, decoded = request.raw_headers, request.headers
    return BrowserRequest(
        method=request.method, raw_headers=raw, query_string=query, prefix=prefix, path=path, decoded_headers=decoded
    )
