"""Run the calls of a store. Each ends within its time limit, and all end before the store is closed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from anilist_oauth.errors import StorageError

T = TypeVar("T")

LIMIT = 10.0  # seconds for one call, including the wait for a connection
WAIT = 5.0  # seconds for running calls when the store is closed


class Opening:
    """Lets a store be opened in one event loop at a time, by one caller at a time.

    A lock of asyncio alone would not do: it belongs to the first loop that waits for it, and in another loop it either
    raises `RuntimeError` or never wakes its waiter.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def alone(self, *, is_open: bool) -> AsyncIterator[None]:
        """Run a block that opens the store, after any other such block.

        Raises:
            StorageError: Another event loop has opened the store, or is opening it.
        """
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            if is_open or self._lock.locked():
                raise other_loop_error()
            self._loop, self._lock = loop, asyncio.Lock()
        async with self._lock:
            yield


def other_loop_error() -> StorageError:
    """Return the error of a store that belongs to another event loop."""
    return StorageError("the store belongs to another event loop; open one with open_store() in each loop")


class Calls:
    """Runs the calls of an open store, in the event loop that opened it.

    A call runs in its caller's task, because a separate task would take two more iterations of the event loop. Whether
    a cancelled call was carried out is not known, as if its answer had been lost. Each call may be repeated.

    Args:
        failure: Returns the `StorageError` for an error of the driver. The driver's error is dropped, because it may
            contain a token or the URL.
    """

    def __init__(self, failure: Callable[[BaseException], StorageError]) -> None:
        self._failure = failure
        self._loop = asyncio.get_running_loop()
        self._running: set[asyncio.Timeout] = set()
        self._ended = asyncio.Event()  # set when a running call ends

    async def run(self, call: Callable[[], Awaitable[T]], *, limit: float | None = None) -> T:
        """Make one call, for at most `limit` seconds (by default ten).

        Raises:
            StorageError: The call failed or took too long, or the store belongs to another event loop.
        """
        self.check()
        running = asyncio.timeout(LIMIT if limit is None else limit)
        self._running.add(running)
        try:
            async with running:
                return await call()
        except Exception as error:  # noqa: BLE001  each driver has its own errors, and none of them may be raised here
            failure = self._failure(error)
        finally:
            self._running.discard(running)
            self._ended.set()
        raise failure  # outside the except block, so that the driver's error is not its context

    def check(self) -> None:
        """Raise `StorageError` if the store cannot take a call."""
        if asyncio.get_running_loop() is not self._loop:
            raise other_loop_error()

    async def aclose(self) -> None:
        """Wait at most five seconds for running calls, and then let them time out.

        The store must make no more calls.
        """
        self.check()
        until = self._loop.time() + WAIT
        for running in self._running:
            when = running.when()
            running.reschedule(until if when is None else min(when, until))
        while self._running:
            self._ended.clear()
            await self._ended.wait()
