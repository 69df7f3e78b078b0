"""Redis fails for ten seconds while two processes use it."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator

import attrs
import pytest

from anilist_oauth.sandbox import Sandbox
from tests.crew import Answer, Worker, crew
from tests.services import RedisServer, redis_server

OUTAGE = 10.0  # seconds
USERS = 20
LONGEST = 15.0  # seconds that a call may take
KINDS = {"StorageError", "OutcomeUnknownError", "StateMismatchError"}


@pytest.fixture
def durable_redis() -> Iterator[RedisServer]:
    """A Redis that loses no acknowledged write."""
    with redis_server("--appendonly", "yes", "--appendfsync", "always") as server:
        yield server


@attrs.define
class Load:
    """Users who log in repeatedly: one process begins and waits, and another one finishes."""

    sandbox: Sandbox
    bot: Worker
    web: Worker
    calls: list[Answer] = attrs.field(factory=list)
    done: list[str] = attrs.field(factory=list)
    over: bool = False
    news: asyncio.Condition = attrs.field(factory=asyncio.Condition)

    async def user(self, number: int) -> None:
        """Log one user in repeatedly. A failed login is tried again."""
        attempt = 0
        while not self.over:
            attempt += 1
            subject = f"discord:{number}:{attempt}"
            begun = await self._call(self.bot, "begin", subject=subject)
            if "url" in begun:
                await self._finish(number, subject, begun["url"])

    async def succeed(self, times: int) -> None:
        """Wait until some more logins have succeeded."""
        until = len(self.done) + times
        async with asyncio.timeout(60), self.news:
            await self.news.wait_for(lambda: len(self.done) >= until)

    async def _finish(self, number: int, subject: str, url: str) -> None:
        waiting = asyncio.ensure_future(self.bot.ask("wait", subject=subject))
        user = self.sandbox.users[number]
        callback = await self.sandbox.approve(url, user=user)
        finished = await self._call(self.web, "finish", callback=callback)
        while finished.get("retryable"):  # the browser opens the address again
            finished = await self._call(self.web, "finish", callback=callback)
        heard = await waiting
        assert "bare" not in heard
        if "user" not in finished:
            return
        assert finished["user"] == heard["user"] == user.id
        async with self.news:
            self.done.append(subject)
            self.news.notify_all()

    async def _call(self, worker: Worker, do: str, **order: str) -> Answer:
        answer = await worker.ask(do, **order)
        self.calls.append(answer)
        return answer


@pytest.fixture
async def load(durable_redis: RedisServer) -> AsyncIterator[Load]:
    """Two processes and their sandbox."""
    async with (
        Sandbox(users=[f"user{number}" for number in range(USERS)]) as sandbox,
        crew(sandbox, durable_redis.url) as processes,
    ):
        yield Load(sandbox, await processes.start(), await processes.start())


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["SIGSTOP", "SHUTDOWN"])
async def test_redis_fails_for_ten_seconds_and_all_recovers(load: Load, durable_redis: RedisServer, kind: str) -> None:
    """Every call ends, logins continue by themselves, and nothing acknowledged is lost."""
    users = [asyncio.ensure_future(load.user(number)) for number in range(USERS)]
    await load.succeed(30)
    if kind == "SIGSTOP":
        durable_redis.signal(signal.SIGSTOP)
    else:
        durable_redis.stop()
    ended, _ = await asyncio.wait(users, timeout=OUTAGE, return_when=asyncio.FIRST_COMPLETED)
    assert not ended
    if kind == "SIGSTOP":
        durable_redis.signal(signal.SIGCONT)
    else:
        durable_redis.start()
    await load.succeed(60)
    load.over = True
    await asyncio.gather(*users)
    assert max(answer["seconds"] for answer in load.calls) < LONGEST
    assert {answer["error"] for answer in load.calls if "error" in answer} <= KINDS
    assert not [answer for answer in load.calls if "bare" in answer]
    tokens = await asyncio.gather(*(load.web.ask("token", subject=subject) for subject in load.done))
    assert [token["user"] for token in tokens] == [load.sandbox.users[int(name.split(":")[1])].id for name in load.done]
    codes = [request.fields["code"] for request in load.sandbox.requests if request.path == "/api/v2/oauth/token"]
    assert len(codes) == len(set(codes))
