"""One small site, written for each framework and served by its real server on loopback."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Annotated, Any

import fastapi
import litestar
import quart
import uvicorn
from aiohttp import web
from litestar.config.app import AppConfig
from litestar.di import NamedDependency
from litestar.response import Redirect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

import anilist_oauth.web.aiohttp
import anilist_oauth.web.litestar
import anilist_oauth.web.quart
import anilist_oauth.web.starlette
from anilist_oauth.errors import AniListOAuthError
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.login.login import CompletedLogin
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.web.conformance.site import TROUBLES, WHO, Site


async def _settled(value: Any) -> Any:
    return await value if isinstance(value, Awaitable) else value


class Aiohttp:
    """The site in aiohttp.web."""

    adapter = anilist_oauth.web.aiohttp

    def application(self, flow: LoginFlow, site: Site, *things: Any) -> web.Application:
        """Write it."""

        @web.middleware
        async def seen(request: web.Request, handler: Any) -> web.StreamResponse:
            site.callbacks.append(str(request.url))
            response: web.StreamResponse = await handler(request)
            return response

        application = web.Application(middlewares=[seen])
        self._add_pages(application, flow)
        options = self._options(site)
        if site.with_init_app:
            self.adapter.init_app(application, flow, **options)
        else:
            application.add_routes(self.adapter.login_routes(flow, **options))
        outer = application
        if site.prefix:
            outer = web.Application()
            outer.add_subapp(site.prefix, application)
        outer.cleanup_ctx.append(self.adapter.lifespan(*things))
        return outer

    def _add_pages(self, application: web.Application, flow: LoginFlow) -> None:
        token = self.adapter.token_for_request(flow, lambda request: request.cookies.get(WHO))

        async def home(request: web.Request) -> web.Response:
            return web.Response(text=f"who: {request.cookies.get(WHO)} at {request.path_qs}")

        async def mine(request: web.Request) -> web.Response:
            found: Token = await token(request)
            return web.Response(text=f"user {found.user_id}")

        async def trouble(request: web.Request) -> web.Response:
            raise TROUBLES["/" + request.path.rpartition("/")[2]]

        pages = [web.route("*", "/mine", mine), *(web.route("*", path, trouble) for path in TROUBLES)]
        application.add_routes([web.get("/", home), *pages])
        deeper = web.Application()
        deeper.add_routes(pages)
        application.add_subapp("/deeper", deeper)

    def _options(self, site: Site) -> dict[str, Any]:
        async def welcome(_: web.Request, completed: CompletedLogin) -> web.StreamResponse:
            response = web.HTTPFound(site.welcome(completed))
            response.set_cookie(WHO, completed.login.subject or "")
            raise response

        options: dict[str, Any] = site.options | {"on_login": welcome}
        if on_error := site.on_error:

            async def error(_: web.Request, error: AniListOAuthError) -> web.StreamResponse | None:
                where = await _settled(on_error(error))
                return None if where is None else web.Response(status=302, headers={"Location": where})

            options["on_error"] = error
        if subject := site.subject:
            options["subject"] = lambda request: subject(request.cookies)
        return options

    def init_app(self, application: Any, flow: LoginFlow) -> None:
        """Add a login to whatever this is."""
        self.adapter.init_app(application, flow, on_login=lambda _request, _completed: web.HTTPFound("/"))

    @asynccontextmanager
    async def served(self, application: web.Application, listener: socket.socket) -> AsyncIterator[None]:
        """Serve it with aiohttp's runner."""
        runner = web.AppRunner(application, shutdown_timeout=1, access_log=None)
        await runner.setup()
        try:
            await web.SockSite(runner, listener).start()
            yield
        finally:
            await runner.cleanup()


