"""Logins in the memory of this process."""

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
from anilist_oauth.storage.protocols import (
    ANONYMOUS_LOGINS,
    KEPT,
    LIVE_LOGINS_A_SUBJECT,
    check,
    closed_error,
    forget_at,
)
from anilist_oauth.storage.records import PendingLogin, Taken

MAX_BYTES = 96 * 1024 * 1024
_OVERHEAD = 550  # bytes of a login in addition to its texts
_OUTCOME = 1024  # bytes of an outcome, approximately and at most
_SWEPT_AT_ONCE = 64  # logins; more than one call adds, and few enough not to delay the caller


class MemoryLoginStore(Unpicklable):
    """A `LoginStore` in memory. Other processes cannot use it, so it does not work with several workers.

    It limits how much memory strangers can use. At the limit, `add` raises a retryable `StorageError` until some logins
    have expired. A login that can still be finished is never deleted to make room for another.

    Args:
        max_logins: The most logins in the store.
        max_bytes: The most memory that they may use, approximately.
        clock: Returns the current time (aware), which is used to delete old logins.
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
        self._logins: dict[str, PendingLogin] = {}  # as they were added
        self._taken: dict[str, Taken] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._forget_at: dict[str, datetime] = {}  # only if this may be later than ten minutes after the expiry
        self._bytes = 0
        self._unfinished: dict[tuple[str, str | None], tuple[str, ...]] = {}  # by client id and subject, oldest first
        self._due: list[tuple[datetime, str]] = []  # a heap of times at which to check a login, if it still exists
        self._expired: dict[str, None] = {}  # not taken, earliest first; they are deleted sooner if there is no room
        self._waiters: dict[str, asyncio.Future[None]] = {}

    def __len__(self) -> int:
        return len(self._logins)

    async def add(self, key: str, login: PendingLogin) -> None:
        """Store a pending login. Raises `StorageError` (retryable) if the store is full."""
        check(key=key)
        if key in self._logins:
            return
        now = self._clock()
        until, size = forget_at(login, now=now), _size(login)
        self._sweep(now)
        while self._is_full(size):
            if not self._make_room(now):
                raise self._full_error()
        if login.subject is not None:
            self._count((login.client_id, login.subject), key)
        self._logins[key] = login
        if login.taken is not None:
            self._taken[key] = login.taken
        self._bytes += size
        if until > login.expires_at + KEPT:
            self._forget_at[key] = until
        self._look_at(login.expires_at, key)

    async def look(self, key: str) -> PendingLogin | None:
        """Read a login."""
        check(key=key)
        login, taken = self._logins.get(key), self._taken.get(key)
        return login if login is None or taken is None else attrs.evolve(login, taken=taken)

    async def take(self, key: str, *, claim: str, code: str) -> Taken | None:
        """Take a login for a claim, unless it was taken already; see `LoginStore.take`."""
        check(key=key, claim=claim, code=code)
        login = self._logins.get(key)
        if login is not None and key not in self._taken:
            self._taken[key] = Taken(claim=claim, code=code)
            self._uncount(key, login)
        return self._taken.get(key)

    async def settle(self, key: str, outcome: Outcome) -> None:
        """Store a login's outcome, and return it from the calls that wait for it."""
        check(key=key, outcome=outcome)
        if key in self._logins and key not in self._outcomes:
            self._outcomes[key] = outcome
            self._bytes += _OUTCOME
            until = self._clock() + KEPT
            self._forget_at[key] = max(until, self._forget_at.get(key, until))
            self._wake(key)

    async def settled(self, key: str, *, timeout: float) -> Outcome | None:
        """Wait for a login's outcome."""
        check(key=key, timeout=timeout)
        if key in self._logins and key not in self._outcomes:
            changed = self._waiters.setdefault(key, asyncio.get_running_loop().create_future())  # shared by all waiters
            await asyncio.wait((changed,), timeout=timeout)
            if changed.done():
                changed.result()  # raises if `end_waits` was called
        return self._outcomes.get(key)

    def end_waits(self) -> None:
        """Raise `StorageError` from all calls that wait for a login, because the store is closed."""
        for changed in self._waiters.values():
            changed.set_exception(closed_error())
            changed.exception()  # asyncio would log it if its waiters had been cancelled
        self._waiters.clear()

    def _is_full(self, size: int) -> bool:
        return len(self._logins) >= self._max_logins or self._bytes + size > self._max_bytes

    def _full_error(self) -> StorageError:
        error = StorageError(
            f"the store contains {len(self._logins):,} logins ({self._bytes:,} bytes), which is the limit; "
            "try again later, or give MemoryLoginStore a larger max_logins or max_bytes",
            retryable=True,
        )
        error.full = True
        return error

    def _sweep(self, now: datetime) -> bool:
        """Check some logins that are due, and delete those whose time is over. Return whether any were due."""
        looked = 0
        while self._due and self._due[0][0] <= now and looked < _SWEPT_AT_ONCE:
            _, key = heapq.heappop(self._due)
            looked += 1
            if key not in self._logins:
                continue
            end = self._end(key)
            if end <= now:
                self._forget(key)
                continue
            heapq.heappush(self._due, (end, key))
            if key not in self._taken:
                self._expired[key] = None
        return looked > 0

    def _make_room(self, now: datetime) -> bool:
        """Delete one login that can no longer be finished. Return whether there was one."""
        for key in tuple(self._expired)[:1]:
            del self._expired[key]
            if key not in self._taken:
                self._forget(key)
            return True
        return self._sweep(now)

    def _end(self, key: str) -> datetime:
        """Return until when a login is kept."""
        end = self._logins[key].expires_at + KEPT
        return max(end, self._forget_at.get(key, end))

    def _look_at(self, time: datetime, key: str) -> None:
        heapq.heappush(self._due, (time, key))
        if len(self._due) > 2 * len(self._logins) + _SWEPT_AT_ONCE:  # most of these are gone
            self._due = [entry for entry in self._due if entry[1] in self._logins]
            heapq.heapify(self._due)

    def _forget(self, key: str) -> None:
        login = self._logins.pop(key)
        self._taken.pop(key, None)
        self._bytes -= _size(login) + (0 if self._outcomes.pop(key, None) is None else _OUTCOME)
        self._forget_at.pop(key, None)
        self._expired.pop(key, None)
        self._uncount(key, login)
        self._wake(key)

    def _count(self, owner: tuple[str, str], key: str) -> None:
        """Count a login among its subject's unfinished ones. If there are too many, delete the oldest."""
        while len(self._unfinished.get(owner, ())) >= LIVE_LOGINS_A_SUBJECT:
            self._forget(self._unfinished[owner][0])
        self._unfinished[owner] = (*self._unfinished.get(owner, ()), key)

    def _uncount(self, key: str, login: PendingLogin) -> None:
        owner = (login.client_id, login.subject)
        rest = tuple(other for other in self._unfinished.get(owner, ()) if other != key)
        if rest:
            self._unfinished[owner] = rest
        else:
            self._unfinished.pop(owner, None)

    def _wake(self, key: str) -> None:
        changed = self._waiters.pop(key, None)
        if changed is not None:
            changed.set_result(None)


def _size(login: PendingLogin) -> int:
    """Return how many bytes a login uses, approximately."""
    texts = (login.client_id, login.subject, login.binding_digest, login.label, login.return_to)
    return _OVERHEAD + sum(sys.getsizeof(text) for text in texts if text is not None)


@cache
def _warn_of_workers(workers: str) -> None:
    """Warn, once per process, if the server is configured to run several workers."""
    if workers.isdecimal() and int(workers) > 1:
        warnings.warn(
            f"WEB_CONCURRENCY is {workers}, but logins in memory are only known to one process, so the callback may "
            "reach a worker that does not know the login; use open_store() with a database",
            RuntimeWarning,
            stacklevel=3,
        )
