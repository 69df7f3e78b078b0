"""Real processes share one store, and one of them may die at any time."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import attrs
import pytest

from anilist_oauth.sandbox import Sandbox
from tests.crew import Answer, Crew, Worker, WorkerDiedError, crew
from tests.services import PgBouncer, PostgreSQLServer, RedisServer, pgbouncer_server

LOGINS = 200
ROUNDS = 20
TOKEN = "/api/v2/oauth/token"


@attrs.frozen
class Scene:
    """A sandbox with a user for every login, and the processes on one store."""

    sandbox: Sandbox
    crew: Crew

    def exchanges(self) -> Counter[str]:
        """Return how many times each code reached the token endpoint."""
        return Counter(request.fields["code"] for request in self.sandbox.requests if request.path == TOKEN)

    async def approve(self, answer: Answer, number: int) -> str:
        """Approve a login as its own user, and return the callback."""
        return await self.sandbox.approve(answer["url"], user=self.sandbox.users[number])

    def shown(self, number: int) -> Answer:
        """Return the expected result of a login."""
        user = self.sandbox.users[number].id
        return {"subject": f"discord:{number}", "viewer": user, "user": user}


@pytest.fixture(params=["sqlite", "postgresql", "redis"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store that processes can share."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/tokens.db"
    server: PostgreSQLServer | RedisServer = request.getfixturevalue(request.param)
    if isinstance(server, PostgreSQLServer):
        return server.database()
    server.command("FLUSHALL")
    return server.url


@pytest.fixture
async def scene(url: str) -> AsyncIterator[Scene]:
    """A sandbox and a store, without a process yet."""
    users = [f"user{number}" for number in range(LOGINS)]
    async with Sandbox(users=users) as sandbox, crew(sandbox, url) as processes:
        yield Scene(sandbox, processes)


def without(answer: Answer, *names: str) -> Answer:
    """Remove the parts of an answer that are not compared."""
    left_out = {"number", "seconds", "token_id", "issued_at", *names}
    return {name: value for name, value in answer.items() if name not in left_out}


@pytest.mark.requirement("V5")
async def test_a_bot_and_a_web_process_complete_interleaved_logins(scene: Scene) -> None:
    """Of 200 at once, each gets its own token with one exchange, and none is lost."""
    bot, web = await asyncio.gather(scene.crew.start(), scene.crew.start())

    async def log_in(number: int) -> None:
        begun = await bot.ask("begin", subject=f"discord:{number}")
        waiting = asyncio.ensure_future(bot.ask("wait", subject=f"discord:{number}"))
        finished = await web.ask("finish", callback=await scene.approve(begun, number))
        assert without(finished) == without(await waiting) == scene.shown(number)

    await asyncio.gather(*(log_in(number) for number in range(LOGINS)))
    exchanges = scene.exchanges()
    assert len(exchanges) == LOGINS
    assert set(exchanges.values()) == {1}
    tokens = await asyncio.gather(*(bot.ask("token", subject=f"discord:{number}") for number in range(LOGINS)))
    assert [token["user"] for token in tokens] == [user.id for user in scene.sandbox.users]


@pytest.mark.requirement("S3")
@pytest.mark.requirement("V25")
async def test_fifty_callbacks_over_two_processes_are_one_request(scene: Scene) -> None:
    """With the binding all get the result, and without one 49 find the login used."""
    workers = await asyncio.gather(scene.crew.start(), scene.crew.start())
    for number, binding in enumerate(("cookie", None)):
        callback = await scene.approve(
            await workers[0].ask("begin", subject=f"discord:{number}", binding=binding), number
        )
        asked = (worker.ask("finish", callback=callback, binding=binding) for worker in workers * 25)
        answers = [without(answer, "text") for answer in await asyncio.gather(*asked)]
        used = {"error": "StateMismatchError", "reason": "used"}
        assert answers.count(scene.shown(number)) == (50 if binding else 1)
        assert answers.count(used) == (0 if binding else 49)
    assert list(scene.exchanges().values()) == [1, 1]


@pytest.mark.requirement("V31")
@pytest.mark.requirement("R6")
async def test_sixty_of_sixty_logins_go_through_a_pooler_that_restarts(postgresql: PostgreSQLServer) -> None:
    """The pooler and our processes are restarted between and during the steps."""
    users = [f"user{number}" for number in range(60)]
    with pgbouncer_server(postgresql) as pooler:
        async with Sandbox(users=users) as sandbox, crew(sandbox, pooler.database()) as processes:
            scene = Scene(sandbox, processes)
            for first in range(0, 60, 10):
                finished = await ten_logins(scene, pooler, range(first, first + 10))
                assert finished == [scene.shown(number) for number in range(first, first + 10)]
            reader = await scene.crew.start()
            tokens = [await reader.ask("token", subject=f"discord:{number}") for number in range(60)]
            assert [token["user"] for token in tokens] == [user.id for user in sandbox.users]
            exchanges = scene.exchanges()
            assert (len(exchanges), set(exchanges.values())) == (60, {1})


async def ten_logins(scene: Scene, pooler: PgBouncer, numbers: range) -> list[Answer]:
    """Begin ten logins in one process, restart the pooler, and finish them in another, during one more restart."""
    bot = await scene.crew.start()
    begun = await asyncio.gather(*(bot.ask("begin", subject=f"discord:{number}") for number in numbers))
    bot.kill()
    await asyncio.to_thread(pooler.restart)
    web = await scene.crew.start()
    callbacks = [await scene.approve(login, number) for login, number in zip(begun, numbers, strict=True)]
    finishing = asyncio.gather(*(web.ask("finish", callback=callback) for callback in callbacks))
    await asyncio.to_thread(pooler.restart)
    answers = [without(answer) for answer in await finishing]
    web.kill()
    return answers


@attrs.define
class Round:
    """A hundred logins in one process, which is killed in the middle."""

    scene: Scene
    number: int
    acknowledged: list[int] = attrs.field(factory=list)
    callbacks: dict[int, str] = attrs.field(factory=dict)
    enough: asyncio.Event = attrs.field(factory=asyncio.Event)
    at_once: asyncio.Semaphore = attrs.field()

    @at_once.default
    def _at_once(self) -> asyncio.Semaphore:
        """All at once in one round, so that all are being finished; ten in the next, so that some are being begun."""
        return asyncio.Semaphore(10 if self.number % 2 else 100)

    async def kill(self, worker: Worker, *, after: int) -> None:
        """Let the process work, and kill it after some logins were acknowledged."""
        logins = [asyncio.ensure_future(self._log_in(worker, number, after)) for number in range(100)]
        await self.enough.wait()
        worker.kill()
        ends = await asyncio.gather(*logins, return_exceptions=True)
        assert {type(end) for end in ends if end is not None} <= {WorkerDiedError}

    async def check(self, worker: Worker) -> None:
        """Check that another process finds every acknowledged token, and repeat every callback there."""
        tokens = await asyncio.gather(*(worker.ask("token", subject=self._subject(n)) for n in self.acknowledged))
        assert [token["user"] for token in tokens] == [self._user(number) for number in self.acknowledged]
        played = await asyncio.gather(
            *(worker.ask("finish", callback=callback) for callback in self.callbacks.values())
        )
        for number, answer in zip(self.callbacks, played, strict=True):
            assert answer.get("reason") == "used" or answer["user"] == self._user(number)

    async def _log_in(self, worker: Worker, number: int, after: int) -> None:
        async with self.at_once:
            begun = await worker.ask("begin", subject=self._subject(number))
            self.callbacks[number] = await self.scene.approve(begun, number)
            finished = await worker.ask("finish", callback=self.callbacks[number])
        assert finished["user"] == self._user(number)
        self.acknowledged.append(number)
        if len(self.acknowledged) > after:
            self.enough.set()

    def _subject(self, number: int) -> str:
        return f"{self.number}:{number}"

    def _user(self, number: int) -> int:
        return self.scene.sandbox.users[number].id


@pytest.mark.slow
@pytest.mark.requirement("R10")
@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
async def test_what_was_acknowledged_survives_kill_9(scene: Scene, url: str) -> None:
    """In twenty rounds, no acknowledged login is lost and no code is sent twice."""
    worker = await scene.crew.start()
    for number in range(ROUNDS):
        turn = Round(scene, number)
        await turn.kill(worker, after=4 * number)
        worker = await scene.crew.start()
        await turn.check(worker)
    assert set(scene.exchanges().values()) == {1}
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