class Asgi:
    """The site in Starlette, or FastAPI."""

    adapter = anilist_oauth.web.starlette

    def __init__(self, kind: type[Starlette], **options: Any) -> None:
        self._kind = kind
        self._kept = options

    def application(self, flow: LoginFlow, site: Site, *things: Any) -> Starlette:
        """Write it."""
        application = self._kind(**self._kept)
        application.add_middleware(_Seen, callbacks=site.callbacks)
        self._add_pages(application, flow)
        options = self._options(site)
        if site.with_init_app:
            self.adapter.init_app(application, flow, **options)
        else:
            application.router.routes.extend(self.adapter.login_routes(flow, **options))
        if not site.prefix:
            application.router.lifespan_context = self.adapter.lifespan(*things)
            return application
        outer = self._kind(lifespan=self.adapter.lifespan(*things))
        outer.mount(site.prefix, application)
        return outer

    def _add_pages(self, application: Starlette, flow: LoginFlow) -> None:
        token = self.adapter.token_for_request(flow, lambda request: request.cookies.get(WHO))

        async def home(request: Request) -> Response:
            target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return PlainTextResponse(f"who: {request.cookies.get(WHO)} at {target}")

        async def mine(request: Request) -> Response:
            return PlainTextResponse(f"user {(await token(request)).user_id}")

        async def mine_by_dependency(found: Annotated[Token, fastapi.Depends(token)]) -> Response:
            return PlainTextResponse(f"user {found.user_id}")

        async def trouble(request: Request) -> Response:
            raise TROUBLES["/" + request.url.path.rpartition("/")[2]]

        troubles = [Route(path, trouble, methods=["GET", "POST"]) for path in TROUBLES]

        if isinstance(application, fastapi.FastAPI):
            application.api_route("/mine", methods=["GET", "POST"])(mine_by_dependency)
        else:
            application.router.routes.append(Route("/mine", mine, methods=["GET", "POST"]))
        application.router.routes += [
            Route("/", home),
            *troubles,
            Mount("/deeper", self._kind(routes=[*troubles, Route("/mine", mine)])),
        ]

    def _options(self, site: Site) -> dict[str, Any]:
        def welcome(_: Request, completed: CompletedLogin) -> Response:
            response = RedirectResponse(site.welcome(completed))
            response.set_cookie(WHO, completed.login.subject or "")
            return response

        options: dict[str, Any] = site.options | {"on_login": welcome}
        if on_error := site.on_error:

            async def error(_: Request, error: AniListOAuthError) -> Response | None:
                where = await _settled(on_error(error))
                return None if where is None else RedirectResponse(where)

            options["on_error"] = error
        if subject := site.subject:
            options["subject"] = lambda request: subject(request.cookies)
        return options

    def init_app(self, application: Any, flow: LoginFlow) -> None:
        """Add a login to whatever this is."""
        self.adapter.init_app(application, flow, on_login=lambda _request, _completed: RedirectResponse("/"))

    def served(self, application: Starlette, listener: socket.socket) -> Any:
        """Serve it with uvicorn."""
        return by_uvicorn(application, listener)


class QuartSite:
    """The site in Quart."""

    adapter = anilist_oauth.web.quart

    def application(self, flow: LoginFlow, site: Site, *things: Any) -> Any:
        """Write it."""
        application = quart.Quart("site")
        self._add_pages(application, flow)
        options = self._options(site)
        if site.with_init_app:
            self.adapter.init_app(application, flow, **options)
        else:
            application.register_blueprint(self.adapter.login_routes(flow, **options))
        application.while_serving(self.adapter.lifespan(*things))
        return Outside(application, site)

    def _add_pages(self, application: quart.Quart, flow: LoginFlow) -> None:
        token = self.adapter.token_for_request(flow, lambda request: request.cookies.get(WHO))

        async def home() -> str:
            query = f"?{quart.request.query_string.decode()}" if quart.request.query_string else ""
            return f"who: {quart.request.cookies.get(WHO)} at {quart.request.root_path}{quart.request.path}{query}"

        async def mine() -> str:
            return f"user {(await token()).user_id}"

        async def trouble() -> str:
            raise TROUBLES["/" + quart.request.path.rpartition("/")[2]]

        deeper = quart.Blueprint("deeper", "deeper", url_prefix="/deeper")
        for place in (application, deeper):
            place.add_url_rule("/mine", "mine", mine, methods=["GET", "POST"])
            for path in TROUBLES:
                place.add_url_rule(path, path[1:], trouble, methods=["GET", "POST"])
        application.add_url_rule("/", "home", home)
        application.register_blueprint(deeper)

    def _options(self, site: Site) -> dict[str, Any]:
        async def welcome(_: quart.Request, completed: CompletedLogin) -> Any:
            response = quart.redirect(site.welcome(completed))
            response.set_cookie(WHO, completed.login.subject or "")
            return response

        options: dict[str, Any] = site.options | {"on_login": welcome}
        if on_error := site.on_error:

            async def error(_: quart.Request, error: AniListOAuthError) -> Any:
                where = await _settled(on_error(error))
                return None if where is None else quart.redirect(where)

            options["on_error"] = error
        if subject := site.subject:
            options["subject"] = lambda request: subject(request.cookies)
        return options

    def init_app(self, application: Any, flow: LoginFlow) -> None:
        """Add a login to whatever this is."""
        self.adapter.init_app(application, flow, on_login=lambda _request, _completed: quart.redirect("/"))

    def served(self, application: Any, listener: socket.socket) -> Any:
        """Serve it with uvicorn."""
        return by_uvicorn(application, listener)


