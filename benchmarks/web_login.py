"""How much does a login through the aiohttp adapter cost the web application, compared with hand-written handlers?"""

import argparse
import asyncio
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from yarl import URL

from benchmarks.origin import running
from benchmarks.report import plot, verdict
from benchmarks.turns import fresh_code

_LOGINS = 300


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    with running() as origin, _app("naive", origin.url) as by_hand, _app("ours", origin.url) as ours:
        pairs = asyncio.run(_by_turns(by_hand, ours, rounds))
    print("\nA login through aiohttp.web, CPU of the web application")
    for name, costs in zip(
        ("hand-written handlers", "anilist_oauth.web.aiohttp"), zip(*pairs, strict=True), strict=True
    ):
        print(f"  {name:34} {statistics.median(costs):9.1f} µs")
    ratios = [ours / hand for hand, ours in pairs]
    verdict("the adapter to hand-written handlers", statistics.median(ratios), 1.25)
    plot(
        "web_login",
        "CPU a login in the web application, hand-written handlers = 1",
        {"hand-written handlers": 1.0, "anilist_oauth.web.aiohttp": statistics.median(ratios)},
    )


@contextmanager
def _app(kind: str, origin: URL) -> Iterator[URL]:
    command = [sys.executable, "-m", "benchmarks.web_app", kind, str(origin)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield URL(f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            process.stdin.close()  # which ends it


async def _by_turns(by_hand: URL, ours: URL, rounds: int) -> list[tuple[float, float]]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser:
        pairs = [(await _turn(browser, by_hand), await _turn(browser, ours)) for _ in range(rounds + 1)]
    return pairs[1:]


async def _turn(browser: aiohttp.ClientSession, site: URL) -> float:
    """Log in many times, and return the application's microseconds of CPU per login."""
    began = await _cpu(browser, site)
    for _ in range(_LOGINS):
        async with browser.get(site / "login/anilist", allow_redirects=False) as begun:
            assert begun.status == 303
            state = URL(begun.headers["Location"]).query["state"]
            cookie = begun.headers["Set-Cookie"].partition(";")[0]
        callback = (site / "callback").with_query(code=fresh_code(), state=state)
        async with browser.get(callback, headers={"Cookie": cookie}, allow_redirects=False) as finished:
            assert (finished.status, finished.headers["Location"]) == (303, "/"), await finished.text()
    return (await _cpu(browser, site) - began) / _LOGINS * 1e6


async def _cpu(browser: aiohttp.ClientSession, site: URL) -> float:
    async with browser.get(site / "cpu") as answer:
        return float(await answer.text())


if __name__ == "__main__":
    main()
