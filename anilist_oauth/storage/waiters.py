"""Let calls wait for logins to end. One task of this process watches the store for all of them."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing

from anilist_oauth.errors import StorageError
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.protocols import closed_error

Read = Callable[[Sequence[str]], Awaitable[dict[str, Outcome | None]]]
Watch = Callable[[], AsyncGenerator[str | None, None]]
Waiter = asyncio.Future[Outcome | None]

_CANCEL_AGAIN = 0.5  # seconds


class Waiters:
    """The waiting calls of one store.

    Args:
        read: Reads logins by their keys. Returns the outcome of each existing login, or None if it has no outcome yet.
            Unknown logins are left out.
        watch: Yields the key of a login that was settled, or None if any login may have been settled. After its first
            value, it reports every login. It only runs while calls wait.
    """

    def __init__(self, *, read: Read, watch: Watch) -> None:
        self._read = read
        self._watch = watch
        self._waiters: dict[str, list[Waiter]] = {}
        self._watcher: asyncio.Task[None] | None = None
        self._watching = asyncio.Event()
        self._ending: set[asyncio.Task[None]] = set()  # the event loop only keeps weak references to tasks

    async def wait(self, key: str, *, timeout: float) -> Outcome | None:
        """Wait for an outcome and return it. Return None after `timeout` seconds, or as soon as the login is unknown.

        The store is watched before it is read, so that no outcome is missed in between. Outages of the store during the
        wait are tolerated.

        Raises:
            StorageError: The first reading failed, or a failure is permanent.
        """
        clock = asyncio.get_running_loop().time
        until = clock() + timeout
        waiter: Waiter = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(key, []).append(waiter)
        try:
            await self._watched(waiter, timeout)
            if not waiter.done():
                await self._look([key])
            await asyncio.wait((waiter,), timeout=max(0.0, until - clock()))
            return waiter.result() if waiter.done() else None
        finally:
            self._forget(key, waiter)

    def resolve(self, key: str, outcome: Outcome | None) -> None:
        """Return an outcome from the calls that wait for this login."""
        for waiter in self._waiters.get(key, ()):
            if not waiter.done():
                waiter.set_result(outcome)

    async def aclose(self) -> None:
        """Stop the watcher. Calls that still wait raise `StorageError`."""
        self._fail(closed_error())
        self._stop()
        while self._ending:  # a driver may swallow a cancellation, as asyncio.wait_for does in Python 3.11
            for watcher in self._ending:
                watcher.cancel()
            await asyncio.wait(self._ending, timeout=_CANCEL_AGAIN)

    async def _watched(self, waiter: Waiter, timeout: float) -> None:
        """Wait until the watcher reports every login, or the call needs to wait no longer."""
        if self._watcher is None:
            self._watcher = asyncio.create_task(self._serve(), name="anilist_oauth waiters")
        if self._watching.is_set():
            return
        watching = asyncio.ensure_future(self._watching.wait())
        try:
            await asyncio.wait((waiter, watching), timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            watching.cancel()

    async def _serve(self) -> None:
        watcher = asyncio.current_task()
        try:
            async with aclosing(self._watch()) as news:
                async for key in news:
                    if self._watcher is not watcher:  # this task was stopped, but its cancellation was swallowed
                        return
                    if self._watching.is_set():
                        await self._look_again(self._waiters if key is None else [key])
                    self._watching.set()
        except StorageError as error:
            self._fail(error)
            self._stop()

    async def _look_again(self, keys: Iterable[str]) -> None:
        try:
            await self._look([key for key in keys if key in self._waiters])
        except StorageError as error:
            if not error.retryable:
                raise

    async def _look(self, keys: Sequence[str]) -> None:
        found = await self._read(keys) if keys else {}
        for key in keys:
            if key not in found or found[key] is not None:
                self.resolve(key, found.get(key))

    def _fail(self, error: StorageError) -> None:
        for waiter in (waiter for waiters in self._waiters.values() for waiter in waiters if not waiter.done()):
            waiter.set_exception(error)

    def _forget(self, key: str, waiter: Waiter) -> None:
        waiter.cancel()
        self._waiters[key].remove(waiter)
        if not self._waiters[key]:
            del self._waiters[key]
        if not self._waiters:
            self._stop()

    def _stop(self) -> None:
        watcher, self._watcher = self._watcher, None
        self._watching.clear()
        if watcher is not None:
            watcher.cancel()
            self._ending.add(watcher)
            watcher.add_done_callback(self._ending.discard)