class LitestarSite:
    """The site in Litestar."""

    adapter = anilist_oauth.web.litestar

    def application(self, flow: LoginFlow, site: Site, *things: Any) -> Any:
        """Write it."""
        application = litestar.Litestar(self._pages(), **self._setup(flow, site, *things))
        return Outside(application, site)

    def _setup(self, flow: LoginFlow, site: Site, *things: Any) -> dict[str, Any]:
        options = self._options(site)
        token = self.adapter.token_for_request(flow, lambda connection: connection.cookies.get(WHO))
        setup: dict[str, Any] = {
            "dependencies": {"token": token},
            "lifespan": [self.adapter.lifespan(*things)],
            "logging_config": None,
            "openapi_config": None,
        }
        if site.with_init_app:
            return setup | {"plugins": [self.adapter.LoginPlugin(flow, **options)]}

        def add(config: AppConfig) -> AppConfig:
            config.route_handlers.extend(self.adapter.login_routes(flow, **options))
            return config

        return setup | {"on_app_init": [add]}

    def _pages(self) -> list[Any]:
        text = litestar.MediaType.TEXT

        @litestar.get("/", media_type=text)
        async def home(request: litestar.Request[Any, Any, Any]) -> str:
            query = request.scope["query_string"].decode()
            root = request.scope.get("root_path", "")
            return f"who: {request.cookies.get(WHO)} at {root}{request.scope['path']}" + (f"?{query}" if query else "")

        @litestar.route("/mine", http_method=["GET", "POST"], media_type=text, status_code=200)
        async def mine(token: NamedDependency[Token]) -> str:
            return f"user {token.user_id}"

        @litestar.route([*TROUBLES], http_method=["GET", "POST"], media_type=text, status_code=200)
        async def trouble(request: litestar.Request[Any, Any, Any]) -> str:
            raise TROUBLES["/" + request.scope["path"].rpartition("/")[2]]

        return [home, mine, trouble, litestar.Router("/deeper", route_handlers=[mine, trouble])]

    def _options(self, site: Site) -> dict[str, Any]:
        def welcome(_: Any, completed: CompletedLogin) -> Redirect:
            response = Redirect(site.welcome(completed))
            response.set_cookie(WHO, completed.login.subject or "")
            return response

        options: dict[str, Any] = site.options | {"on_login": welcome}
        if on_error := site.on_error:

            async def error(_: Any, error: AniListOAuthError) -> Redirect | None:
                where = await _settled(on_error(error))
                return None if where is None else Redirect(where)

            options["on_error"] = error
        if subject := site.subject:
            options["subject"] = lambda request: subject(request.cookies)
        return options

    def init_app(self, application: Any, flow: LoginFlow) -> None:
        """Add a login to whatever this is."""
        self.adapter.init_app(application, flow, on_login=lambda _request, _completed: Redirect("/"))

    def served(self, application: Any, listener: socket.socket) -> Any:
        """Serve it with uvicorn."""
        return by_uvicorn(application, listener)


@asynccontextmanager
async def by_uvicorn(application: Any, listener: socket.socket, *, root_path: str = "") -> AsyncIterator[None]:
    """Serve an application. Early connections wait until it has started."""
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else each body waits 40 ms for the client's ACK
    config = uvicorn.Config(
        application, log_config=None, lifespan="on", timeout_graceful_shutdown=1, root_path=root_path
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.stop.set()
        await serving
        listener.close()


class _Server(uvicorn.Server):
    """A server that is told when to stop, and does not look ten times a second whether it should."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.stop = asyncio.Event()

    async def main_loop(self) -> None:
        """Serve until `stop` is set."""
        await self.on_tick(0)  # the default headers
        await self.stop.wait()


class Outside:
    """Wraps an application: records each request, and mounts the application at the prefix."""

    def __init__(self, app: Any, site: Site) -> None:
        self._app = _Seen(app, site.callbacks)
        self._prefix = site.prefix

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection."""
        if scope["type"] != "lifespan" and self._prefix:
            if not scope["path"].startswith(f"{self._prefix}/"):
                await PlainTextResponse("Not Found", 404)(scope, receive, send)
                return
            scope = scope | {"root_path": self._prefix}
        await self._app(scope, receive, send)


class _Seen:
    def __init__(self, app: Any, callbacks: list[str]) -> None:
        self._app = app
        self._callbacks = callbacks

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            self._callbacks.append(str(Request(scope).url))
        await self._app(scope, receive, send)
