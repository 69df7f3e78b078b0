"""Logins in Redis. Each step is one Lua script, which is atomic in all processes.

redis-py repeats a command whose answer was lost. So running a script twice with the same arguments must have the same
effect and result as running it once. A plain ``GETDEL`` would lose the login.
"""

import json
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import datetime

from anilist_oauth.redaction import Unpicklable
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.encoding import login_from_json, login_to_json, to_microseconds
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.protocols import ANONYMOUS_LOGINS, KEPT, LIVE_LOGINS_A_SUBJECT, check, forget_at, full_error
from anilist_oauth.storage.records import PendingLogin, Taken
from anilist_oauth.storage.redis.keys import Keys, News, Run, script
from anilist_oauth.storage.waiters import Waiters

KEYS_AT_ONCE = 1000

# Times are microseconds of the application's clock. Redis only gets durations.
ADD = """
local now, record, forget_at, key, logins, settled, live, anonymous = unpack(ARGV)
local kept = redis.call('HGET', KEYS[1], 'forget_at')
if kept and tonumber(kept) > tonumber(now) then return 0 end
local milliseconds = math.ceil((forget_at - now) / 1000)
if anonymous ~= '' then
    redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
    if redis.call('ZCARD', KEYS[2]) >= tonumber(anonymous) then return -1 end
    redis.call('ZADD', KEYS[2], forget_at, key)
    redis.call('PEXPIRE', KEYS[2], math.max(redis.call('PTTL', KEYS[2]), milliseconds))
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'record', record, 'forget_at', forget_at)
redis.call('PEXPIRE', KEYS[1], milliseconds)
if anonymous ~= '' then return 1 end
local unfinished = {}
for _, other in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
    local login = redis.call('HMGET', logins .. other, 'forget_at', 'claim')
    if login[1] and not login[2] then table.insert(unfinished, other) end
end
table.insert(unfinished, key)
while #unfinished > tonumber(live) do
    local oldest = table.remove(unfinished, 1)
    redis.call('DEL', logins .. oldest)
    redis.pcall('PUBLISH', settled, oldest)
end
local left = redis.call('PTTL', KEYS[2])
redis.call('DEL', KEYS[2])
redis.call('RPUSH', KEYS[2], unpack(unfinished))
redis.call('PEXPIRE', KEYS[2], math.max(left, milliseconds))
return 1
"""
TAKE = """
local now, claim, code, key = unpack(ARGV)
local login = redis.call('HMGET', KEYS[1], 'forget_at', 'claim', 'code')
if not login[1] or tonumber(login[1]) <= tonumber(now) then return false end
if login[2] then return {login[2], login[3]} end
redis.call('HSET', KEYS[1], 'claim', claim, 'code', code)
redis.call('ZREM', KEYS[2], key)
return {claim, code}
"""
CHECK_AND_TAKE = """
local now, claim, code, key, client_id, bound, at = unpack(ARGV)
local login = redis.call('HMGET', KEYS[1], 'forget_at', 'record', 'claim', 'code')
if not login[1] or tonumber(login[1]) <= tonumber(now) then return false end
if login[3] then return {login[2], login[3], login[4]} end
local read, record = pcall(cjson.decode, login[2])
if not read or type(record) ~= 'table' or record.client_id ~= client_id then return {login[2]} end
local binding = record.binding_digest
if type(binding) ~= 'string' then binding = '' end
if binding ~= bound or (tonumber(record.expires_at) or 0) <= tonumber(at) then return {login[2]} end
redis.call('HSET', KEYS[1], 'claim', claim, 'code', code)
redis.call('ZREM', KEYS[2], key)
return login[2]
"""
SETTLE = """
local now, outcome, until_, key, settled = unpack(ARGV)
local login = redis.call('HMGET', KEYS[1], 'forget_at', 'outcome')
if not login[1] or login[2] then return 0 end
redis.call('HSET', KEYS[1], 'outcome', outcome)
if tonumber(login[1]) < tonumber(until_) then
    redis.call('HSET', KEYS[1], 'forget_at', until_)
    redis.call('PEXPIRE', KEYS[1], math.ceil((until_ - now) / 1000))
end
redis.pcall('PUBLISH', settled, key) -- it may fail if the user may not use channels; calls that wait also look
return 1
"""


