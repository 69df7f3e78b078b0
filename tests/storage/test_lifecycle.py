"""Stores are opened, used in one event loop, and closed."""

import asyncio
import pickle
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import ConnectionPool, Redis
from sqlalchemy.ext.asyncio import create_async_engine

from anilist_oauth.errors import ConfigurationError, SealError, StorageError
from anilist_oauth.storage import MemoryLoginStore, MemoryTokenStore, RedisStore, SQLStore, open_store
from anilist_oauth.storage.sealed import SealedTokenStore
from anilist_oauth.storage.sql import metadata
from anilist_oauth.storage.sql.tables import make_metadata
from tests.flows import staged
from tests.services import PostgreSQLServer, RedisServer, postgresql_server, redis_server
from tests.storage.openers import KEY, Clock
from tests.storage.raw import raw
from tests.storage.records import NOON, key, pending, stored

Make = Callable[..., Any]


@pytest.fixture(params=["sqlite", "postgresql", "redis"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Return a function that creates a store with an empty database."""
    if request.param == "sqlite":
        return lambda **options: SQLStore(f"sqlite:///{tmp_path}/tokens.db", clock=Clock(), **options)
    if request.param == "postgresql":
        server: PostgreSQLServer = request.getfixturevalue("postgresql")
        url = server.database()
        return lambda **options: SQLStore(url, clock=Clock(), **options)
    redis: RedisServer = request.getfixturevalue("redis")
    redis.command("FLUSHALL")
    return lambda **options: RedisStore(redis.url, clock=Clock(), **options)


async def test_a_store_belongs_to_the_loop_that_opened_it(make: Make) -> None:
    """Every call in another loop raises our error, not one of the driver."""
    async with make() as store:

        def elsewhere() -> list[BaseException]:
            async def ask() -> list[Any]:
                calls = (store.logins.look(key()), store.tokens.get("a", client_id="1"), store.ping(), store.aclose())
                return list(await asyncio.gather(*calls, return_exceptions=True))

            return asyncio.run(ask())

        for error in await asyncio.to_thread(elsewhere):
            assert isinstance(error, StorageError)
            assert "another event loop" in str(error)


@pytest.mark.parametrize("is_open", [True, False])
async def test_a_store_is_opened_in_one_loop_only(make: Make, *, is_open: bool) -> None:
    """To open it in another loop raises our error, even while the first loop is still opening it."""
    store = make()
    opening = asyncio.ensure_future(store.open())
    await (opening if is_open else asyncio.sleep(0))

    def elsewhere() -> None:
        asyncio.run(asyncio.wait_for(store.open(), timeout=5))

    with pytest.raises(StorageError, match="another event loop"):
        await asyncio.to_thread(elsewhere)
    await opening
    await store.aclose()


def test_a_closed_store_may_be_opened_in_the_next_loop(make: Make) -> None:
    """So `asyncio.run` may be called twice, even if several parts of the program open the store at once."""
    store = make()

    async def run() -> None:
        await asyncio.gather(*(store.open() for _ in range(3)))
        try:
            assert await store.logins.look(key()) is None
        finally:
            await store.aclose()

    for _ in range(2):
        asyncio.run(run())


@pytest.mark.requirement("R12")
async def test_closing_waits_for_what_runs_and_refuses_what_comes_later(make: Make) -> None:
    """Running calls are completed, and later ones are refused."""
    store = await make().open()
    for number in range(30):
        await store.logins.add(key(number), pending(f"u:{number}"))
    takes = [asyncio.ensure_future(store.logins.take(key(number), claim="a", code="c")) for number in range(30)]
    await asyncio.sleep(0)
    await asyncio.gather(store.aclose(), *takes)
    with pytest.raises(StorageError, match="not open"):
        await store.logins.look(key(0))
    async with make() as again:
        found = [await again.logins.look(key(number)) for number in range(30)]
    assert all(login.taken.claim == "a" for login in found)


@pytest.mark.requirement("R12")
async def test_a_close_ends_every_wait_for_a_login(make: Make) -> None:
    """A wait of an hour ends at once, with an error that says why."""
    store = await make().open()
    await store.logins.add(key(), pending())
    waits = [asyncio.ensure_future(store.logins.settled(key(), timeout=3600)) for _ in range(3)]
    await store.logins.look(key())  # by its answer, the waits have begun
    await store.aclose()
    for error in await asyncio.gather(*waits, return_exceptions=True):
        assert isinstance(error, StorageError)
        assert "the store was closed" in str(error)


@pytest.mark.requirement("R12")
async def test_closing_leaves_no_connection_to_redis(redis: RedisServer) -> None:
    """All connections are closed."""
    store = await RedisStore(redis.url, clock=Clock()).open()
    await asyncio.gather(*(store.tokens.get(f"u:{number}", client_id="1") for number in range(30)))
    assert redis.command("CLIENT LIST TYPE normal").count(b"cmd=") > 5
    await store.aclose()
    assert redis.command("CLIENT LIST TYPE normal").count(b"cmd=") == 1


async def test_the_health_of_a_store_says_whether_it_was_empty(make: Make) -> None:
    """Then no version was found when it was opened."""
    for found in (0, 2):
        async with make() as store:
            health = await store.health()
            assert (health.found_version, health.version) == (found, 2)


async def test_a_ping_is_answered(make: Make) -> None:
    """It returns nothing, and the whole store has it as well."""
    async with make() as store:
        assert await store.ping() is None
    async with open_store("memory:") as memory:
        await memory.ping()
        assert (await memory.health()).kind == "memory"


@pytest.mark.parametrize("kind", ["postgresql", "redis"])
async def test_a_ping_of_a_frozen_store_fails_within_two_seconds(kind: str) -> None:
    """A health check needs this."""
    with postgresql_server() if kind == "postgresql" else redis_server() as server:
        url = server.database() if isinstance(server, PostgreSQLServer) else server.url
        async with open_store(url) as store:
            server.signal(signal.SIGSTOP)
            began = time.monotonic()
            with pytest.raises(StorageError, match="2 seconds") as caught:
                await store.ping()
            assert caught.value.retryable
            assert time.monotonic() - began < 4
            server.signal(signal.SIGCONT)
            await store.ping()


async def test_a_login_is_four_round_trips(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """They begin it, check and take it, store its token and settle it."""
    async with make() as store, staged(logins=store.logins, tokens=store.tokens) as stage:
        await stage.log_in(subject="discord:1")  # which looks at what is asked for from time to time
        is_sql = isinstance(store, SQLStore)
        opened, name = (store._runner._database, "execute") if is_sql else (store._client, "_execute")
        execute, calls = getattr(opened, name), []

        async def counted(*arguments: Any) -> Any:
            calls.append(arguments)
            return await execute(*arguments)

        monkeypatch.setattr(opened, name, counted)
        await stage.log_in(subject="discord:2")
        assert len(calls) == 4


@pytest.mark.requirement("S41")
def test_no_store_can_be_pickled() -> None:
    """A pickle would contain its URL and keys, and a copy is the store itself."""
    whole = [open_store("memory:", keys=[KEY]), open_store("sqlite:///x.db"), open_store("redis://localhost")]
    parts = [part for store in whole for part in (store, store.backend, store.logins, store.tokens)]
    for store in (*parts, MemoryLoginStore(), MemoryTokenStore(), SealedTokenStore(MemoryTokenStore(), [KEY])):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(store)


@pytest.mark.requirement("S42")
async def test_a_store_with_sealed_tokens_keeps_no_plain_one(make: Make) -> None:
    """It can be allowed explicitly."""
    async with make(keys=[KEY]) as store:
        await store.tokens.put(stored("sealed"))
    async with make() as store:
        with pytest.raises(SealError, match="sealed=False"):
            await store.tokens.put(stored())
        with pytest.raises(SealError, match="sealed=False"):
            await store.tokens.update(stored(), was=stored())
    async with make(sealed=False) as store:
        assert await store.tokens.put(stored())


@pytest.mark.requirement("S42")
def test_sealing_and_keys_must_fit() -> None:
    """Keys that would not be used, and missing keys, are refused."""
    with pytest.raises(ConfigurationError, match="sealed=False"):
        open_store("memory:", keys=[KEY], sealed=False)
    with pytest.raises(ConfigurationError, match="anilist-oauth store key"):
        open_store("memory:", sealed=True)
    for url in ("memory:", "sqlite:///x.db", "redis://localhost"):
        with pytest.raises(ConfigurationError, match="the list is empty"):
            open_store(url, keys=[])


@pytest.mark.requirement("S41")
async def test_a_hostile_record_stops_no_stream(make: Make) -> None:
    """All other records are read and rotated, and the error at the end names the skipped one."""
    async with make() as store:
        for subject in ("a", "b", "c"):
            await store.tokens.put(stored(subject))
        if isinstance(store, SQLStore):
            await raw(store, "UPDATE anilist_oauth_tokens SET stored_at = 9223372036854775807 WHERE subject = 'b'")
        else:
            await store._run(("DEL", "anilist_oauth:{12345}:token:b"))
            await store._run(("SET", "anilist_oauth:{12345}:token:b", "x"))
        with pytest.raises(StorageError, match=r"1 were skipped.* b of application 12345"):
            await collected(store.tokens.expiring(None))
    async with make(keys=[KEY]) as store:
        with pytest.raises(StorageError, match=r"1 were skipped"):
            await store.tokens.rotate()
    async with make() as store:
        for subject in ("a", "c"):
            with pytest.raises(SealError):
                await store.tokens.get(subject, client_id="12345")


async def collected(records: AsyncIterator[object]) -> list[object]:
    """Read an iteration to its end."""
    return [record async for record in records]


@pytest.mark.requirement("S40")
async def test_sign_ins_are_bounded_in_number(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is for all processes, without logins that were taken or have a subject."""
    from anilist_oauth.storage.redis import logins as redis_logins
    from anilist_oauth.storage.sql import logins as sql_logins

    for module in (redis_logins, sql_logins):
        monkeypatch.setattr(module, "ANONYMOUS_LOGINS", 3)
    async with make() as store:
        for number in range(3):
            await store.logins.add(key(number), pending(None))
    async with make() as store:
        with pytest.raises(StorageError, match="3 unfinished sign-ins") as caught:
            await store.logins.add(key(3), pending(None))
        assert caught.value.retryable
        await store.logins.add(key(4), pending("discord:1"))
        await store.logins.take(key(0), claim=f"{NOON.isoformat()} a", code="c")
        await store.logins.add(key(3), pending(None))
        assert await store.logins.look(key(3)) is not None


async def test_a_client_or_pool_of_the_applications_own_is_used_and_not_closed(redis: RedisServer) -> None:
    """It may decode answers or not."""
    redis.command("FLUSHALL")
    client: Any = Redis.from_url(redis.url)
    pool: Any = ConnectionPool.from_url(redis.url, decode_responses=True, protocol=2)
    for own in (client, pool):
        asking: Any = own if own is client else Redis(connection_pool=own)
        number = await asking.client_id()
        async with RedisStore(own, clock=Clock()) as store:
            await store.tokens.put(stored())
            assert await store.tokens.get("discord:42", client_id="12345") == stored()
        assert await asking.client_id() == number  # the same connection
    await client.aclose()
    await pool.disconnect()


@pytest.mark.parametrize(
    ("size", "expected"), [(None, {"postgresql": 10, "redis": 20}), (2, {"postgresql": 2, "redis": 2})]
)
@pytest.mark.parametrize("make", ["postgresql", "redis"], indirect=True)
async def test_there_are_no_more_connections_than_were_asked_for(
    make: Make, size: int | None, expected: dict[str, int]
) -> None:
    """This holds for any number of calls at once."""
    async with make(pool_size=size) as store:
        await asyncio.gather(*(store.logins.look(key(number)) for number in range(40)))
        idle = store._runner._database._idle if isinstance(store, SQLStore) else store._client._links._idle
        assert len(idle) == expected[(await store.health()).kind]


async def test_an_engine_is_used_and_not_disposed(tmp_path: Path) -> None:
    """It may have any driver for a supported database."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/own.db")
    pool = engine.pool
    async with SQLStore(engine, clock=Clock()) as store:
        await store.tokens.put(stored())
    assert engine.pool is pool  # a disposed engine gets a new one
    async with engine.connect() as connection:
        assert (await connection.exec_driver_sql("SELECT count(*) FROM anilist_oauth_tokens")).scalar() == 1
    await engine.dispose()


@pytest.mark.parametrize("level", ["AUTOCOMMIT", "SERIALIZABLE"])
async def test_an_engine_of_any_isolation_level_creates_the_tables_once(
    postgresql: PostgreSQLServer, level: str
) -> None:
    """Several stores may be opened at once, and the engine keeps its level."""
    url = postgresql.database().replace("postgresql:", "postgresql+asyncpg:")
    engine = create_async_engine(url, isolation_level=level)
    await asyncio.gather(*(SQLStore(engine).open() for _ in range(5)))
    async with SQLStore(engine, clock=Clock()) as store:
        assert await store.tokens.put(stored())
    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).dbapi_connection
        assert driver.isolation_level == level.lower()
    await engine.dispose()


def test_another_engine_is_refused(tmp_path: Path) -> None:
    """A sync engine, or one for another database, is refused."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/own.db")
    with pytest.raises(ConfigurationError, match="AsyncEngine"):
        SQLStore(engine.sync_engine.pool)
    engine.dialect.name = "oracle"
    with pytest.raises(ConfigurationError, match="not oracle"):
        SQLStore(engine)


def test_alembic_sees_the_tables() -> None:
    """They are in the default schema or in another."""
    assert set(metadata.tables) == {f"anilist_oauth_{name}" for name in ("logins", "tokens", "version")}
    assert "bot.x_tokens" in make_metadata(schema="bot", prefix="x_").tables
