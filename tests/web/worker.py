"""The application of each worker in `test_two_workers`. Its responses name the worker."""

import os

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from anilist_oauth import Application, CompletedLogin, Endpoints, LoginFlow, OAuthSession, open_store
from anilist_oauth.web.starlette import init_app, lifespan

_ANILIST = os.environ["ANILIST_TESTS_SANDBOX"]
_ENDPOINTS = Endpoints(
    authorization=f"{_ANILIST}/api/v2/oauth/authorize",
    token=f"{_ANILIST}/api/v2/oauth/token",
    graphql=f"{_ANILIST}/graphql",
)
_HEADERS = {"X-Worker": str(os.getpid())}


def _welcome(_: Request, completed: CompletedLogin) -> Response:
    return RedirectResponse(f"/?{completed.login.subject}", headers=_HEADERS)


async def _home(_: Request) -> Response:
    return PlainTextResponse("Hello", headers=_HEADERS)


_session = OAuthSession(Application.from_env(), endpoints=_ENDPOINTS)
_store = open_store()
_flow = LoginFlow(_session, logins=_store.logins, tokens=_store.tokens)
app = Starlette(routes=[Route("/", _home)], lifespan=lifespan(_session, _store, _flow))
init_app(app, _flow, on_login=_welcome)
