"""Real processes that share a store: each an application with a session and a flow, told by the test what to do.

A process is forked from one that has imported everything, dials back to the test, and takes orders as lines of JSON.
"""

import asyncio
import itertools
import json
import multiprocessing
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import attrs
from yarl import URL

from anilist_oauth.errors import AniListOAuthError
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.login.login import CompletedLogin, Login
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import Endpoints
from anilist_oauth.sandbox import Sandbox
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.storage import open_store
from anilist_oauth.storage.redis import client as redis_client
from anilist_oauth.storage.sql import engine as sql_engine
from tests.flows import Unpaced

Answer = dict[str, Any]
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.crew", sql_engine.__name__, redis_client.__name__])


class WorkerDiedError(Exception):
    """The process ended before it answered."""


class Worker:
    """One process, as the test sees it."""

    def __init__(self, number: int, port: int, plan: dict[str, str]) -> None:
        self._process = _PROCESSES.Process(target=_work, args=(number, port, plan), daemon=True)
        self._process.start()
        self._asked: dict[int, asyncio.Future[Answer]] = {}
        self._numbers = itertools.count()
        self._writer: asyncio.StreamWriter | None = None
        self.ready = asyncio.Event()

    async def ask(self, do: str, **order: Any) -> Answer:
        """Give an order and wait for its answer: what came of it, and the ``seconds`` it took.

        Raises:
            WorkerDiedError: It was killed first.
        """
        if self._writer is None or self._writer.is_closing():
            raise WorkerDiedError
        number = next(self._numbers)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        self._writer.write(json.dumps({"number": number, "do": do, **order}).encode() + b"\n")
        return await answer

    def kill(self) -> None:
        """End it where it stands: kill -9."""
        self._process.kill()
        self._process.join(10)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hear the answers, until it ends."""
        self._writer = writer
        self.ready.set()
        try:
            while line := await reader.readline():
                if line.endswith(b"\n"):
                    answer = json.loads(line)
                    self._asked.pop(answer["number"]).set_result(answer)
        except ConnectionError:
            pass
        finally:
            writer.close()
            for answer in self._asked.values():
                if not answer.done():
                    answer.set_exception(WorkerDiedError())


@attrs.define
class Crew:
    """The processes of one test, on one store and one sandbox."""

    plan: dict[str, str]
    port: int
    workers: dict[int, Worker] = attrs.field(factory=dict)

    async def start(self) -> Worker:
        """Start one more process; it has opened the store when this returns."""
        number = len(self.workers)
        worker = self.workers[number] = Worker(number, self.port, self.plan)
        async with asyncio.timeout(60):
            await worker.ready.wait()
        return worker


@asynccontextmanager
async def crew(sandbox: Sandbox, store: str) -> AsyncIterator[Crew]:
    """Be ready to start processes on the store of this URL."""
    application, endpoints = sandbox.application, sandbox.endpoints
    plan = {
        "store": store,
        "client_id": application.client_id,
        "client_secret": application.client_secret or "",
        "redirect_uri": application.redirect_uri,
        **{name: str(url) for name, url in attrs.asdict(endpoints).items()},
    }
    workers: dict[int, Worker] = {}

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await workers[int(await reader.readline())].serve(reader, writer)

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    async with server:
        yield Crew(plan, server.sockets[0].getsockname()[1], workers)
        for worker in workers.values():
            worker.kill()


def _work(number: int, port: int, plan: dict[str, str]) -> None:
    asyncio.run(_serve(number, port, plan))


async def _serve(number: int, port: int, plan: dict[str, str]) -> None:
    application = Application(
        client_id=plan["client_id"], client_secret=plan["client_secret"], redirect_uri=plan["redirect_uri"]
    )
    endpoints = Endpoints(authorization=plan["authorization"], token=plan["token"], graphql=plan["graphql"])
    async with (
        open_store(plan["store"]) as store,
        OAuthSession(application, endpoints=endpoints, pace=Unpaced()) as session,
        LoginFlow(session, logins=store.logins, tokens=store.tokens) as flow,
        asyncio.TaskGroup() as tasks,
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"{number}\n".encode())
        program = _Program(flow, writer)
        while line := await reader.readline():
            tasks.create_task(program.obey(json.loads(line)))
        writer.close()


class _Program:
    """What an application does with its flow."""

    def __init__(self, flow: LoginFlow, writer: asyncio.StreamWriter) -> None:
        self._flow = flow
        self._writer = writer
        self._logins: dict[str, Login] = {}

    async def obey(self, order: dict[str, Any]) -> None:
        """Carry an order out and answer, with the class of its error if it is one of ours."""
        clock = asyncio.get_running_loop().time
        began = clock()
        number, do = order.pop("number"), order.pop("do")
        try:
            answer: Answer = await getattr(self, do)(**order)
        except AniListOAuthError as error:
            answer = {"error": type(error).__name__, **vars(error)}
        except Exception as error:  # noqa: BLE001  the test is told of anything that is not ours
            answer = {"bare": repr(error)}
        self._writer.write(json.dumps({"number": number, "seconds": clock() - began, **answer}).encode() + b"\n")

    async def begin(self, subject: str, binding: str | None = None) -> Answer:
        """Begin a login."""
        login = await self._flow.begin(subject=subject, binding=binding)
        self._logins[subject] = login
        return {"url": str(login.url)}

    async def wait(self, subject: str) -> Answer:
        """Wait for a login this process began."""
        return _shown(await self._flow.wait(self._logins[subject], timeout=120))

    async def finish(self, callback: str, binding: str | None = None) -> Answer:
        """Finish a login."""
        return _shown(await self._flow.finish(URL(callback, encoded=True), binding=binding))

    async def token(self, subject: str) -> Answer:
        """Read a token; whose it is."""
        return {"user": (await self._flow.token_for(subject)).user_id}


def _shown(done: CompletedLogin) -> Answer:
    return {"subject": done.login.subject, "viewer": done.user_id, "user": done.token.user_id}
