"""Logins in Redis: each step is one Lua script, and so atomic over all processes.

redis-py sends a command again whose answer was lost, so that each script, run twice with the same arguments, leaves
what it left the first time and gives the same answer: a bare ``GETDEL`` would lose the login.
"""

import json
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import datetime

from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.encoding import login_from_json, login_to_json, to_microseconds
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.protocols import KEPT, LIVE_LOGINS_A_SUBJECT
from anilist_oauth.storage.records import PendingLogin, Taken
from anilist_oauth.storage.redis.keys import LOGINS, OWNERS, SETTLED, News, Run, script
from anilist_oauth.storage.waiters import Waiters

KEYS_AT_ONCE = 1000

# Times are microseconds by the application's clock; Redis only counts down from it.
ADD = """
local now, record, forget_at, key, logins, settled, live = unpack(ARGV)
local kept = redis.call('HGET', KEYS[1], 'forget_at')
if kept and tonumber(kept) > tonumber(now) then return 0 end
local milliseconds = math.ceil((forget_at - now) / 1000)
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'record', record, 'forget_at', forget_at)
redis.call('PEXPIRE', KEYS[1], milliseconds)
if not KEYS[2] then return 1 end
local unfinished = {}
for _, other in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
    local login = redis.call('HMGET', logins .. other, 'forget_at', 'claim')
    if login[1] and not login[2] then table.insert(unfinished, other) end
end
table.insert(unfinished, key)
while #unfinished > tonumber(live) do
    local oldest = table.remove(unfinished, 1)
    redis.call('DEL', logins .. oldest)
    redis.call('PUBLISH', settled, oldest)
end
local left = redis.call('PTTL', KEYS[2])
redis.call('DEL', KEYS[2])
redis.call('RPUSH', KEYS[2], unpack(unfinished))
redis.call('PEXPIRE', KEYS[2], math.max(left, milliseconds))
return 1
"""
TAKE = """
local now, claim, code = unpack(ARGV)
local login = redis.call('HMGET', KEYS[1], 'forget_at', 'claim', 'code')
if not login[1] or tonumber(login[1]) <= tonumber(now) then return false end
if login[2] then return {login[2], login[3]} end
redis.call('HSET', KEYS[1], 'claim', claim, 'code', code)
return {claim, code}
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
redis.call('PUBLISH', settled, key)
return 1
"""


class RedisLoginStore:
    """A `LoginStore` in Redis; `RedisStore` makes it."""

    def __init__(self, run: Run, news: News, *, clock: Callable[[], datetime]) -> None:
        self._run = run
        self._news = news
        self._clock = clock
        self._waiters = Waiters(read=self._outcomes, watch=self._watch)

    async def add(self, key: str, login: PendingLogin) -> None:
        """Keep a begun login, and drop the subject's oldest unfinished one beyond twenty."""
        keys: tuple[str, ...] = (LOGINS + key,)
        if login.subject is not None:
            keys = (*keys, OWNERS + digest(json.dumps([login.client_id, login.subject])))
        record, forget_at = login_to_json(login), to_microseconds(max(login.expires_at, self._clock()) + KEPT)
        await self._run(script(ADD, keys, self._now(), record, forget_at, key, LOGINS, SETTLED, LIVE_LOGINS_A_SUBJECT))

    async def look(self, key: str) -> PendingLogin | None:
        """Read a login."""
        [[forget_at, record, claim, code]] = await self._run(
            ("HMGET", LOGINS + key, "forget_at", "record", "claim", "code")
        )
        return None if self._swept(forget_at) else login_from_json(record, claim=claim, code=code)

    async def take(self, key: str, *, claim: str, code: str) -> Taken | None:
        """Take a login, if nobody has, and say who has it."""
        [taken] = await self._run(script(TAKE, (LOGINS + key,), self._now(), claim, code))
        return None if taken is None else Taken(claim=taken[0], code=taken[1])

    async def settle(self, key: str, outcome: Outcome) -> None:
        """Keep how a login ended and wake who waits for it."""
        until = to_microseconds(self._clock() + KEPT)
        await self._run(script(SETTLE, (LOGINS + key,), self._now(), outcome.to_json(), until, key, SETTLED))

    async def settled(self, key: str, *, timeout: float) -> Outcome | None:
        """Wait for a login's outcome; it is published, and looked for every five seconds besides."""
        return await self._waiters.wait(key, timeout=timeout)

    async def aclose(self) -> None:
        """Wake all who still wait, with a `StorageError`."""
        await self._waiters.aclose()

    def _now(self) -> int:
        return to_microseconds(self._clock())

    def _swept(self, forget_at: str | None) -> bool:
        return forget_at is None or int(forget_at) <= self._now()

    def _watch(self) -> AsyncGenerator[str | None, None]:
        return self._news(SETTLED)

    async def _outcomes(self, keys: Sequence[str]) -> dict[str, Outcome | None]:
        found: dict[str, Outcome | None] = {}
        for start in range(0, len(keys), KEYS_AT_ONCE):
            some = keys[start : start + KEYS_AT_ONCE]
            answers = await self._run(*(("HMGET", LOGINS + key, "forget_at", "outcome") for key in some))
            for key, (forget_at, outcome) in zip(some, answers, strict=True):
                if not self._swept(forget_at):
                    found[key] = None if outcome is None else Outcome.from_json(outcome)
        return found
