"""Every kind of store, opened for a test."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from anilist_oauth.storage import LoginStore, MemoryLoginStore, MemoryTokenStore
from anilist_oauth.storage.protocols import UpdatingTokenStore
from anilist_oauth.storage.redis.store import RedisStore
from anilist_oauth.storage.sealed import SealedTokenStore
from anilist_oauth.storage.sql.store import SQLStore
from tests.services import PgBouncer, PostgreSQLServer, RedisServer

KEY = "c2VhbGVkIHN0b3JlcyBvZiB0aGUgdGVzdHMgYWxvbmU="  # a Fernet key


@attrs.define
class Clock:
    """A clock that a test moves."""

    now: datetime = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def advance(self, delta: timedelta) -> None:
        """Let time pass."""
        self.now += delta


@attrs.frozen(kw_only=True)
class Stores:
    """One store, and the same store as another process sees it (for memory, the same object)."""

    logins: LoginStore
    tokens: UpdatingTokenStore
    other_logins: LoginStore
    other_tokens: UpdatingTokenStore
    clock: Clock


Opener = Callable[[pytest.FixtureRequest], AbstractAsyncContextManager[Stores]]


@asynccontextmanager
async def memory(request: pytest.FixtureRequest) -> AsyncIterator[Stores]:
    """Open the stores in memory."""
    del request
    clock = Clock()
    logins, tokens = MemoryLoginStore(clock=clock), MemoryTokenStore(clock=clock)
    yield Stores(logins=logins, tokens=tokens, other_logins=logins, other_tokens=tokens, clock=clock)


@asynccontextmanager
async def _pair(kind: type[SQLStore] | type[RedisStore], url: str) -> AsyncIterator[Stores]:
    clock = Clock()
    async with kind(url, clock=clock) as store, kind(url, clock=clock) as other:
        yield Stores(
            logins=store.logins,
            tokens=store.tokens,
            other_logins=other.logins,
            other_tokens=other.tokens,
            clock=clock,
        )


def sqlite(request: pytest.FixtureRequest) -> AbstractAsyncContextManager[Stores]:
    """Open a SQLite file, twice."""
    path: Path = request.getfixturevalue("tmp_path")
    return _pair(SQLStore, f"sqlite:///{path}/tokens.db")


def postgresql(request: pytest.FixtureRequest) -> AbstractAsyncContextManager[Stores]:
    """Open a new database in PostgreSQL, twice."""
    server: PostgreSQLServer = request.getfixturevalue("postgresql")
    return _pair(SQLStore, server.database())


def pooled(request: pytest.FixtureRequest) -> AbstractAsyncContextManager[Stores]:
    """Open that database behind PgBouncer, twice."""
    server: PgBouncer = request.getfixturevalue("pooler")
    return _pair(SQLStore, server.database())


@asynccontextmanager
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Stores]:
    """Open that database with an engine that the application owns."""
    server: PostgreSQLServer = request.getfixturevalue("postgresql")
    url = server.database().replace("postgresql:", "postgresql+asyncpg:")
    own, clock = create_async_engine(url, logging_name="anilist_oauth"), Clock()
    async with SQLStore(own, clock=clock, prefix="my_") as store, SQLStore(own, clock=clock, prefix="my_") as other:
        yield Stores(
            logins=store.logins,
            tokens=store.tokens,
            other_logins=other.logins,
            other_tokens=other.tokens,
            clock=clock,
        )
    await own.dispose()


def restricted(request: pytest.FixtureRequest) -> AbstractAsyncContextManager[Stores]:
    """Open an empty Redis as a user without channels, twice."""
    server: RedisServer = request.getfixturevalue("redis")
    server.command("FLUSHALL")
    return _pair(RedisStore, server.user_without_channels())


def redis(request: pytest.FixtureRequest) -> AbstractAsyncContextManager[Stores]:
    """Open an empty Redis, twice."""
    server: RedisServer = request.getfixturevalue("redis")
    server.command("FLUSHALL")
    return _pair(RedisStore, server.url)


def sealed(opener: Opener) -> Opener:
    """Open a store whose tokens are sealed."""

    @asynccontextmanager
    async def opened(request: pytest.FixtureRequest) -> AsyncIterator[Stores]:
        async with opener(request) as stores:
            yield attrs.evolve(
                stores,
                tokens=SealedTokenStore(stores.tokens, [KEY]),
                other_tokens=SealedTokenStore(stores.other_tokens, [KEY]),
            )

    return opened


PLAIN: dict[str, Opener] = {
    "memory": memory,
    "sqlite": sqlite,
    "postgresql": postgresql,
    "pgbouncer": pooled,
    "engine": engine,
    "redis": redis,
    "redis without channels": restricted,
}
OPENERS = PLAIN | {f"sealed-{name}": sealed(opener) for name, opener in PLAIN.items()}
