"""Stores of every version before: they open, are upgraded, and lose nothing.

`recorded` holds what version 0.1 left: its SQL as ``sqlite3 .dump`` and ``pg_dump --inserts`` give it, and its keys in
Redis as the commands that make them. Each has four tokens (plain, marked, no JWT, sealed) and two logins (open, done).
"""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import attrs
import pytest
from cryptography.fernet import Fernet
from redis.asyncio import Redis
from sqlalchemy import select
from sqlalchemy.ext.asyncio import create_async_engine

from anilist_oauth.errors import StorageError
from anilist_oauth.storage import Outcome, RedisStore, SQLStore
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.redis import upgrade as redis_upgrade
from anilist_oauth.storage.redis.keys import script
from anilist_oauth.storage.sql import upgrade as sql_upgrade
from anilist_oauth.storage.sql.tables import make_tables
from tests.services import PostgreSQLServer, RedisServer
from tests.storage.openers import KEY, Clock
from tests.storage.raw import raw
from tests.storage.records import NOON, stored

RECORDED = Path(__file__).parent / "recorded"
KINDS = ("sqlite", "postgresql", "redis")
Make = Callable[..., Any]


@pytest.fixture(params=KINDS)
async def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Return a function that opens a store of version 0.1 with its records."""
    if request.param == "sqlite":
        path = tmp_path / "tokens.db"
        with sqlite3.connect(path) as connection:
            connection.executescript((RECORDED / "0_1_sqlite.sql").read_text())
        connection.close()
        return lambda **options: SQLStore(f"sqlite:///{path}", clock=Clock(), **options)
    if request.param == "postgresql":
        server: PostgreSQLServer = request.getfixturevalue("postgresql")
        url = server.database()
        own = await asyncpg.connect(url)
        await own.execute((RECORDED / "0_1_postgresql.sql").read_text())
        await own.close()
        return lambda **options: SQLStore(url, clock=Clock(), **options)
    redis: RedisServer = request.getfixturevalue("redis")
    redis.command("FLUSHALL")
    own_redis: Any = Redis.from_url(redis.url)
    async with own_redis as client:
        for command in json.loads((RECORDED / "0_1_redis.json").read_text()):
            await client.execute_command(*command)
    return lambda **options: RedisStore(redis.url, clock=Clock(), **options)


@pytest.mark.requirement("R16")
async def test_a_store_of_0_1_is_upgraded_and_loses_nothing(make: Make) -> None:
    """Users, times of issue, marks and logins are kept, and sealed tokens can be decrypted."""
    async with make(keys=[KEY]) as store:
        records = {record.subject: record async for record in store.tokens.expiring(None)}
        health = await store.health()
        logins = {name: await store.logins.look(digest(name)) for name in ("open", "done")}
        assert await store.logins.settled(digest("done"), timeout=0) == Outcome(subject="discord:42")
    assert {subject: record.user_id for subject, record in records.items()} == {
        "plain": 7,
        "marked": 8,
        "no jwt": 9,
        "sealed": 10,
    }
    issued = {name: record.issued_at and record.issued_at.timestamp() for name, record in records.items()}
    assert issued == {"plain": 1790856000, "marked": 1790856001, "no jwt": None, "sealed": 1790856002}
    assert records["marked"].marks == (True, False, True, True)
    assert records["sealed"].token.user_id == 10
    assert logins["open"] is not None
    assert logins["done"] is not None
    assert logins["done"].taken is not None
    assert (health.found_version, health.version, health.tokens, health.logins) == (1, 2, 4, 2)


async def issued_at_in(store: Any) -> int | None:
    """Read the stored time of issue of the sealed token, in seconds."""
    if isinstance(store, SQLStore):
        [row] = await raw(store, "SELECT issued_at FROM anilist_oauth_tokens WHERE subject = 'sealed'")
        found = row["issued_at"]
    else:
        [found] = await store._run(("HGET", "anilist_oauth:{12345}:token:sealed", "issued_at"))
    return None if found is None else int(found) // 1_000_000


@pytest.mark.requirement("R16")
@pytest.mark.requirement("R8")
async def test_a_sealed_token_of_0_1_gets_its_time_of_issue_where_its_key_is_there(make: Make) -> None:
    """Then an older token does not replace it."""
    async with make(keys=[KEY]) as store:
        assert await issued_at_in(store) == 1790856002
        late = attrs.evolve(stored("sealed"), issued_at=NOON.replace(year=2020))
        assert not await store.tokens.put(late)


@pytest.mark.requirement("R16")
@pytest.mark.parametrize("keys", [None, [Fernet.generate_key()]])
async def test_without_its_key_the_first_to_have_it_fills_it(make: Make, keys: list[bytes] | None) -> None:
    """The time is known when the record is read with the key, and stored when keys are rotated."""
    async with make(keys=keys) as store:
        assert await issued_at_in(store) is None
    async with make(keys=[KEY]) as store:
        assert await issued_at_in(store) is None
        found = await store.tokens.get("sealed", client_id="12345")
        assert found.issued_at.timestamp() == 1790856002
        assert await store.tokens.rotate() == 4
        assert await issued_at_in(store) == 1790856002
        assert await store.tokens.get("sealed", client_id="12345") == found


@pytest.mark.requirement("R16")
async def test_an_upgraded_store_takes_what_is_new(make: Make) -> None:
    """It stores a record without a viewer, and refuses one that is older."""
    async with make(keys=[KEY]) as store:
        plain = await store.tokens.get("plain", client_id="12345")
        new = attrs.evolve(stored("new"), viewer=None, issued_at=NOON)
        assert await store.tokens.put(new)
        assert await store.tokens.get("new", client_id="12345") == new
        late = attrs.evolve(stored("plain"), issued_at=NOON.replace(year=2020))
        assert not await store.tokens.put(late)
        assert await store.tokens.get("plain", client_id="12345") == plain
    async with make(keys=[KEY]) as store:
        assert (await store.health()).found_version == 2


@pytest.mark.requirement("R16")
async def test_processes_that_upgrade_at_once_all_go_on(make: Make) -> None:
    """One of them upgrades, and none fails."""
    stores = [make(keys=[KEY]) for _ in range(4)]
    await asyncio.gather(*(store.open() for store in stores))
    for store in stores:
        found = await store.tokens.get("plain", client_id="12345")
        assert found.user_id == 7
        assert found.issued_at is not None
        await store.aclose()


PROCESS = """
import asyncio, sys
from anilist_oauth.storage import open_store
from anilist_oauth.storage.redis import client, upgrade
from anilist_oauth.storage.sql import postgresql, runner, sqlite

