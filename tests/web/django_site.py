"""The site in Django, behind the middleware for any ASGI application."""

import sys
from types import ModuleType
from typing import Any

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path

from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.web import asgi
from anilist_oauth.web.browser_request import BrowserRequest
from anilist_oauth.web.conformance.site import TROUBLES, WHO, Site
from tests.web.sites import Outside, by_uvicorn

_PAGES = "tests.web.pages"  # in a request's scope: the pages of the site that this request is for


class _Pages:
    """The pages of one site."""

    def __init__(self, flow: LoginFlow, site: Site) -> None:
        self._site = site
        self._token = asgi.token_for_request(flow, lambda scope: BrowserRequest.from_scope(scope).cookies.get(WHO))

    async def welcome(self, request: HttpRequest) -> HttpResponse:
        completed = request.scope["anilist"]
        with asgi.answering(request.scope):
            response = HttpResponseRedirect(self._site.welcome(completed))
        response.set_cookie(WHO, completed.login.subject)
        return response

    async def home(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(f"who: {request.COOKIES.get(WHO)} at {request.get_full_path()}", content_type="text/plain")

    async def mine(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(f"user {(await self._token(request.scope)).user_id}", content_type="text/plain")

    async def trouble(self, request: HttpRequest) -> HttpResponse:
        with asgi.answering(request.scope):
            raise TROUBLES["/" + request.path.rpartition("/")[2]]


def _view(name: str) -> Any:
    async def view(request: HttpRequest) -> HttpResponse:
        found: HttpResponse = await getattr(request.scope[_PAGES], name)(request)
        return found

    return view


def _set_up() -> None:
    """Set up Django, once per process. A request's scope names its site."""
    if settings.configured:
        return
    urls = ModuleType("tests_web_django_urls")
    below = [path("mine", _view("mine")), *(path(name[1:], _view("trouble")) for name in TROUBLES)]
    deeper = [path(f"deeper/{one.pattern}", one.callback) for one in below]
    vars(urls)["urlpatterns"] = [path("", _view("home")), path("welcome", _view("welcome")), *below, *deeper]
    sys.modules[urls.__name__] = urls
    settings.configure(
        SECRET_KEY="k" * 50, ALLOWED_HOSTS=["*"], ROOT_URLCONF=urls.__name__, MIDDLEWARE=[], LOGGING_CONFIG=None
    )
    django.setup()


class DjangoSite:
    """The site in Django."""

    adapter = asgi

    def application(self, flow: LoginFlow, site: Site, *things: Any) -> Any:
        """Write it."""
        _set_up()
        inner, pages = ASGIHandler(), _Pages(flow, site)

        async def application(scope: Any, receive: Any, send: Any) -> None:
            await inner({**scope, _PAGES: pages}, receive, send)

        options: dict[str, Any] = site.options | {"on_login": "/welcome"}
        if on_error := site.on_error:
            options["on_error"] = lambda _scope, error: on_error(error)
        if subject := site.subject:
            options["subject"] = lambda scope: subject(BrowserRequest.from_scope(scope).cookies)
        login = asgi.LoginMiddleware(application, flow, **options)
        return Outside(asgi.lifespan(*things)(login), site)

    def init_app(self, application: Any, flow: LoginFlow) -> None:
        """Add a login to any ASGI application."""
        asgi.LoginMiddleware(application, flow, on_login="/welcome")

    def served(self, application: Any, listener: Any) -> Any:
        """Serve it with uvicorn."""
        return by_uvicorn(application, listener)
