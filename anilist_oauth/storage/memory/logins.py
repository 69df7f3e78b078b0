"""Logins in this process's memory: for one process, and until it ends."""

import asyncio
import heapq
import os
import sys
import warnings
from collections.abc import Callable
from datetime import datetime
from functools import cache

import attrs

from anilist_oauth.arguments import expect
from anilist_oauth.clock import checked_clock, utc_now
from anilist_oauth.errors import StorageError
from anilist_oauth.redaction import Unpicklable
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.protocols import ANONYMOUS_LOGINS, KEPT, LIVE_LOGINS_A_SUBJECT, forget_at
from anilist_oauth.storage.records import PendingLogin, Taken

MAX_BYTES = 64 * 1024 * 1024
_OVERHEAD = 700  # bytes of a login beside its texts, as `benchmarks.growth` measures it
_OUTCOME = 1024  # bytes, at most about
_SWEPT_AT_ONCE = 64  # more than one login adds, and few enough to keep nobody waiting

Owner = tuple[str, str]


@attrs.define(eq=False)
class _Kept:
    """A login, how it ended, and until when it is kept."""

    login: PendingLogin
    forget_at: datetime
    outcome: Outcome | None = None

    @property
    def size(self) -> int:
        login = self.login
        texts = (login.client_id, login.subject, login.binding_digest, login.label, login.return_to)
        return _OVERHEAD + sum(sys.getsizeof(text) for text in texts if text is not None)


