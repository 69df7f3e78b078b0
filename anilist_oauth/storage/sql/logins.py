"""Logins in an SQL database: each step is one statement, and so atomic over all processes."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import datetime, timedelta

from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.encoding import login_from_json, login_to_json, to_microseconds
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.protocols import KEPT, LIVE_LOGINS_A_SUBJECT
from anilist_oauth.storage.records import PendingLogin, Taken
from anilist_oauth.storage.sql.schema import Run
from anilist_oauth.storage.waiters import Waiters

LOOK_EVERY = 1.0  # seconds between two looks for settled logins, one for all who wait in this process
KEYS_AT_ONCE = 10_000  # a statement takes some 32,000 values
SWEEP_EVERY = timedelta(minutes=1)

ADD = """
    INSERT INTO anilist_oauth_logins (key, owner, record, forget_at) VALUES (:key, :owner, :record, :forget_at)
    ON CONFLICT (key) DO NOTHING
"""
DROP_OLDEST = """
    DELETE FROM anilist_oauth_logins WHERE owner = :owner AND claim IS NULL AND number <= (
        SELECT number FROM anilist_oauth_logins WHERE owner = :owner AND claim IS NULL
        ORDER BY number DESC LIMIT 1 OFFSET :live
    )
"""
SWEEP = "DELETE FROM anilist_oauth_logins WHERE forget_at <= :now"
LOOK = "SELECT record, claim, code FROM anilist_oauth_logins WHERE key = :key"
TAKE = """
    UPDATE anilist_oauth_logins SET claim = :claim, code = :code WHERE key = :key AND claim IS NULL
    RETURNING claim, code
"""
SETTLE = """
    UPDATE anilist_oauth_logins
    SET outcome = :outcome, forget_at = CASE WHEN forget_at < :until THEN :until ELSE forget_at END
    WHERE key = :key AND outcome IS NULL RETURNING key
"""
OUTCOMES = "SELECT key, outcome FROM anilist_oauth_logins WHERE key IN :keys"


class SQLLoginStore:
    """A `LoginStore` in an SQL database; `SQLStore` makes it."""

    def __init__(self, run: Run, *, clock: Callable[[], datetime]) -> None:
        self._run = run
        self._clock = clock
        self._sweep_at = clock()
        self._waiters = Waiters(read=self._outcomes, watch=_every_second)

    async def add(self, key: str, login: PendingLogin) -> None:
        """Keep a begun login, and drop the subject's oldest unfinished one beyond twenty."""
        await self._sweep()
        owner = None if login.subject is None else digest(json.dumps([login.client_id, login.subject]))
        forget_at = to_microseconds(max(login.expires_at, self._clock()) + KEPT)
        await self._run(ADD, key=key, owner=owner, record=login_to_json(login), forget_at=forget_at)
        if owner is not None:
            await self._run(DROP_OLDEST, owner=owner, live=LIVE_LOGINS_A_SUBJECT)

    async def look(self, key: str) -> PendingLogin | None:
        """Read a login."""
        rows = await self._run(LOOK, key=key)
        return login_from_json(rows[0]["record"], claim=rows[0]["claim"], code=rows[0]["code"]) if rows else None

    async def take(self, key: str, *, claim: str, code: str) -> Taken | None:
        """Take a login, if nobody has, and say who has it."""
        rows = await self._run(TAKE, key=key, claim=claim, code=code) or await self._run(LOOK, key=key)
        return Taken(claim=rows[0]["claim"], code=rows[0]["code"]) if rows else None

    async def settle(self, key: str, outcome: Outcome) -> None:
        """Keep how a login ended and wake who waits for it."""
        until = to_microseconds(self._clock() + KEPT)
        if await self._run(SETTLE, key=key, outcome=outcome.to_json(), until=until):
            self._waiters.resolve(key, outcome)

    async def settled(self, key: str, *, timeout: float) -> Outcome | None:
        """Wait for a login's outcome; another process's arrives within a second or two."""
        return await self._waiters.wait(key, timeout=timeout)

    async def aclose(self) -> None:
        """Wake all who still wait, with a `StorageError`."""
        await self._waiters.aclose()

    async def _sweep(self) -> None:
        now = self._clock()
        if now >= self._sweep_at:
            self._sweep_at = now + SWEEP_EVERY
            await self._run(SWEEP, now=to_microseconds(now))

    async def _outcomes(self, keys: Sequence[str]) -> dict[str, Outcome | None]:
        found: dict[str, Outcome | None] = {}
        for start in range(0, len(keys), KEYS_AT_ONCE):
            for row in await self._run(OUTCOMES, keys=list(keys[start : start + KEYS_AT_ONCE])):
                found[row["key"]] = None if row["outcome"] is None else Outcome.from_json(row["outcome"])
        return found


async def _every_second() -> AsyncGenerator[str | None, None]:
    while True:
        yield None
        await asyncio.sleep(LOOK_EVERY)
