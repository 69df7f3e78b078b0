"""How much does a paced GraphQL request cost, compared with bare aiohttp, if it need not wait?"""

import argparse
import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import cast

import aiohttp

from anilist_oauth import OAuthSession, Token
from anilist_oauth.graphql.viewer_query import VIEWER_QUERY
from benchmarks.contenders import APPLICATION, NAIVE, OURS, endpoints
from benchmarks.origin import ACCESS_TOKEN, Origin, running
from benchmarks.report import Bound, plot, show
from benchmarks.turns import Call, Contender, by_turns

TOKEN = Token(access_token=ACCESS_TOKEN, expires_at=None)
BURST = 10  # calls, after which a minute passes: so the budget is never used up, though every rule applies


class LeapingLoop(asyncio.SelectorEventLoop):
    """A loop whose clock jumps a minute ahead between bursts of calls."""

    calls = 0
    ahead = 0.0

    def time(self) -> float:
        """Return the time in seconds, with all jumps."""
        return time.monotonic() + self.ahead

    def count(self) -> None:
        """Count a call, and jump after each burst."""
        self.calls += 1
        if self.calls % BURST == 0:
            self.ahead += 61


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with running() as origin:
        figures = by_turns([_naive(origin), _ours(origin)], calls=400, at_once=1, rounds=rounds)
    show("GraphQL, one after the other", figures, [Bound(name=OURS, most=1.15)])
    plot("graphql", "CPU a GraphQL request, naive aiohttp = 1", {one.name: one.ratio for one in figures})


def _naive(origin: Origin) -> Contender:
    url, headers = origin.url / "graphql", {"Authorization": f"Bearer {TOKEN.access_token}"}

    @contextlib.asynccontextmanager
    async def opened() -> AsyncIterator[Call]:
        loop = cast("LeapingLoop", asyncio.get_running_loop())
        async with aiohttp.ClientSession() as session:

            async def call(_code: str) -> object:
                loop.count()
                response = await session.post(url, json={"query": VIEWER_QUERY}, headers=headers)
                return (await response.json())["data"]

            yield call

    return Contender(name=NAIVE, open=opened, loop_factory=LeapingLoop)


def _ours(origin: Origin) -> Contender:
    @contextlib.asynccontextmanager
    async def opened() -> AsyncIterator[Call]:
        loop = cast("LeapingLoop", asyncio.get_running_loop())
        async with OAuthSession(APPLICATION, endpoints=endpoints(origin)) as anilist:

            async def call(_code: str) -> object:
                loop.count()
                return await anilist.graphql(VIEWER_QUERY, token=TOKEN)

            yield call

    return Contender(name=OURS, open=opened, loop_factory=LeapingLoop)


if __name__ == "__main__":
    main()
