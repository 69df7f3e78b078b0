"""Tokens in Redis. Each user has a hash, and each application has a sorted set of its subjects by expiry."""

import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

from anilist_oauth.errors import StorageError
from anilist_oauth.redaction import Unpicklable
from anilist_oauth.storage.encoding import (
    due_before,
    marks_to_fields,
    masked_token,
    to_microseconds,
    token_from_fields,
    token_to_fields,
)
from anilist_oauth.storage.records import StoredToken
from anilist_oauth.storage.redis.keys import Command, Keys, Run, script
from anilist_oauth.storage.sealed import MARK
from anilist_oauth.storage.skipped import Skipped

PAGE = 100  # records that an iteration reads at once
AGAIN = 60.0  # seconds after which the keys about the whole store are written again, in case Redis lost them

PUT = """
local subject, score, issued_at, over, marks = unpack(ARGV, 1, 5)
local present = redis.call(
    'HMGET', KEYS[1], 'token_id', 'issued_at', 'needs_login', 'told_expiring', 'told_invalid', 'viewer')
if over ~= '' then
    if present[1] ~= over then return 0 end
    local known = (present[6] and present[6] ~= 'null') and '1' or '0'
    if marks ~= '' and present[3] .. present[4] .. present[5] .. known ~= marks then return 0 end
end
if issued_at ~= '' and present[2] and math.floor(present[2] / 1e6) > math.floor(issued_at / 1e6) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 6))
redis.call('ZADD', KEYS[2], score, subject)
return 1
"""


class RedisTokenStore(Unpicklable):
    """A `TokenStore` in Redis. `RedisStore` creates it."""

    def __init__(self, run: Run, keys: Keys, *, clock: Callable[[], datetime]) -> None:
        self._run = run
        self._keys = keys
        self._clock = clock
        self._noted: dict[Command, float] = {}  # the command, and the time after which it must be run again

    async def get(self, subject: str, *, client_id: str) -> StoredToken | None:
        """Read the record of a subject."""
        [fields] = map(masked_token, await self._run(("HGETALL", self._keys.token(client_id, subject))))
        return token_from_fields(fields) if fields else None

    async def put(self, stored: StoredToken, *, over: str | None = None) -> bool:
        """Write the record of a subject; see `TokenStore.put`."""
        return await self._write(stored, over=over or "", marks="")

    async def update(self, stored: StoredToken, *, was: StoredToken) -> bool:
        """Write the record of a subject, if it has not changed; see `UpdatingTokenStore.update`."""
        marks = "".join(map(str, marks_to_fields(was).values()))
        return await self._write(stored, over=was.token_id, marks=marks)

    async def delete(self, subject: str, *, client_id: str) -> None:
        """Delete the token of a subject."""
        await self._run(("DEL", self._keys.token(client_id, subject)), ("ZREM", self._keys.expiry(client_id), subject))

    async def expiring(self, within: timedelta | None, *, client_id: str | None = None) -> AsyncIterator[StoredToken]:
        """Iterate over the records whose users must log in again, or over all, by expiry within each application."""
        now, skipped = self._clock(), Skipped()
        before = "+inf" if within is None else str(to_microseconds(due_before(within, now=now)))
        [applications] = await self._run(("SMEMBERS", self._keys.applications)) if client_id is None else [[client_id]]
        for application in applications:
            [subjects] = await self._run(("ZRANGEBYSCORE", self._keys.expiry(application), "-inf", before))
            for start in range(0, len(subjects), PAGE):
                some = subjects[start : start + PAGE]
                for subject, fields in zip(some, await self._records(application, some), strict=True):
                    with skipped.unreadable(application, subject):
                        if fields and (stored := _read(fields)).is_due(within, now=now):  # it may have changed
                            yield stored
        skipped.report()

    async def holds_sealed(self, mark: str) -> bool:
        """Return whether a sealed token was ever stored."""
        del mark
        [noted] = await self._run(("GET", self._keys.sealed))
        return noted is not None

    async def _records(self, application: str, subjects: list[str]) -> list[Any]:
        answers = await self._run(*(("HGETALL", self._keys.token(application, subject)) for subject in subjects))
        return [masked_token(answer) if isinstance(answer, dict) else answer for answer in answers]

    async def _write(self, stored: StoredToken, *, over: str, marks: str) -> bool:
        fields = {name: value for name, value in token_to_fields(stored).items() if value is not None}
        written = [part for field in fields.items() for part in field]
        keys = (self._keys.token(stored.client_id, stored.subject), self._keys.expiry(stored.client_id))
        # In a separate command, because this key has another hash tag. First, because a client id without a token does
        # no harm.
        await self._note(("SADD", self._keys.applications, stored.client_id))
        if stored.token.access_token.startswith(MARK):
            await self._note(("SET", self._keys.sealed, "1"))
        issued_at = fields.get("issued_at", "")
        [done] = await self._run(script(PUT, keys, stored.subject, _score(stored), issued_at, over, marks, *written))
        return bool(done)

    async def _note(self, command: Command) -> None:
        """Run a command, unless it was run within the last minute. Running it again changes nothing."""
        if self._noted.get(command, 0.0) < time.monotonic():
            await self._run(command)
            self._noted[command] = time.monotonic() + AGAIN


def _read(fields: Any) -> StoredToken:
    if not isinstance(fields, dict):  # it is an error, because the key is not a hash
        raise StorageError("the store holds a token's record that this package did not write")
    return token_from_fields(fields)


def _score(stored: StoredToken) -> str:
    """Return a token's score in the sorted set: its expiry, exact to the microsecond, or -inf if it was refused."""
    if stored.needs_login:
        return "-inf"
    return "+inf" if stored.token.expires_at is None else str(to_microseconds(stored.token.expires_at))
