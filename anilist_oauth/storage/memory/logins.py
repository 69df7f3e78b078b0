"""Logins in this process's memory: for one process, and until it ends."""

import asyncio
import json
import os
import struct
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

from anilist_oauth.arguments import expect
from anilist_oauth.clock import checked_clock, utc_now
from anilist_oauth.errors import StorageError
from anilist_oauth.storage.encoding import to_microseconds
from anilist_oauth.storage.memory.schedule import Schedule
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.protocols import KEPT, LIVE_LOGINS_A_SUBJECT
from anilist_oauth.storage.records import PendingLogin, Taken

MAX_LOGINS = 100_000
_HEAD = struct.Struct("<qqq")  # when it expires, when it was added (microseconds since 1970, as all here), whose it is
_KEPT = KEPT // timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class MemoryLoginStore:
    """A `LoginStore` that other processes cannot see: where several workers serve, a login may come back to another.

    Args:
        max_logins: How many logins it holds; at that many `add` raises until some have expired: none live goes.
        clock: Gives the time, for sweeping.
    """

    def __init__(self, *, max_logins: int = MAX_LOGINS, clock: Callable[[], datetime] = utc_now) -> None:
        _warn_of_workers(os.environ.get("WEB_CONCURRENCY", ""))
        expect(max_logins, int, "max_logins: a whole number is needed")
        self._max_logins = max_logins
        self._clock = checked_clock(clock)
        self._logins: dict[str, bytes] = {}  # packed: a hundred thousand of them take some 45 MB
        self._unfinished: dict[int, tuple[str, ...]] = {}  # by the hash of client id and subject, oldest first
        self._taken: dict[str, Taken] = {}
        self._outcomes: dict[str, tuple[Outcome, int]] = {}  # and when it was settled
        self._waiters: dict[str, asyncio.Future[None]] = {}
        self._live = Schedule()  # by their expiry
        self._expired = Schedule()  # never taken: by their end, or sooner where there is no room
        self._kept = Schedule()  # taken: by their end

    async def add(self, key: str, login: PendingLogin) -> None:
        """Keep a begun login; `StorageError` (retryable) when the store is full."""
        if key in self._logins:
            return
        now = to_microseconds(self._clock())
        self._sweep(now)
        if len(self._logins) >= self._max_logins:
            error = StorageError(
                f"{len(self._logins):,} logins have begun and not yet expired, as many as are kept in memory; "
                "begin again later, or give MemoryLoginStore a larger max_logins",
                retryable=True,
            )
            error.full = True
            raise error
        if login.subject is not None:
            self._count(key, login)
        self._logins[key] = _pack(login, added_at=now)
        self._live.add(key, self._expiry(key))

    async def look(self, key: str) -> PendingLogin | None:
        """Read a login."""
        packed = self._logins.get(key)
        return None if packed is None else _unpack(packed, taken=self._taken.get(key))

    async def take(self, key: str, *, claim: str, code: str) -> Taken | None:
        """Take a login, if nobody has, and say who has it."""
        if key not in self._logins:
            return None
        if key not in self._taken:
            self._taken[key] = Taken(claim=claim, code=code)
            self._uncount(key)
        return self._taken[key]

    async def settle(self, key: str, outcome: Outcome) -> None:
        """Keep how a login ended and wake who waits for it."""
        if key in self._logins and key not in self._outcomes:
            self._outcomes[key] = (outcome, to_microseconds(self._clock()))
            self._wake(key)

    async def settled(self, key: str, *, timeout: float) -> Outcome | None:
        """Wait for a login's outcome."""
        if key in self._logins and key not in self._outcomes:
            changed = self._waiters.setdefault(key, asyncio.get_running_loop().create_future())  # one for all
            await asyncio.wait((changed,), timeout=timeout)
        return self._outcomes[key][0] if key in self._outcomes else None

    def _sweep(self, now: int) -> None:
        """Forget some of what nobody needs any more: at least one, if there is one, where there is no room."""
        for key in self._live.due(now):
            if self._expiry(key) > now:  # later in this second
                self._live.add(key, self._expiry(key))
            else:
                (self._kept if key in self._taken else self._expired).add(key, self._end(key))
        for schedule in (self._expired, self._kept):
            for key in schedule.due(now):
                if self._end(key) > now:  # later in this second, or settled meanwhile
                    schedule.add(key, self._end(key))
                else:
                    self._forget(key)
        if len(self._logins) >= self._max_logins:
            for key in self._expired.due(None):
                if key in self._taken:
                    self._kept.add(key, self._end(key))
                else:
                    self._forget(key)

    def _expiry(self, key: str) -> int:
        expiry: int = _HEAD.unpack_from(self._logins[key])[0]
        return expiry

    def _end(self, key: str) -> int:
        """Tell until when a login is kept: ten minutes after it expired, was added or was settled."""
        settled_at = self._outcomes[key][1] if key in self._outcomes else 0
        expiry, added_at, _ = _HEAD.unpack_from(self._logins[key])
        return int(max(expiry, added_at, settled_at)) + _KEPT

    def _forget(self, key: str) -> None:
        self._uncount(key)
        del self._logins[key]
        self._taken.pop(key, None)
        self._outcomes.pop(key, None)
        self._wake(key)

    def _count(self, key: str, login: PendingLogin) -> None:
        """Count a login among its subject's unfinished ones; the oldest of too many goes."""
        owner = _owner(login)
        while len(self._unfinished.get(owner, ())) >= LIVE_LOGINS_A_SUBJECT:
            oldest = self._unfinished[owner][0]
            self._live.remove(oldest, self._expiry(oldest))
            self._expired.remove(oldest, self._end(oldest))
            self._forget(oldest)
        self._unfinished[owner] = (*self._unfinished.get(owner, ()), key)

    def _uncount(self, key: str) -> None:
        owner: int = _HEAD.unpack_from(self._logins[key])[2]
        rest = tuple(other for other in self._unfinished.get(owner, ()) if other != key)
        if rest:
            self._unfinished[owner] = rest
        else:
            self._unfinished.pop(owner, None)

    def _wake(self, key: str) -> None:
        changed = self._waiters.pop(key, None)
        if changed is not None:
            changed.set_result(None)


def _owner(login: PendingLogin) -> int:
    """Stand in for client id and subject; where two ever met, they would share one bound."""
    return hash((login.client_id, login.subject))


def _pack(login: PendingLogin, *, added_at: int) -> bytes:
    """Write a login into one object: as an attrs value it would take some eight."""
    texts = [login.client_id, login.subject, login.binding_digest, login.label, login.return_to]
    text = json.dumps(texts, ensure_ascii=False, separators=(",", ":"))
    return _HEAD.pack(to_microseconds(login.expires_at), added_at, _owner(login)) + text.encode()


def _unpack(packed: bytes, *, taken: Taken | None) -> PendingLogin:
    client_id, subject, binding_digest, label, return_to = json.loads(packed[_HEAD.size :])
    return PendingLogin(
        client_id=client_id,
        subject=subject,
        binding_digest=binding_digest,
        label=label,
        return_to=return_to,
        expires_at=_EPOCH + timedelta(microseconds=_HEAD.unpack_from(packed)[0]),
        taken=taken,
    )


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
