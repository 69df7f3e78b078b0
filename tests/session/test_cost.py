"""The two hot paths stay as short as they were measured to be: work is counted, since time depends on the machine.

What is counted is this package's own: its Python functions, and what they call. aiohttp's share varies with its version
and with how packets come; it is compared with that of bare aiohttp in the same run. `benchmarks/` has the times.
"""

import gc
import secrets
import sys
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import FrameType
from typing import Any, Self

import aiohttp
from yarl import URL

import anilist_oauth
from anilist_oauth import Application, Endpoints, OAuthSession
from tests.raw_server import RawServer, answer

ROOM = 1.1  # over what was measured
OURS = str(Path(anilist_oauth.__file__).parent)
GENERATED = "<attrs generated methods anilist_oauth"
THEIRS = str(Path(aiohttp.__file__).parent)
BODY = b'{"token_type":"Bearer","expires_in":31536000,"access_token":"%b","refresh_token":"def502"}' % (b"a" * 1080)
APPLICATION = Application(client_id="12345", client_secret="s" * 40, redirect_uri="https://bot.example/callback")
FIELDS = {
    "grant_type": "authorization_code",
    "client_id": "12345",
    "client_secret": "s" * 40,
    "redirect_uri": APPLICATION.redirect_uri,
}


class Counter:
    """Counts the calls into and out of this package's functions, and those of aiohttp's functions."""

    def __init__(self) -> None:
        self.all = self.ours = self.theirs = 0

    def __enter__(self) -> Self:
        sys.setprofile(self._event)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _event(self, frame: FrameType, event: str, _argument: Any) -> None:
        if event in {"call", "c_call"}:
            place = frame.f_code.co_filename
            self.all += 1
            self.ours += place.startswith((OURS, GENERATED))
            self.theirs += event == "call" and place.startswith(THEIRS)


def code(number: int) -> str:
    """Make a code of AniList's form and size."""
    return f"def502{number:0744x}"


async def counted(exchange: Callable[[str], Awaitable[Any]]) -> Counter:
    """Count one exchange on a warm connection."""
    for number in range(3):
        await exchange(code(number))
    with Counter() as counter:
        await exchange(code(3))
    return counter


async def test_an_exchange_takes_at_most_twice_the_calls_of_a_naive_client() -> None:
    """All calls counted, and of aiohttp's own no more than a naive client makes."""
    with RawServer(answer(BODY)) as server:
        url = URL(f"http://127.0.0.1:{server.port}/token")
        endpoints = Endpoints(authorization=url, token=url, graphql=url)
        async with OAuthSession(APPLICATION, endpoints=endpoints) as session, aiohttp.ClientSession() as naive:

            async def naively(code: str) -> Any:
                response = await naive.post(url, json={**FIELDS, "code": code})
                return await response.json()

            counter, bare = await counted(session.exchange_code), await counted(naively)
    assert 0 < counter.all <= 2 * bare.all
    assert 0 < counter.theirs <= bare.theirs


def test_an_authorize_url_takes_at_most_twice_the_calls_of_a_naive_one() -> None:
    """Its state and its URL."""
    session, endpoint = OAuthSession(APPLICATION), URL("https://anilist.co/api/v2/oauth/authorize")

    def naively() -> URL:
        query = {"client_id": "12345", "redirect_uri": APPLICATION.redirect_uri, "response_type": "code"}
        return endpoint.with_query(query | {"state": secrets.token_urlsafe(32)})

    assert naively().query["redirect_uri"] == session.authorize_url().query["redirect_uri"]
    with Counter() as counter:
        session.authorize_url()
    with Counter() as bare:
        naively()
    assert 0 < counter.all <= 2 * bare.all


async def test_an_exchange_leaves_no_more_behind_than_it_did() -> None:
    """All that stays of an exchange is the note that its code was sent: some 250 bytes."""
    with RawServer(answer(BODY)) as server:
        url = URL(f"http://127.0.0.1:{server.port}/token")
        endpoints = Endpoints(authorization=url, token=url, graphql=url)
        async with OAuthSession(APPLICATION, endpoints=endpoints) as session:
            tracemalloc.start()
            try:
                sizes = []
                for first in (0, 100):
                    for number in range(first, first + 100):
                        await session.exchange_code(code(number))
                    gc.collect()
                    sizes.append(_held())
            finally:
                tracemalloc.stop()
    assert 0 < sizes[1] - sizes[0] <= 100 * 250 * ROOM


def _held() -> int:
    """Add up what this package's own lines allocated and still hold, in bytes."""
    own = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(inclusive=True, filename_pattern=f"{OURS}/*")])
    return sum(statistic.size for statistic in own.statistics("filename"))
