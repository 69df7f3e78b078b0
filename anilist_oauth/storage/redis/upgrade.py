"""The version of the data in Redis, and the upgrade from older ones.

Version 1 is the one of `anilist_oauth` 0.1, which stored no version. Version 2 added the version, the fields
``user_id`` and ``issued_at`` of a token, and the key that exists if there are sealed tokens. Each record is upgraded
separately, and doing so again does no harm. So several processes may upgrade at once, an upgrade may be interrupted,
and an older program may still be writing. The version is written last, and never replaces a newer one.
"""

import json
from typing import Any

from anilist_oauth.errors import StorageError
from anilist_oauth.redaction import MaskedText
from anilist_oauth.storage.encoding import UNREADABLE, issued_at_of, masked_token
from anilist_oauth.storage.redis.keys import Keys, Run, script
from anilist_oauth.storage.sealed import MARK, Plain

VERSION = 2

NOTE_VERSION = """
local present = tonumber(redis.call('GET', KEYS[1]) or 0) or 0
if present < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
return math.max(present, tonumber(ARGV[1]))
"""
FILL = """
local token_id, user_id, issued_at = unpack(ARGV)
if redis.call('HGET', KEYS[1], 'token_id') ~= token_id then return 0 end
if user_id ~= '' then redis.call('HSETNX', KEYS[1], 'user_id', user_id) end
if issued_at ~= '' then redis.call('HSETNX', KEYS[1], 'issued_at', issued_at) end
return 1
"""


async def upgrade(run: Run, keys: Keys, *, plain: Plain) -> int:
    """Upgrade the data of a store if needed.

    Args:
        run: Runs commands.
        keys: The store's keys.
        plain: Decrypts a sealed token; see `UnsealedTokenStore.plain`.

    Returns:
        The version that was found, or 0 if the store was empty.

    Raises:
        StorageError: A newer version of this package wrote the data, or Redis failed.
    """
    [version] = await run(("GET", keys.version))
    [applications] = await run(("SMEMBERS", keys.applications)) if version is None else [[]]
    found = int(version) if version and version.isdigit() else 1 if applications else 0
    _check(found)
    if found < VERSION:
        for application in applications:
            await _from_1(run, keys, application, plain)
        [noted] = await run(script(NOTE_VERSION, (keys.version,), VERSION))
        _check(int(noted))  # another process may have upgraded the data to a newer version meanwhile
    return found


def _check(version: int) -> None:
    if version > VERSION:
        raise StorageError(
            f"the store has version {version}, but this version of anilist_oauth only supports up to {VERSION}; "
            "upgrade the package"
        )


async def _from_1(run: Run, keys: Keys, application: str, plain: Plain) -> None:
    [subjects] = await run(("ZRANGE", keys.expiry(application), 0, -1))
    for subject in subjects:
        key = keys.token(application, subject)
        [fields] = map(masked_token, await run(("HGETALL", key)))
        sealed = MaskedText(fields.get("access_token", ""))
        if sealed.startswith(MARK):
            await run(("SET", keys.sealed, "1"))
        issued_at = issued_at_of(plain(application, subject, sealed))
        filled = (_user_id(fields), "" if issued_at is None else issued_at)
        await run(script(FILL, (key,), fields.get("token_id", ""), *filled))


def _user_id(fields: dict[str, Any]) -> int | str:
    try:
        return int(json.loads(fields["viewer"])["id"])
    except UNREADABLE:
        return ""
