"""How many requests of several processes behind one address pass AniList's limit, and how many are refused?

Four processes with twenty callers each ask a sandbox that enforces 30 requests a minute: each with its own pace,
each with a fixed share, and all with one pace shared in Redis (the machine's ``redis-server``, on a free port).
"""

import argparse
import asyncio
import contextlib
import json
import logging
import shutil
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from yarl import URL

from anilist_oauth import AniListOAuthError, Application, Endpoints, OAuthSession, Pace
from anilist_oauth.sandbox import Sandbox
from anilist_oauth.storage import RedisStore

PROCESSES, CALLERS = 4, 20
QUERY = "{ Media(id: 1) { id } }"


def main() -> None:
    """Run one way, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=181.0)
    parser.add_argument("--ways", nargs="+", default=["own", "share", "redis"])
    parser.add_argument("--worker", nargs=2, metavar=("WAY", "URL"))
    arguments = parser.parse_args()
    if arguments.worker:
        asyncio.run(_work(*arguments.worker, arguments.seconds))
        return
    for way in arguments.ways:
        with _redis() if way == "redis" else contextlib.nullcontext("") as redis:
            refused, answered, each = asyncio.run(_measure(f"{way}:{redis}", arguments.seconds))
        print(f"{way:6} {answered} answered, {refused} refused with 429, each process {each}", flush=True)


async def _measure(way: str, seconds: float) -> tuple[int, int, list[int]]:
    async with Sandbox(graphql_limit=30) as sandbox:
        command = [sys.executable, "-m", "benchmarks.processes", "--seconds", str(seconds), "--worker", way]
        workers = [
            await asyncio.create_subprocess_exec(*command, str(sandbox.endpoints.graphql), stdout=subprocess.PIPE)
            for _ in range(PROCESSES)
        ]
        told = [json.loads((await worker.communicate())[0]) for worker in workers]
    each = [answers["200"] for answers in told]
    return sum(answers["429"] for answers in told), sum(each), each


class _Answers(logging.Handler):
    """Counts answers by the status in their log record."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.counted: Counter[str] = Counter({"200": 0, "429": 0})

    def emit(self, record: logging.LogRecord) -> None:
        """Count one answer."""
        self.counted[str(getattr(record, "status", "none"))] += 1


async def _work(way: str, url: str, seconds: float) -> None:
    """Run as one process: send requests as fast as the pace allows, and print the number of answers by status."""
    kind, _, redis = way.partition(":")
    graphql = URL(url)
    endpoints = Endpoints(authorization=graphql, token=graphql, graphql=graphql)
    application = Application(client_id=1, redirect_uri="http://127.0.0.1:1/callback")
    logger, answers = logging.getLogger("anilist_oauth"), _Answers()
    logger.addHandler(answers)
    logger.setLevel(logging.DEBUG)
    async with contextlib.AsyncExitStack() as stack:
        if kind == "redis":
            pace = (await stack.enter_async_context(RedisStore(redis))).pace()
        else:
            pace = Pace(processes=PROCESSES if kind == "share" else 1)
        anilist = await stack.enter_async_context(OAuthSession(application, endpoints=endpoints, pace=pace))

        async def call() -> None:
            while True:
                with contextlib.suppress(AniListOAuthError):
                    await anilist.graphql(QUERY)

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.gather(*(call() for _ in range(CALLERS)))
    print(json.dumps(answers.counted))


@contextmanager
def _redis() -> Iterator[str]:
    program = shutil.which("redis-server")
    assert program is not None, "redis-server is not installed"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            for line in server.stdout:
                if "Ready to accept connections" in line:
                    break
            try:
                yield f"redis://127.0.0.1:{port}/0"
            finally:
                server.terminate()


if __name__ == "__main__":
    main()
