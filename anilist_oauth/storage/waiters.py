"""The calls of this process that wait for logins to end. One watcher serves them all."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing

from anilist_oauth.errors import StorageError
from anilist_oauth.storage.outcome import Outcome

Read = Callable[[Sequence[str]], Awaitable[dict[str, Outcome | None]]]
Watch = Callable[[], AsyncGenerator[str | None, None]]
Waiter = asyncio.Future[Outcome | None]

_CANCEL_AGAIN = 0.5  # seconds


class Waiters:
    """The waiting calls of one store.

    Args:
        read: Reads logins. Returns the outcome, or None, of each existing login; unknown ones are left out.
        watch: Yields the key of a login that was settled, or None for "look at all". After its first value, it misses
            nothing. It runs only while somebody waits.
    """

    def __init__(self, *, read: Read, watch: Watch) -> None:
        self._read = read
        self._watch = watch
        self._waiters: dict[str, list[Waiter]] = {}
        self._watcher: asyncio.Task[None] | None = None
        self._watching = asyncio.Event()
        self._ending: set[asyncio.Task[None]] = set()  # the loop itself only keeps weak references

    async def wait(self, key: str, *, timeout: float) -> Outcome | None:
        """Wait for the outcome. None after `timeout` seconds, or as soon as the login is unknown.

        It watches, then looks, then waits, so that it misses nothing in between. Outages of the store during the wait
        are tolerated. A `StorageError` is raised if the first look fails, or if waiting cannot help.
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
        """Wake the calls that wait for this login."""
        for waiter in self._waiters.get(key, ()):
            if not waiter.done():
                waiter.set_result(outcome)

    async def aclose(self) -> None:
        """Stop the watcher. Calls that still wait get a `StorageError`."""
        self._fail(StorageError("the store was closed during a wait for a login"))
        self._stop()
        while self._ending:  # a driver may swallow a cancellation, as asyncio.wait_for does in Python 3.11
            for watcher in self._ending:
                watcher.cancel()
            await asyncio.wait(self._ending, timeout=_CANCEL_AGAIN)

    async def _watched(self, waiter: Waiter, timeout: float) -> None:
        """Return when the watcher misses nothing any more, or there is nothing left to wait for."""
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
                    if self._watcher is not watcher:  # it was stopped, and its cancellation swallowed
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
