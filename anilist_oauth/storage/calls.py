"""The running calls of a store: each ends within its time limit, and all end before the store is closed."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from anilist_oauth.errors import StorageError

T = TypeVar("T")

LIMIT = 10.0  # seconds for one call, including the wait for a connection
WAIT = 5.0  # seconds for running calls when the store is closed


class Calls:
    """Runs the calls of an open store, in the event loop that opened it.

    Each runs in a task that neither the limit nor the caller cancels. A call that stops half-way would cost the
    connection, and nobody would know what was done.

    Args:
        failure: Maps an error of the driver. The error itself is dropped, because it may contain a token or the URL.
    """

    def __init__(self, failure: Callable[[BaseException], StorageError]) -> None:
        self._failure = failure
        self._loop = asyncio.get_running_loop()
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    async def run(self, call: Callable[[], Coroutine[Any, Any, T]], *, limit: float | None = None) -> T:
        """Make one call, for at most `limit` seconds (by default ten).

        Raises:
            StorageError: It failed or took too long, or the store is closed or belongs to another event loop.
        """
        self.check()
        running = self._loop.create_task(self._caught(call))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        await asyncio.wait((running,), timeout=LIMIT if limit is None else limit)
        if not running.done() or running.cancelled():
            raise self._failure(TimeoutError())
        answer = running.result()
        if isinstance(answer, StorageError):
            raise answer
        return answer

    def check(self) -> None:
        """Raise `StorageError` if the store cannot take a call."""
        if asyncio.get_running_loop() is not self._loop:
            raise StorageError("the store belongs to another event loop; open one with open_store() in each loop")
        if self._closed:
            raise StorageError("the store is closed; open it again first")

    async def aclose(self) -> None:
        """Refuse new calls, and give running ones five seconds. Then cancel them."""
        self.check()
        self._closed = True
        if self._running:
            _, hanging = await asyncio.wait(self._running, timeout=WAIT)
            for running in hanging:
                running.cancel()
            await asyncio.gather(*hanging, return_exceptions=True)

    async def _caught(self, call: Callable[[], Coroutine[Any, Any, T]]) -> T | StorageError:
        try:
            return await call()
        except Exception as error:  # noqa: BLE001  each driver has a tree of its own; none may leave here
            return self._failure(error)
