"""Logins in an SQL database. Each step is one statement, and so it is atomic in all processes."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import datetime, timedelta

from anilist_oauth.redaction import Unpicklable
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.encoding import login_from_json, login_to_json, to_microseconds
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.protocols import ANONYMOUS_LOGINS, KEPT, LIVE_LOGINS_A_SUBJECT, check, forget_at, full_error
from anilist_oauth.storage.records import PendingLogin, Taken
from anilist_oauth.storage.sql.run import Run
from anilist_oauth.storage.waiters import Waiters

LOOK_EVERY = 1.0  # seconds between checks for settled logins, shared by all waiters of this process
KEYS_AT_ONCE = 10_000  # a statement may have about 32,000 values
SWEEP_EVERY = timedelta(minutes=1)
COUNT_EVERY = 1000  # after so many sign-ins in this process, those of all processes are counted again


class SQLLoginStore(Unpicklable):
    """A `LoginStore` in an SQL database. `SQLStore` creates it."""

    def __init__(self, run: Run, *, clock: Callable[[], datetime]) -> None:
        self._run = run
        self._clock = clock
        self._sweep_at = clock()
        self._room = 0  # sign-ins that may begin here before the next count
        self._waiters = Waiters(read=self._outcomes, watch=_every_second)

    async def add(self, key: str, login: PendingLogin) -> None:
        """Store a pending login. If the subject has more than 20 unfinished logins, delete the oldest."""
        check(key=key)
        until = to_microseconds(forget_at(login, now=self._clock()))
        await self._sweep()
        owner = None
        if login.subject is None:
            await self._make_room()
        else:
            owner = digest(json.dumps([login.client_id, login.subject]))
        added = await self._run("add", key=key, owner=owner, record=login_to_json(login), forget_at=until)
        if owner is not None and (not added or added[0]["unfinished"] >= LIVE_LOGINS_A_SUBJECT):
            await self._run("drop_oldest", owner=owner, live=LIVE_LOGINS_A_SUBJECT)

    async def look(self, key: str) -> PendingLogin | None:
        """Read a login."""
        check(key=key)
        rows = await self._run("look", this_key=key)
        return login_from_json(rows[0]["record"], claim=rows[0]["claim"], code=rows[0]["code"]) if rows else None

    async def take(self, key: str, *, claim: str, code: str) -> Taken | None:
        """Take a login for a claim, unless it was taken already; see `LoginStore.take`."""
        check(key=key, claim=claim, code=code)
        rows = await self._run("take", this_key=key, new_claim=claim, new_code=code)
        return Taken(claim=rows[0]["claim"], code=rows[0]["code"]) if rows else None

    async def check_and_take(
        self, key: str, *, claim: str, code: str, client_id: str, binding_digest: str | None, now: datetime
    ) -> PendingLogin | None:
        """Check a login and take it, in one statement; see `CheckingLoginStore`."""
        check(key=key, claim=claim, code=code)
        checked = {"client_id": client_id, "binding_digest": binding_digest or "", "now": to_microseconds(now)}
        rows = await self._run("check_and_take", this_key=key, new_claim=claim, new_code=code, **checked)
        return login_from_json(rows[0]["record"], claim=rows[0]["claim"], code=rows[0]["code"]) if rows else None

    async def settle(self, key: str, outcome: Outcome) -> None:
        """Store a login's outcome, and return it from the calls that wait for it."""
        check(key=key, outcome=outcome)
        until = to_microseconds(self._clock() + KEPT)
        if await self._run("settle", this_key=key, new_outcome=outcome.to_json(), until=until):
            self._waiters.resolve(key, outcome)

    async def settled(self, key: str, *, timeout: float) -> Outcome | None:
        """Wait for a login's outcome. An outcome from another process arrives within two seconds."""
        check(key=key, timeout=timeout)
        return await self._waiters.wait(key, timeout=timeout)

    async def aclose(self) -> None:
        """Raise `StorageError` in all calls that wait for a login."""
        await self._waiters.aclose()

    async def _sweep(self) -> None:
        now = self._clock()
        if now >= self._sweep_at:
            self._sweep_at = now + SWEEP_EVERY
            self._room = 0
            await self._run("sweep", now=to_microseconds(now))

    async def _make_room(self) -> None:
        """Raise an error if there are too many unfinished sign-ins. Those of all processes are counted sometimes."""
        if self._room <= 0:
            [counted] = await self._run("count_anonymous")
            left = ANONYMOUS_LOGINS - int(counted["count"])
            if left <= 0:
                raise full_error(ANONYMOUS_LOGINS)
            self._room = min(left, COUNT_EVERY)
        self._room -= 1

    async def _outcomes(self, keys: Sequence[str]) -> dict[str, Outcome | None]:
        found: dict[str, Outcome | None] = {}
        for start in range(0, len(keys), KEYS_AT_ONCE):
            for row in await self._run("outcomes", keys=list(keys[start : start + KEYS_AT_ONCE])):
                found[row["key"]] = None if row["outcome"] is None else Outcome.from_json(row["outcome"])
        return found


async def _every_second() -> AsyncGenerator[str | None, None]:
    while True:
        yield None
        await asyncio.sleep(LOOK_EVERY)
