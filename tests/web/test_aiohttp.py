"""The aiohttp adapter does a few things that the others need not do."""

from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from yarl import URL

from anilist_oauth.login.login import CompletedLogin
from anilist_oauth.web.aiohttp import login_routes
from tests.flows import staged


async def test_on_login_may_return_or_raise() -> None:
    """Redirects of aiohttp are exceptions, which may be raised or returned, and a plain response works too."""
    for make in (_returns_plain, _returns_exception, _raises):
        async with staged() as stage:
            login, callback, _ = login_routes(stage.flow, on_login=make)
            begun = await login.handler(make_mocked_request("GET", "/login/anilist"))
            assert isinstance(begun, web.StreamResponse)
            url = await stage.sandbox.approve(begun.headers["Location"])
            cookie = begun.headers["Set-Cookie"].partition(";")[0]
            request = make_mocked_request("GET", str(URL(url).relative()), headers={"Cookie": cookie})
            try:
                answer = await callback.handler(request)
            except web.HTTPException as error:
                answer = error
            assert isinstance(answer, web.StreamResponse)
            assert (answer.status, answer.headers["Location"]) == (303, "/")


def _returns_plain(_request: web.Request, _completed: CompletedLogin) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": "/"})


def _returns_exception(_request: web.Request, _completed: CompletedLogin) -> web.StreamResponse:
    return web.HTTPFound("/")


async def _raises(_request: web.Request, _completed: CompletedLogin) -> web.StreamResponse:
    raise web.HTTPFound("/")
