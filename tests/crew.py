"""Real processes that share a store. Each is an application with a session and a flow, and obeys the test.

A process is forked from one that has imported everything. It connects to the test and reads orders as lines of JSON.
"""

import asyncio
import itertools
import json
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import attrs
from yarl import URL

from anilist_oauth.errors import AniListOAuthError, StorageError
from anilist_oauth.login import completion, exchange_retry, take, waiting
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.login.login import CompletedLogin, Login
from anilist_oauth.login.store_retry import retry_store
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import Endpoints
from anilist_oauth.sandbox import Sandbox
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.storage import open_store
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.redis import client as redis_client
from anilist_oauth.storage.sql import runner as sql_runner
from anilist_oauth.storage.store import Store
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.claims import peek_claims
from tests.flaky import FlakyLogins, FlakyTokens
from tests.flows import Unpaced

MEMORY = "memory:"  # for a single process, which uses the stores of tests.flaky
HURRIED = {"work": 12.0, "settle": 14.0, "dead": 16.0, "look": 13.0}  # seconds instead of 70, 80, 90 and 60
Answer = dict[str, Any]
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.crew", sql_runner.__name__, redis_client.__name__])


class WorkerDiedError(Exception):
    """The process ended before it answered."""


class Worker:
    """One process, as the test sees it."""

    def __init__(self, number: int, port: int, plan: dict[str, Any]) -> None:
        self.number = number
        self._process = _PROCESSES.Process(target=_work, args=(number, port, plan), daemon=True)
        self._process.start()
        self._asked: dict[int, asyncio.Future[Answer]] = {}
        self._numbers = itertools.count()
        self._writer: asyncio.StreamWriter | None = None
        self.ready = asyncio.Event()

    async def ask(self, do: str, **order: Any) -> Answer:
        """Give an order, wait, and return the answer: the result, and the ``seconds`` that it took.

        Cancelling this call cancels the order.

        Raises:
            WorkerDiedError: The process ended before it answered.
        """
        if self._writer is None or self._writer.is_closing():
            raise WorkerDiedError
        number = next(self._numbers)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        self._writer.write(json.dumps({"number": number, "do": do, **order}).encode() + b"\n")
        try:
            return await answer
        except asyncio.CancelledError:
            self._writer.write(json.dumps({"number": number, "do": "drop"}).encode() + b"\n")
            raise

    def kill(self) -> None:
        """End the process at once, as ``kill -9`` does."""
        self._process.kill()
        self._process.join(10)

    def freeze(self) -> None:
        """Stop the process until `thaw`, as a suspended machine would."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let the process continue, if it is alive."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process.pid is not None and self._process.is_alive():
            os.kill(self._process.pid, number)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read the answers until the process ends."""
        self._writer = writer
        self.ready.set()
        try:
            while line := await reader.readline():
                if line.endswith(b"\n"):
                    answer = json.loads(line)
                    asked = self._asked.pop(answer["number"])
                    if not asked.done():
                        asked.set_result(answer)
        except ConnectionError:
            pass
        finally:
            writer.close()
            for answer in self._asked.values():
                if not answer.done():
                    answer.set_exception(WorkerDiedError())


@attrs.define
class Crew:
    """The processes of one test, with one store and one sandbox."""

    plan: dict[str, Any]
    port: int
    workers: dict[int, Worker] = attrs.field(factory=dict)

    async def start(self, *, clock_ahead: float = 0.0) -> Worker:
        """Start another process, whose clock may differ, and wait until it has opened the store."""
        number = len(self.workers)
        worker = self.workers[number] = Worker(number, self.port, self.plan | {"clock_ahead": clock_ahead})
        async with asyncio.timeout(60):
            await worker.ready.wait()
        return worker


@asynccontextmanager
async def crew(
    sandbox: Sandbox,
    store: str,
    *,
    endpoints: Endpoints | None = None,
    timeout: float | None = None,
    hurried: bool = False,
) -> AsyncIterator[Crew]:
    """Prepare to start processes that use the store of this URL.

    Args:
        sandbox: The sandbox that knows their application.
        store: The URL, or `MEMORY`.
        endpoints: The endpoints of AniList for them; by default the sandbox's.
        timeout: Seconds for a request to AniList; by default the package's.
        hurried: Whether a login's taker has the `HURRIED` seconds instead of the usual ones.
    """
    application = sandbox.application
    plan = {
        "store": store,
        "client_id": application.client_id,
        "client_secret": application.client_secret or "",
        "redirect_uri": application.redirect_uri,
        "timeout": timeout,
        "hurried": hurried,
        **{name: str(url) for name, url in attrs.asdict(endpoints or sandbox.endpoints).items()},
    }
    workers: dict[int, Worker] = {}
    hearing: set[asyncio.Task[None]] = set()

    def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hearing.add(asyncio.create_task(listen(reader, writer)))

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await workers[int(await reader.readline())].serve(reader, writer)

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    async with server:
        try:
            yield Crew(plan, server.sockets[0].getsockname()[1], workers)
        finally:
            for worker in workers.values():
                worker.kill()
            await asyncio.gather(*hearing, return_exceptions=True)


def _work(number: int, port: int, plan: dict[str, Any]) -> None:
    if plan["hurried"]:
        _hurry()
    asyncio.run(_serve(number, port, plan))


