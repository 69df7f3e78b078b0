"""Flows in virtual time, with stores that fail when a test says so."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from anilist_oauth.errors import StorageError
from anilist_oauth.sandbox.oauth.grants import signing_key
from anilist_oauth.storage import MemoryLoginStore, MemoryTokenStore, Outcome, StoredToken
from anilist_oauth.storage.records import PendingLogin, Taken
from tests import virtual_time
from tests.flows import Stage, staged

T = TypeVar("T")


class Weather:
    """How the next calls of a store fail, by the name of the method.

    A call with an error in `before` fails and does nothing. One in `after` does its work, and then its answer is lost.
    One in `hangs` never answers, and one in `hangs_after` does its work and never answers. Until the loop's time in
    `until`, every call fails.
    """

    def __init__(self) -> None:
        self.before: dict[str, list[Exception]] = {}
        self.after: dict[str, list[Exception]] = {}
        self.until: dict[str, float] = {}
        self.hangs: set[str] = set()
        self.hangs_after: set[str] = set()
        self.calls: list[str] = []

    def fail_for(self, seconds: float, *names: str) -> None:
        """Let methods fail with a retryable error for some seconds."""
        now = asyncio.get_running_loop().time()
        self.until |= dict.fromkeys(names, now + seconds)

    async def call(self, name: str, do: Callable[[], Awaitable[T]]) -> T:
        """Make a call, which fails as set."""
        self.calls.append(name)
        if name in self.hangs:
            await asyncio.get_running_loop().create_future()
        if asyncio.get_running_loop().time() < self.until.get(name, 0):
            raise StorageError("the database is away", retryable=True)
        if self.before.get(name):
            raise self.before[name].pop(0)
        result = await do()
        if name in self.hangs_after:
            await asyncio.get_running_loop().create_future()
        if self.after.get(name):
            raise self.after[name].pop(0)
        return result


class FlakyLogins(MemoryLoginStore):
    """A login store in memory whose calls can fail."""

    def __init__(self) -> None:
        super().__init__()
        self.weather = Weather()

    async def add(self, key: str, login: PendingLogin) -> None:
        """Keep a login."""
        await self.weather.call("add", lambda: super(FlakyLogins, self).add(key, login))

    async def look(self, key: str) -> PendingLogin | None:
        """Read a login."""
        return await self.weather.call("look", lambda: super(FlakyLogins, self).look(key))

    async def take(self, key: str, *, claim: str, code: str) -> Taken | None:
        """Take a login."""
        return await self.weather.call("take", lambda: super(FlakyLogins, self).take(key, claim=claim, code=code))

    async def settle(self, key: str, outcome: Outcome) -> None:
        """Settle a login."""
        await self.weather.call("settle", lambda: super(FlakyLogins, self).settle(key, outcome))

    async def settled(self, key: str, *, timeout: float) -> Outcome | None:
        """Wait for a login."""
        return await self.weather.call("settled", lambda: super(FlakyLogins, self).settled(key, timeout=timeout))


class OneStepLogins(FlakyLogins):
    """A login store that checks and takes a login in one step, as databases do, and whose calls can fail."""

    async def check_and_take(
        self, key: str, *, claim: str, code: str, client_id: str, binding_digest: str | None, now: datetime
    ) -> PendingLogin | None:
        """Check a login and take it if it fits."""

        async def do() -> PendingLogin | None:
            found = await MemoryLoginStore.look(self, key)
            fits = found and (found.client_id, found.binding_digest) == (client_id, binding_digest)
            if found is not None and fits and found.expires_at > now:
                await MemoryLoginStore.take(self, key, claim=claim, code=code)
            return await MemoryLoginStore.look(self, key)

        return await self.weather.call("check_and_take", do)


class FlakyTokens(MemoryTokenStore):
    """A token store in memory whose calls can fail."""

    def __init__(self) -> None:
        super().__init__()
        self.weather = Weather()

    async def get(self, subject: str, *, client_id: str) -> StoredToken | None:
        """Read a token."""
        return await self.weather.call("get", lambda: super(FlakyTokens, self).get(subject, client_id=client_id))

    async def put(self, stored: StoredToken, *, over: str | None = None) -> bool:
        """Write a token."""
        return await self.weather.call("put", lambda: super(FlakyTokens, self).put(stored, over=over))

    async def delete(self, subject: str, *, client_id: str) -> None:
        """Delete a token."""
        await self.weather.call("delete", lambda: super(FlakyTokens, self).delete(subject, client_id=client_id))


def virtually(
    test: Callable[[Stage], Awaitable[None]], *, kind: type[FlakyLogins] = FlakyLogins, **options: Any
) -> None:
    """Run a test with flaky stores, in virtual time."""

    async def main() -> None:
        async with staged(logins=kind(), tokens=FlakyTokens(), **options) as stage:
            await test(stage)

    signing_key().result()  # a thread makes the key, and virtual time does not wait for threads
    virtual_time.run(main())


def logins(stage: Stage) -> FlakyLogins:
    """Return the stage's login store."""
    assert isinstance(stage.flow.logins, FlakyLogins)
    return stage.flow.logins


def tokens(stage: Stage) -> FlakyTokens:
    """Return the stage's token store."""
    assert isinstance(stage.flow.tokens, FlakyTokens)
    return stage.flow.tokens


@contextmanager
def takes(*, at_least: float = 0, at_most: float) -> Iterator[None]:
    """Check that a block takes so many seconds of virtual time."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    yield
    assert at_least <= loop.time() - began <= at_most