class MemoryLoginStore(Unpicklable):
    """A `LoginStore` that other processes cannot see: where several workers serve, a login may come back to another.

    What strangers can begin takes a bounded amount of memory: at the bound `add` raises a retryable `StorageError`
    until some logins have expired. A login that can still be finished is never given up for another.

    Args:
        max_logins: How many logins it holds at most.
        max_bytes: How much memory they take at most, about.
        clock: Gives the time, for sweeping.
    """

    def __init__(
        self,
        *,
        max_logins: int = ANONYMOUS_LOGINS,
        max_bytes: int = MAX_BYTES,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        _warn_of_workers(os.environ.get("WEB_CONCURRENCY", ""))
        expect(max_logins, int, "max_logins: a whole number is needed")
        expect(max_bytes, int, "max_bytes: a whole number is needed")
        self._max_logins, self._max_bytes = max_logins, max_bytes
        self._clock = checked_clock(clock)
        self._logins: dict[str, _Kept] = {}
        self._bytes = 0
        self._unfinished: dict[Owner, dict[str, None]] = {}  # by client id and subject, oldest first
        self._due: list[tuple[datetime, str]] = []  # a heap: when to look at a login, which may be gone by then
        self._expired: dict[str, None] = {}  # not taken, earliest first: they go sooner where there is no room
        self._waiters: dict[str, asyncio.Future[None]] = {}

    def __len__(self) -> int:
        return len(self._logins)

    async def add(self, key: str, login: PendingLogin) -> None:
        """Keep a begun login; `StorageError` (retryable) when the store is full."""
        if key in self._logins:
            return
        now = self._clock()
        kept = _Kept(login, forget_at(login, now=now))
        self._sweep(now)
        while self._is_full(kept.size):
            if not self._make_room(now):
                raise self._full_error()
        if login.subject is not None:
            self._count((login.client_id, login.subject), key)
        self._logins[key] = kept
        self._bytes += kept.size
        self._look_at(login.expires_at, key)

    async def look(self, key: str) -> PendingLogin | None:
        """Read a login."""
        kept = self._logins.get(key)
        return None if kept is None else kept.login

    async def take(self, key: str, *, claim: str, code: str) -> Taken | None:
        """Take a login, if nobody has, and say who has it."""
        kept = self._logins.get(key)
        if kept is None:
            return None
        if kept.login.taken is None:
            kept.login = attrs.evolve(kept.login, taken=Taken(claim=claim, code=code))
            self._uncount(key, kept.login)
        return kept.login.taken

    async def settle(self, key: str, outcome: Outcome) -> None:
        """Keep how a login ended and wake who waits for it."""
        kept = self._logins.get(key)
        if kept is not None and kept.outcome is None:
            kept.outcome = outcome
            self._bytes += _OUTCOME
            kept.forget_at = max(kept.forget_at, self._clock() + KEPT)
            self._wake(key)

    async def settled(self, key: str, *, timeout: float) -> Outcome | None:
        """Wait for a login's outcome."""
        kept = self._logins.get(key)
        if kept is not None and kept.outcome is None:
            changed = self._waiters.setdefault(key, asyncio.get_running_loop().create_future())  # one for all
            await asyncio.wait((changed,), timeout=timeout)
            kept = self._logins.get(key)
        return None if kept is None else kept.outcome

    def _is_full(self, size: int) -> bool:
        return len(self._logins) >= self._max_logins or self._bytes + size > self._max_bytes

    def _full_error(self) -> StorageError:
        error = StorageError(
            f"{len(self._logins):,} logins of {self._bytes:,} bytes have begun and not yet expired, as much as is kept "
            "in memory; begin again later, or give MemoryLoginStore a larger max_logins or max_bytes",
            retryable=True,
        )
        error.full = True
        return error

    def _sweep(self, now: datetime) -> bool:
        """Look at some logins that are due: those at their end go. Whether there were any."""
        looked = 0
        while self._due and self._due[0][0] <= now and looked < _SWEPT_AT_ONCE:
            _, key = heapq.heappop(self._due)
            looked += 1
            kept = self._logins.get(key)
            if kept is None:
                continue
            if kept.forget_at <= now:
                self._forget(key)
                continue
            heapq.heappush(self._due, (kept.forget_at, key))
            if kept.login.taken is None:
                self._expired[key] = None
        return looked > 0

    def _make_room(self, now: datetime) -> bool:
        """Forget one login that nobody can finish any more, if there is one."""
        for key in tuple(self._expired)[:1]:
            del self._expired[key]
            if self._logins[key].login.taken is None:
                self._forget(key)
            return True
        return self._sweep(now)

    def _look_at(self, time: datetime, key: str) -> None:
        heapq.heappush(self._due, (time, key))
        if len(self._due) > 2 * len(self._logins) + _SWEPT_AT_ONCE:  # most of them are gone
            self._due = [entry for entry in self._due if entry[1] in self._logins]
            heapq.heapify(self._due)

    def _forget(self, key: str) -> None:
        kept = self._logins.pop(key)
        self._bytes -= kept.size + (0 if kept.outcome is None else _OUTCOME)
        self._expired.pop(key, None)
        self._uncount(key, kept.login)
        self._wake(key)

    def _count(self, owner: Owner, key: str) -> None:
        """Count a login among its subject's unfinished ones; the oldest of too many goes."""
        while len(self._unfinished.get(owner, ())) >= LIVE_LOGINS_A_SUBJECT:
            self._forget(next(iter(self._unfinished[owner])))
        self._unfinished.setdefault(owner, {})[key] = None

    def _uncount(self, key: str, login: PendingLogin) -> None:
        owner = (login.client_id, login.subject or "")
        unfinished = self._unfinished.get(owner, {})
        unfinished.pop(key, None)
        if not unfinished:
            self._unfinished.pop(owner, None)

    def _wake(self, key: str) -> None:
        changed = self._waiters.pop(key, None)
        if changed is not None:
            changed.set_result(None)


@cache
def _warn_of_workers(workers: str) -> None:
    """Warn, once a process, where a server is told to run several workers."""
    if workers.isdecimal() and int(workers) > 1:
        warnings.warn(
            f"WEB_CONCURRENCY is {workers}, and logins kept in memory are seen by one process only: "
            "a login may come back to another worker, which does not know it; use open_store() with a database",
            RuntimeWarning,
            stacklevel=3,
        )