def _hurry() -> None:
    """Shorten, in this process, the times after which a login's taker gives up or counts as dead."""
    dead = timedelta(seconds=HURRIED["dead"])
    for module, name, value in (
        (take, "WORK_TIME", HURRIED["work"]),
        (completion, "WORK_TIME", HURRIED["work"]),
        (take, "SETTLE_TIME", HURRIED["settle"]),
        (take, "TAKER_DEAD", dead),
        (completion, "TAKER_DEAD", dead),
        (waiting, "TAKER_DEAD", dead),
        (waiting, "_LOOK_AGAIN", HURRIED["look"]),
        (exchange_retry, "LONGEST_PAUSE", HURRIED["work"] / 2),
    ):
        getattr(module, name)  # fails if the name has moved
        setattr(module, name, value)


@asynccontextmanager
async def _stores(url: str) -> AsyncIterator[Store | tuple[FlakyLogins, FlakyTokens]]:
    if url == MEMORY:
        yield FlakyLogins(), FlakyTokens()
        return
    store = open_store(url)
    await retry_store(store.open)  # like a supervisor that restarts the process
    try:
        yield store
    finally:
        await store.aclose()


def _clock(ahead: float) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) + timedelta(seconds=ahead)


async def _serve(number: int, port: int, plan: dict[str, Any]) -> None:
    application = Application(
        client_id=plan["client_id"], client_secret=plan["client_secret"], redirect_uri=plan["redirect_uri"]
    )
    endpoints = Endpoints(authorization=plan["authorization"], token=plan["token"], graphql=plan["graphql"])
    options: dict[str, Any] = {"pace": Unpaced(), "clock": _clock(plan["clock_ahead"])}
    if plan["timeout"] is not None:
        options["timeout"] = aiohttp.ClientTimeout(total=plan["timeout"], connect=plan["timeout"] / 2)
    async with (
        _stores(plan["store"]) as stores,
        OAuthSession(application, endpoints=endpoints, **options) as session,
        _flow(session, stores) as flow,
        asyncio.TaskGroup() as tasks,
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"{number}\n".encode())
        program = _Program(flow, writer)
        orders: dict[int, asyncio.Task[None]] = {}
        while line := await reader.readline():
            order = json.loads(line)
            if order["do"] == "drop":
                orders[order["number"]].cancel()
            else:
                orders[order["number"]] = tasks.create_task(program.obey(order))
        writer.close()


def _flow(session: OAuthSession, stores: Store | tuple[FlakyLogins, FlakyTokens]) -> LoginFlow:
    logins, tokens = stores if isinstance(stores, tuple) else (stores.logins, stores.tokens)
    return LoginFlow(session, logins=logins, tokens=tokens)


class _Program:
    """An application that uses a flow."""

    def __init__(self, flow: LoginFlow, writer: asyncio.StreamWriter) -> None:
        self._flow = flow
        self._writer = writer
        self._logins: dict[str, Login] = {}

    async def obey(self, order: dict[str, Any]) -> None:
        """Carry out an order and answer, with the class of the error if it is one of the package's."""
        clock = asyncio.get_running_loop().time
        began = clock()
        number, do = order.pop("number"), order.pop("do")
        try:
            answer: Answer = await getattr(self, do)(**order)
        except AniListOAuthError as error:
            answer = {"error": type(error).__name__, "text": str(error), **vars(error)}
        except asyncio.CancelledError:
            answer = {"dropped": True}
        except Exception as error:  # noqa: BLE001  the test is told of anything that is not ours
            answer = {"bare": repr(error)}
        self._writer.write(json.dumps({"number": number, "seconds": clock() - began, **answer}).encode() + b"\n")

    async def begin(self, subject: str | None, binding: str | None = None) -> Answer:
        """Begin a login, and return all that another process needs to wait for it or to cancel it."""
        login = await self._flow.begin(subject=subject, binding=binding)
        if subject is not None:
            self._logins[subject] = login
        return {"url": str(login.url), "subject": subject, "expires_at": login.expires_at.isoformat()}

    async def wait(self, subject: str | None = None, *, begun: Answer | None = None, timeout: float = 120) -> Answer:
        """Wait for a login that this process began for the subject, or that another process began."""
        login = self._logins[subject or ""] if begun is None else _login(begun)
        return _shown(await self._flow.wait(login, timeout=timeout))

    async def finish(self, callback: str, binding: str | None = None) -> Answer:
        """Finish a login."""
        return _shown(await self._flow.finish(URL(callback, encoded=True), binding=binding))

    async def cancel(self, begun: Answer) -> Answer:
        """Cancel a login."""
        await self._flow.cancel(_login(begun))
        return {}

    async def token(self, subject: str) -> Answer:
        """Read a token, and return whose it is."""
        return _described(await self._flow.token_for(subject))

    async def trouble(self, seconds: float, calls: list[str]) -> Answer:
        """Let a store in memory fail for some seconds, and lose the next answer of each of these calls."""
        logins, tokens = self._flow.logins, self._flow.tokens
        assert isinstance(logins, FlakyLogins)
        assert isinstance(tokens, FlakyTokens)
        for weather in (logins.weather, tokens.weather):
            weather.fail_for(seconds, *calls)
            for call in calls:
                weather.after.setdefault(call, []).append(StorageError("the answer was lost", retryable=True))
        return {}


def _login(begun: Answer) -> Login:
    url = URL(begun["url"], encoded=True)
    expires_at = datetime.fromisoformat(begun["expires_at"])
    return Login(url=url, state=url.query["state"], subject=begun["subject"], expires_at=expires_at)


def _shown(done: CompletedLogin) -> Answer:
    return {"subject": done.login.subject, "viewer": done.user_id, **_described(done.token)}


def _described(token: Token) -> Answer:
    claims = peek_claims(token.access_token)
    issued_at = int(claims.issued_at.timestamp()) if claims and claims.issued_at else 0
    return {"user": token.user_id, "token_id": digest(token.access_token), "issued_at": issued_at}