class RedisLoginStore(Unpicklable):
    """A `LoginStore` in Redis. `RedisStore` creates it."""

    def __init__(self, run: Run, news: News, keys: Keys, *, clock: Callable[[], datetime]) -> None:
        self._run = run
        self._news = news
        self._keys = keys
        self._clock = clock
        self._waiters = Waiters(read=self._outcomes, watch=self._watch)

    async def add(self, key: str, login: PendingLogin) -> None:
        """Store a pending login. If the subject has more than 20 unfinished logins, delete the oldest."""
        check(key=key)
        until = to_microseconds(forget_at(login, now=self._clock()))
        counted, limit = self._keys.anonymous, str(ANONYMOUS_LOGINS)
        if login.subject is not None:
            counted, limit = self._keys.owners + digest(json.dumps([login.client_id, login.subject])), ""
        keys, names = (self._keys.logins + key, counted), (self._keys.logins, self._keys.settled)
        values = (self._now(), login_to_json(login), until, key, *names, LIVE_LOGINS_A_SUBJECT, limit)
        [added] = await self._run(script(ADD, keys, *values))
        if int(added) < 0:
            raise full_error(ANONYMOUS_LOGINS)

    async def look(self, key: str) -> PendingLogin | None:
        """Read a login."""
        check(key=key)
        command = ("HMGET", self._keys.logins + key, "forget_at", "record", "claim", "code")
        [[until, record, claim, code]] = await self._run(command)
        return None if self._swept(until) else login_from_json(record, claim=claim, code=code)

    async def take(self, key: str, *, claim: str, code: str) -> Taken | None:
        """Take a login for a claim, unless it was taken already; see `LoginStore.take`."""
        check(key=key, claim=claim, code=code)
        keys = (self._keys.logins + key, self._keys.anonymous)
        [taken] = await self._run(script(TAKE, keys, self._now(), claim, code, key))
        return None if taken is None else Taken(claim=taken[0], code=taken[1])

    async def check_and_take(
        self, key: str, *, claim: str, code: str, client_id: str, binding_digest: str | None, now: datetime
    ) -> PendingLogin | None:
        """Check a login and take it, in one script; see `CheckingLoginStore`."""
        check(key=key, claim=claim, code=code)
        keys = (self._keys.logins + key, self._keys.anonymous)
        checked = (client_id, binding_digest or "", to_microseconds(now))
        [found] = await self._run(script(CHECK_AND_TAKE, keys, self._now(), claim, code, key, *checked))
        if found is None:
            return None
        if isinstance(found, str):
            return login_from_json(found, claim=claim, code=code)
        record, *taken = found
        return login_from_json(record, claim=taken[0] if taken else None, code=taken[1] if taken else None)

    async def settle(self, key: str, outcome: Outcome) -> None:
        """Store a login's outcome, and return it from the calls that wait for it."""
        check(key=key, outcome=outcome)
        until = to_microseconds(self._clock() + KEPT)
        values = (self._now(), outcome.to_json(), until, key, self._keys.settled)
        [settled] = await self._run(script(SETTLE, (self._keys.logins + key,), *values))
        if settled:
            self._waiters.resolve(key, outcome)

    async def settled(self, key: str, *, timeout: float) -> Outcome | None:
        """Wait for a login's outcome. Outcomes are published, and the store is also read every five seconds."""
        check(key=key, timeout=timeout)
        return await self._waiters.wait(key, timeout=timeout)

    async def aclose(self) -> None:
        """Raise `StorageError` in all calls that wait for a login."""
        await self._waiters.aclose()

    def _now(self) -> int:
        return to_microseconds(self._clock())

    def _swept(self, until: str | None) -> bool:
        return until is None or int(until) <= self._now()

    def _watch(self) -> AsyncGenerator[str | None, None]:
        return self._news(self._keys.settled)

    async def _outcomes(self, keys: Sequence[str]) -> dict[str, Outcome | None]:
        found: dict[str, Outcome | None] = {}
        for start in range(0, len(keys), KEYS_AT_ONCE):
            some = keys[start : start + KEYS_AT_ONCE]
            answers = await self._run(*(("HMGET", self._keys.logins + key, "forget_at", "outcome") for key in some))
            for key, (until, outcome) in zip(some, answers, strict=True):
                if not self._swept(until):
                    found[key] = None if outcome is None else Outcome.from_json(outcome)
        return found
