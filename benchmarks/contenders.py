"""The ways to exchange a code: this package, bare aiohttp, and the peers as their own documentation shows them.

Each peer shares one client among all calls, which is the most favorable way to use it.
"""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import httpx
import uvloop
from authlib.integrations.httpx_client import AsyncOAuth2Client
from httpx_oauth.oauth2 import BaseOAuth2
from yarl import URL

from anilist_oauth import Application, Endpoints, OAuthSession
from benchmarks.origin import CLIENT_ID, CLIENT_SECRET, FIELDS, REDIRECT_URI, Origin
from benchmarks.turns import Call, Contender

APPLICATION = Application(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, redirect_uri=REDIRECT_URI)
OURS, NAIVE = "anilist_oauth", "naive aiohttp"
YEAR = timedelta(days=365)


def endpoints(origin: Origin, token: str = "token") -> Endpoints:
    """Point a session at the benchmark's server."""
    return Endpoints(authorization=origin.url / "authorize", token=origin.url / token, graphql=origin.url / "graphql")


def naive(url: URL) -> Contender:
    """Bare aiohttp, without any check."""

    @contextlib.asynccontextmanager
    async def opened() -> AsyncIterator[Call]:
        async with aiohttp.ClientSession() as session:

            async def call(code: str) -> object:
                response = await session.post(url, json={**FIELDS, "code": code})
                return await response.json()

            yield call

    return Contender(name=NAIVE, open=opened)


def ours(origin: Origin, token: str = "token", *, fast_loop: bool = False) -> Contender:
    """This package, with all its checks."""

    @contextlib.asynccontextmanager
    async def opened() -> AsyncIterator[Call]:
        async with OAuthSession(APPLICATION, endpoints=endpoints(origin, token)) as anilist:
            yield anilist.exchange_code

    if fast_loop:
        return Contender(name=f"{OURS} on uvloop", open=opened, loop_factory=uvloop.new_event_loop)
    return Contender(name=OURS, open=opened)


def authlib(url: URL) -> Contender:
    """Authlib on httpx2."""

    @contextlib.asynccontextmanager
    async def opened() -> AsyncIterator[Call]:
        async with AsyncOAuth2Client(
            CLIENT_ID, CLIENT_SECRET, redirect_uri=REDIRECT_URI, token_endpoint_auth_method="client_secret_post"
        ) as client:

            async def call(code: str) -> object:
                return await client.fetch_token(str(url), code=code)

            yield call

    return Contender(name="Authlib on httpx2", open=opened)


class _Sharing(BaseOAuth2[dict[str, object]]):
    """httpx-oauth with one shared client, which its documentation allows."""

    client: httpx.AsyncClient

    def get_httpx_client(self) -> contextlib.AbstractAsyncContextManager[httpx.AsyncClient]:
        return contextlib.nullcontext(self.client)


def httpx_oauth(url: URL) -> Contender:
    """httpx-oauth with a shared client."""

    @contextlib.asynccontextmanager
    async def opened() -> AsyncIterator[Call]:
        peer = _Sharing(
            CLIENT_ID,
            CLIENT_SECRET,
            "https://anilist.co/api/v2/oauth/authorize",
            str(url),
            token_endpoint_auth_method="client_secret_post",
        )
        async with httpx.AsyncClient() as peer.client:

            async def call(code: str) -> object:
                return await peer.get_access_token(code, REDIRECT_URI)

            yield call

    return Contender(name="httpx-oauth, one client", open=opened)
