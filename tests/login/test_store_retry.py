"""Calls of a store are repeated, in virtual time."""

import asyncio
from collections.abc import Iterator

import pytest

from anilist_oauth.errors import StorageError
from anilist_oauth.login.store_retry import retry_store
from tests import virtual_time
from tests.flaky import takes

AWAY = StorageError("the database is away", retryable=True)


class Store:
    """A store whose calls fail a given number of times, and which records their times."""

    def __init__(self, *ends: Exception) -> None:
        self.times: list[float] = []
        self._ends: Iterator[Exception] = iter(ends)

    async def call(self) -> str:
        """Fail as long as there are failures."""
        self.times.append(asyncio.get_running_loop().time())
        for error in self._ends:
            raise error
        return "done"


def test_a_call_is_made_again_until_it_works() -> None:
    """The pauses double, up to two seconds."""

    async def test() -> None:
        store = Store(*[AWAY] * 7)
        assert await retry_store(store.call) == "done"
        pauses = [later - sooner for sooner, later in zip(store.times, store.times[1:], strict=False)]
        assert pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0])

    virtual_time.run(test())


def test_patience_ends() -> None:
    """The last error is raised within the given time."""

    async def test() -> None:
        with takes(at_least=28, at_most=30), pytest.raises(StorageError, match="away"):
            await retry_store(Store(*[AWAY] * 100).call)
        with takes(at_most=0), pytest.raises(StorageError, match="away"):
            await retry_store(Store(AWAY).call, patience=0)

    virtual_time.run(test())


def test_a_permanent_error_is_raised_at_once() -> None:
    """The call is not repeated."""

    async def test() -> None:
        store = Store(StorageError("the disk is full"))
        with pytest.raises(StorageError, match="full"):
            await retry_store(store.call)
        assert len(store.times) == 1

    virtual_time.run(test())
