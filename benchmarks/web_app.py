"""The two web applications of `web_login`, each a process: ``python -m benchmarks.web_app ours|naive URL``."""

import asyncio
import contextlib
import hashlib
import hmac
import secrets
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import cast

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

from anilist_oauth import CompletedLogin, LoginFlow, OAuthSession
from anilist_oauth.graphql.viewer_query import VIEWER_QUERY
from anilist_oauth.web.aiohttp import init_app, lifespan
from benchmarks.contenders import APPLICATION, endpoints
from benchmarks.graphql import LeapingLoop
from benchmarks.origin import FIELDS, REDIRECT_URI, Origin

_LIFE = 600


def ours(origin: Origin) -> web.Application:
    """The application with the adapter and stores in memory."""
    session = OAuthSession(APPLICATION, endpoints=endpoints(origin))
    flow = LoginFlow(session)

    async def welcome(_request: web.Request, _completed: CompletedLogin) -> web.StreamResponse:
        raise web.HTTPSeeOther("/")

    app = web.Application()
    app.cleanup_ctx.append(lifespan(session, flow))
    init_app(app, flow, on_login=welcome)
    return app


class HandWritten:
    """The same checks by hand: state, cookie, expiry, single use, token request, shape of the answer, viewer."""

    def __init__(self, origin: Origin) -> None:
        self._token, self._graphql = origin.url / "token", origin.url / "graphql"
        self._authorize = origin.url / "authorize"
        self._pending: dict[str, tuple[str, datetime]] = {}
        self._tokens: dict[str, tuple[str, datetime, object]] = {}

    async def lifespan(self, _app: web.Application) -> AsyncIterator[None]:
        """Keep one client open."""
        async with aiohttp.ClientSession() as self._client:
            yield

    async def login(self, _request: web.Request) -> web.StreamResponse:
        """Begin."""
        state, binding = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self._pending[_digest(state)] = (_digest(binding), datetime.now(UTC) + timedelta(seconds=_LIFE))
        url = self._authorize.with_query(
            client_id=FIELDS["client_id"], redirect_uri=REDIRECT_URI, response_type="code", state=state
        )
        response = web.HTTPSeeOther(url, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
        response.set_cookie(
            f"__Host-login-{_digest(state)[:16]}", binding, max_age=_LIFE, httponly=True, secure=True, samesite="Lax"
        )
        raise response

    async def callback(self, request: web.Request) -> web.StreamResponse:
        """Finish."""
        code, state = request.query.getall("code"), request.query.getall("state")
        if len(code) != 1 or len(state) != 1 or "error" in request.query or "access_token" in request.query:
            raise web.HTTPBadRequest
        key = _digest(state[0])
        name = f"__Host-login-{key[:16]}"
        binding, expires_at = self._pending.get(key, ("", datetime.min.replace(tzinfo=UTC)))
        if expires_at < datetime.now(UTC) or not hmac.compare_digest(binding, _digest(request.cookies.get(name, ""))):
            raise web.HTTPForbidden
        del self._pending[key]
        async with self._client.post(self._token, data={**FIELDS, "code": code[0]}, allow_redirects=False) as answer:
            grant = await answer.json()
        if answer.status != 200 or grant["token_type"].lower() != "bearer" or not grant["access_token"]:
            raise web.HTTPBadGateway
        authorization = {"Authorization": f"Bearer {grant['access_token']}"}
        async with self._client.post(self._graphql, json={"query": VIEWER_QUERY}, headers=authorization) as answer:
            viewer = (await answer.json())["data"]["Viewer"]
        expires = datetime.now(UTC) + timedelta(seconds=grant["expires_in"])
        self._tokens[f"anilist:{int(viewer['id'])}"] = (grant["access_token"], expires, viewer)
        response = web.HTTPSeeOther("/", headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
        response.set_cookie(name, request.cookies[name], max_age=60, httponly=True, secure=True, samesite="Lax")
        raise response


def by_hand(origin: Origin) -> web.Application:
    """Hand-written handlers."""
    site = HandWritten(origin)
    app = web.Application()
    app.cleanup_ctx.append(site.lifespan)
    app.add_routes([web.get("/login/anilist", site.login), web.get("/callback", site.callback)])
    return app


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@web.middleware
async def _counted(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a minute pass after every few logins, so that the pace never delays."""
    cast("LeapingLoop", asyncio.get_running_loop()).count()
    return await handler(request)


async def _cpu(_request: web.Request) -> web.Response:
    return web.json_response(time.process_time())


async def _serve(kind: str, url: str) -> None:
    app = (ours if kind == "ours" else by_hand)(Origin(URL(url)))
    app.middlewares.append(_counted)
    app.router.add_get("/cpu", _cpu)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=LeapingLoop) as runner:
        runner.run(_serve(*sys.argv[1:]))
