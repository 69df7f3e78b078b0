"""Tokens in Redis: a hash for each user, and for each application a sorted set of the subjects by expiry."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from urllib.parse import quote

from anilist_oauth.storage.encoding import to_microseconds, token_from_fields, token_to_fields
from anilist_oauth.storage.records import StoredToken
from anilist_oauth.storage.redis.keys import APPLICATIONS, Run, script

PAGE = 100  # records of a stream that are read at once

PUT = """
local subject, score, issued_at, over, marks = unpack(ARGV, 1, 5)
local present = redis.call(
    'HMGET', KEYS[1], 'token_id', 'issued_at', 'needs_login', 'told_expiring', 'told_invalid', 'viewer')
if over ~= '' then
    if present[1] ~= over then return 0 end
    local known = present[6] and '1' or '0'
    if marks ~= '' and present[3] .. present[4] .. present[5] .. known ~= marks then return 0 end
end
if issued_at ~= '' and present[2] and math.floor(present[2] / 1e6) > math.floor(issued_at / 1e6) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 6))
redis.call('ZADD', KEYS[2], score, subject)
return 1
"""


class RedisTokenStore:
    """A `TokenStore` in Redis; `RedisStore` makes it."""

    def __init__(self, run: Run, *, clock: Callable[[], datetime]) -> None:
        self._run = run
        self._clock = clock

    async def get(self, subject: str, *, client_id: str) -> StoredToken | None:
        """Read the record of a subject."""
        [fields] = await self._run(("HGETALL", _token(client_id, subject)))
        return token_from_fields(fields) if fields else None

    async def put(self, stored: StoredToken, *, over: str | None = None) -> bool:
        """Write the record of a subject, if `over` is what is there, and nothing newer."""
        return await self._write(stored, over=over or "", marks="")

    async def update(self, stored: StoredToken, *, was: StoredToken) -> bool:
        """Write the record of a subject, if the one that is there is still as it was."""
        return await self._write(stored, over=was.token_id, marks="".join(str(int(mark)) for mark in was.marks))

    async def _write(self, stored: StoredToken, *, over: str, marks: str) -> bool:
        fields = {name: value for name, value in token_to_fields(stored).items() if value is not None}
        written = [part for field in fields.items() for part in field]
        keys = (_token(stored.client_id, stored.subject), _expiry(stored.client_id))
        # First, and apart, as it is no key of the application's: a client id without a token does no harm.
        await self._run(("SADD", APPLICATIONS, stored.client_id))
        issued_at = fields.get("issued_at", "")
        [done] = await self._run(script(PUT, keys, stored.subject, _score(stored), issued_at, over, marks, *written))
        return bool(done)

    async def delete(self, subject: str, *, client_id: str) -> None:
        """Forget the token of a subject."""
        await self._run(("DEL", _token(client_id, subject)), ("ZREM", _expiry(client_id), subject))

    async def expiring(self, within: timedelta | None, *, client_id: str | None = None) -> AsyncIterator[StoredToken]:
        """Stream the records whose users must log in again, or all, soonest first within each application."""
        now = self._clock()
        before = "+inf" if within is None else str(to_microseconds(now + within))
        [applications] = await self._run(("SMEMBERS", APPLICATIONS)) if client_id is None else [[client_id]]
        for application in applications:
            [subjects] = await self._run(("ZRANGEBYSCORE", _expiry(application), "-inf", before))
            for start in range(0, len(subjects), PAGE):
                some = subjects[start : start + PAGE]
                for fields in await self._run(*(("HGETALL", _token(application, subject)) for subject in some)):
                    if fields and _is_due(stored := token_from_fields(fields), within, now):
                        yield stored


def _is_due(stored: StoredToken, within: timedelta | None, now: datetime) -> bool:
    """Look again: the user may have logged in since the subjects were listed."""
    return within is None or stored.needs_login or stored.token.expires_within(within, now=now)


def _score(stored: StoredToken) -> str:
    """Give the expiry, as a double that is right to the microsecond; refused tokens come before all others."""
    if stored.needs_login:
        return "-inf"
    return "+inf" if stored.token.expires_at is None else str(to_microseconds(stored.token.expires_at))


def _expiry(client_id: str) -> str:
    return f"anilist_oauth:{{{quote(client_id, safe='')}}}:expiry"


def _token(client_id: str, subject: str) -> str:
    return f"anilist_oauth:{{{quote(client_id, safe='')}}}:token:{subject}"
