"""If many people come back from AniList at once, how many are logged in, and how long do they wait?

A flow with stores in memory, against a sandbox in a separate process that enforces 30 GraphQL requests a minute.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import aiohttp.web
import attrs
from yarl import URL

from anilist_oauth import AniListOAuthError, Application, Endpoints, LoginFlow, OAuthSession
from anilist_oauth.sandbox import Sandbox

TOKEN_PATH = "/api/v2/oauth/token"


@attrs.frozen(kw_only=True)
class Rush:
    """The result of one rush. Times are in seconds."""

    people: int
    logged_in: int
    named: int
    seconds: list[float]
    codes: int
    busiest: int
    failures: Counter[str]


def main() -> None:
    """Run all sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[100, 300, 1000])
    parser.add_argument("--serve", type=int, metavar="PEOPLE")
    arguments = parser.parse_args()
    if arguments.serve is not None:
        asyncio.run(_serve(arguments.serve))
        return
    for people in arguments.people:
        with _sandbox(people) as (settings, requests):
            rush = asyncio.run(_rush(people, settings, requests))
        p95 = statistics.quantiles(rush.seconds, n=20)[-1]
        print(
            f"{rush.people:5} callbacks: {rush.logged_in} logged in ({rush.named} with their names), "
            f"p50 {statistics.median(rush.seconds):.2f} s, p95 {p95:.2f} s; {rush.codes} codes sent, each once; "
            f"at most {rush.busiest} GraphQL requests in a minute{_told(rush.failures)}",
            flush=True,
        )


def _told(failures: Counter[str]) -> str:
    return "".join(f"\n        {count} x {failure}" for failure, count in failures.most_common())


async def _rush(people: int, settings: dict[str, str], requests: URL) -> Rush:
    application = Application(
        client_id=settings["client_id"],
        client_secret=settings["client_secret"],
        redirect_uri=settings["redirect_uri"],
    )
    endpoints = Endpoints(authorization=settings["authorization"], token=settings["token"], graphql=settings["graphql"])
    seconds: list[float] = []
    names: list[str | None] = []
    failures: Counter[str] = Counter()
    loop = asyncio.get_running_loop()
    async with OAuthSession(application, endpoints=endpoints) as anilist, LoginFlow(anilist) as flow:
        logins = [await flow.begin(subject=f"discord:{number}") for number in range(people)]
        callbacks = await _approve([login.link for login in logins], requests)

        async def finish(callback: str) -> None:
            began = loop.time()
            try:
                done = await flow.finish(callback)
            except AniListOAuthError as error:
                failures[f"{type(error).__name__}: {error}"[:100]] += 1
            else:
                names.append(done.viewer and done.viewer.name)
            seconds.append(loop.time() - began)

        await asyncio.gather(*map(finish, callbacks))
    seen = await _seen(requests)
    return Rush(
        people=people,
        logged_in=len(names),
        named=sum(name is not None for name in names),
        seconds=seconds,
        codes=seen["codes"],
        busiest=seen["graphql"],
        failures=failures,
    )


async def _approve(urls: list[str], control: URL) -> list[str]:
    """Let each account of the sandbox approve one login, and return the callbacks."""
    async with aiohttp.ClientSession() as client, client.post(control / "approve", json=urls) as answer:
        callbacks: list[str] = await answer.json()
        return callbacks


async def _seen(control: URL) -> dict[str, int]:
    async with aiohttp.ClientSession() as client, client.get(control / "seen") as answer:
        seen: dict[str, int] = await answer.json()
        return seen


@contextmanager
def _sandbox(people: int) -> Iterator[tuple[dict[str, str], URL]]:
    """Run the sandbox. Yield its settings, and the address of its counters."""
    command = [sys.executable, "-m", "benchmarks.rush", "--serve", str(people)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            settings = json.loads(process.stdout.readline())
            yield settings, URL(settings["control"])
        finally:
            process.stdin.close()  # which ends it


async def _serve(people: int) -> None:
    """Run as the sandbox until standard input is closed."""
    names = [f"user{number}" for number in range(people)]
    async with Sandbox(users=names, graphql_limit=30) as sandbox:

        async def approve(request: aiohttp.web.Request) -> aiohttp.web.Response:
            urls = await request.json()
            return aiohttp.web.json_response(
                [await sandbox.approve(url, user=name) for url, name in zip(urls, names, strict=True)]
            )

        async def seen(_request: aiohttp.web.Request) -> aiohttp.web.Response:
            codes = Counter(str(request.fields["code"]) for request in sandbox.requests if request.path == TOKEN_PATH)
            assert set(codes.values()) <= {1}, "a code was sent twice"
            graphql = sum(request.path == sandbox.endpoints.graphql.path for request in sandbox.requests)
            return aiohttp.web.json_response({"codes": len(codes), "graphql": graphql})

        control = aiohttp.web.Application(client_max_size=2**24)
        control.add_routes([aiohttp.web.post("/approve", approve), aiohttp.web.get("/seen", seen)])
        runner = aiohttp.web.AppRunner(control, access_log=None)
        await runner.setup()
        await aiohttp.web.TCPSite(runner, "127.0.0.1", 0).start()
        application, endpoints = sandbox.application, sandbox.endpoints
        settings = {
            "client_id": application.client_id,
            "client_secret": application.client_secret,
            "redirect_uri": application.redirect_uri,
            "authorization": str(endpoints.authorization),
            "token": str(endpoints.token),
            "graphql": str(endpoints.graphql),
            "control": f"http://127.0.0.1:{runner.addresses[0][1]}",
        }
        print(json.dumps(settings), flush=True)
        await asyncio.to_thread(sys.stdin.read)
        await runner.cleanup()


if __name__ == "__main__":
    main()