async def main(url, key):
    print("ready", flush=True)
    sys.stdin.readline()
    async with open_store(url, [key]) as store:
        records = [record async for record in store.tokens.expiring(None)]
        issued = sorted(int(record.issued_at.timestamp()) for record in records if record.issued_at)
        print((await store.health()).tokens, issued, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.requirement("R16")
async def test_real_processes_that_upgrade_at_once_all_go_on(make: Make) -> None:
    """Three processes start together, and each finds everything."""
    url = make().__dict__["_source"].value
    where = str(url if isinstance(url, str) else url.url.value)
    pipe = asyncio.subprocess.PIPE
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", PROCESS, where, KEY, stdin=pipe, stdout=pipe)
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    told = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    assert [out.decode() for out, _ in told] == ["4 [1790856000, 1790856001, 1790856002]\n"] * 3


async def test_an_upgrade_that_was_interrupted_is_taken_up_again(redis: RedisServer) -> None:
    """In Redis the version is written last, so the next process continues."""
    redis.command("FLUSHALL")
    async with RedisStore(redis.url) as store:
        for name in ("a", "b"):
            await store.tokens.put(attrs.evolve(stored(name), issued_at=None))
            await store._run(("HDEL", store._keys.token("12345", name), "user_id"))
        await store._run(("DEL", store._keys.version))

        async def dying(*commands: Any) -> list[Any]:
            if commands[0][0] == "EVAL" and store._keys.token("12345", "b") in commands[0]:
                raise StorageError("the process died")
            return await store._run(*commands)

        with pytest.raises(StorageError, match="died"):
            await redis_upgrade.upgrade(dying, store._keys, plain=store.tokens.plain)
        assert await store._run(("GET", store._keys.version)) == [None]
        assert await redis_upgrade.upgrade(store._run, store._keys, plain=store.tokens.plain) == 1
        assert await store._run(("GET", store._keys.version)) == ["2"]
        assert await store._run(("HGET", store._keys.token("12345", "b"), "user_id")) == ["7"]


async def test_a_newer_package_that_upgrades_meanwhile_keeps_its_version(redis: RedisServer) -> None:
    """The older one does not replace the version, and raises an error."""
    redis.command("FLUSHALL")
    async with RedisStore(redis.url) as store:
        await store._run(("DEL", store._keys.version))

        async def overtaken(*commands: Any) -> list[Any]:
            if commands[0][0] == "EVAL":
                await store._run(("SET", store._keys.version, "3"))
            return await store._run(*commands)

        with pytest.raises(StorageError, match="version 3"):
            await redis_upgrade.upgrade(overtaken, store._keys, plain=store.tokens.plain)
        assert await store._run(("GET", store._keys.version)) == ["3"]


@pytest.mark.requirement("R16")
async def test_a_newer_store_is_refused(make: Make) -> None:
    """Nothing is written, and the error says to upgrade the package."""
    async with make(keys=[KEY]) as store:
        if isinstance(store, SQLStore):
            await raw(store, "UPDATE anilist_oauth_version SET version = 3")
        else:
            await store._run(("SET", "anilist_oauth:version", "3"))
    with pytest.raises(StorageError, match=r"version 3.*only supports up to 2.*upgrade the package") as caught:
        await make(keys=[KEY]).open()
    assert not caught.value.retryable


@pytest.mark.requirement("S42")
async def test_sealed_tokens_of_0_1_count_as_sealed(make: Make) -> None:
    """A store without keys does not write plain tokens."""
    async with make() as store:
        with pytest.raises(StorageError, match="sealed"):
            await store.tokens.put(stored())


@pytest.mark.requirement("R16")
async def test_what_0_1_writes_after_the_upgrade_is_read_as_well(make: Make) -> None:
    """Such a record has no user id and no time of issue, but its token has them."""
    async with make(keys=[KEY]) as store:
        if isinstance(store, SQLStore):
            await raw(store, "UPDATE anilist_oauth_tokens SET user_id = NULL, issued_at = NULL")
        else:
            for subject in ("plain", "sealed"):
                await store._run(("HDEL", f"anilist_oauth:{{12345}}:token:{subject}", "user_id", "issued_at"))
        for subject, user_id, issued_at in (("plain", 7, 1790856000), ("sealed", 10, 1790856002)):
            found = await store.tokens.get(subject, client_id="12345")
            assert (found.user_id, found.issued_at.timestamp()) == (user_id, issued_at)


@pytest.mark.requirement("R16")
async def test_a_table_that_a_migration_began_to_upgrade_is_finished(tmp_path: Path) -> None:
    """One of the new columns already exists."""
    with closing(sqlite3.connect(tmp_path / "tokens.db")) as connection:
        connection.executescript((RECORDED / "0_1_sqlite.sql").read_text())
        connection.execute("ALTER TABLE anilist_oauth_tokens ADD COLUMN user_id BIGINT")
    async with SQLStore(f"sqlite:///{tmp_path}/tokens.db", keys=[KEY]) as store:
        found = await store.tokens.get("plain", client_id="12345")
        assert found is not None
        assert (found.user_id, found.issued_at) == (7, NOON.replace(microsecond=0))


async def test_a_row_that_is_exchanged_during_the_upgrade_is_left_alone(tmp_path: Path) -> None:
    """Version 0.1 may write meanwhile, and the new token must not get the time of the old one."""
    async with SQLStore(f"sqlite:///{tmp_path}/tokens.db") as store:
        await store.tokens.put(attrs.evolve(stored("new"), issued_at=None))
        await raw(store, "UPDATE anilist_oauth_tokens SET user_id = NULL")
    tables, engine = make_tables(), create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/tokens.db")

    def plain(_client_id: str, _subject: str, access_token: str) -> str:
        with closing(sqlite3.connect(tmp_path / "tokens.db")) as another, another:
            another.execute("UPDATE anilist_oauth_tokens SET token_id = 'another'")
        return access_token

    async with engine.connect() as connection:
        await connection.run_sync(lambda sync: sql_upgrade._from_1(sync, tables, plain))
        await connection.commit()
        user_ids = (await connection.execute(select(tables.tokens.c.user_id))).scalars().all()
    await engine.dispose()
    assert user_ids == [None]


async def test_a_record_of_another_program_keeps_its_place(make: Make) -> None:
    """Its new fields stay empty, and it affects no other record."""
    async with make(keys=[KEY]) as store:
        if isinstance(store, SQLStore):
            await raw(store, "DELETE FROM anilist_oauth_version")
            for column in ("user_id", "issued_at"):
                await raw(store, f"ALTER TABLE anilist_oauth_tokens DROP COLUMN {column}")
            await raw(store, "UPDATE anilist_oauth_tokens SET viewer = 'x' WHERE subject = 'plain'")
        else:
            await store._run(("DEL", "anilist_oauth:version"))
            await store._run(("HDEL", "anilist_oauth:{12345}:token:plain", "viewer", "user_id"))
            await store._run(("ZADD", "anilist_oauth:{12345}:expiry", "1", "gone"))
    async with make(keys=[KEY]) as store:
        seen: list[str] = []
        with pytest.raises(StorageError, match=r"1 were skipped.*plain"):
            await collect(store, seen)
    assert sorted(seen) == ["marked", "no jwt", "sealed"]


async def collect(store: Any, seen: list[str]) -> None:
    """Collect the subjects of an iteration that ends in an error."""
    async for record in store.tokens.expiring(None):
        seen += [record.subject]


async def test_a_token_that_is_exchanged_during_the_upgrade_is_left_alone(redis: RedisServer) -> None:
    """The new token does not get the fields of the old one."""
    redis.command("FLUSHALL")
    async with RedisStore(redis.url) as store:
        await store.tokens.put(stored("new"))
        key = store._keys.token("12345", "new")
        await store._run(("HDEL", key, "user_id"))
        [done] = await store._run(script(redis_upgrade.FILL, (key,), "another", 5, 5))
        assert not done
        assert await store._run(("HGET", key, "user_id")) == [None]
