"""The stores of a storm, and the faults that each can have."""

import asyncio
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager, closing
from pathlib import Path

import attrs

from tests.crew import MEMORY
from tests.services import (
    PgBouncer,
    PostgreSQLServer,
    RedisServer,
    pgbouncer_server,
    postgresql_server,
    redis_server,
)

FROZEN = 1.0  # seconds
GROUNDS = ("memory", "sqlite", "postgresql", "pgbouncer", "redis")
Trouble = Callable[[], Awaitable[None]]


@attrs.frozen(kw_only=True)
class Ground:
    """A store, by its URL, and its faults. A fault is over when its call returns."""

    url: str
    troubles: dict[str, Trouble]


@asynccontextmanager
async def ground(name: str, folder: Path) -> AsyncIterator[Ground]:
    """Run the servers of a store. Skip the test if they are not installed."""
    with ExitStack() as servers:
        yield await asyncio.to_thread(_ground, name, folder, servers)


def _ground(name: str, folder: Path, servers: ExitStack) -> Ground:
    if name == "memory":
        return Ground(url=MEMORY, troubles={})
    if name == "sqlite":
        path = folder / "tokens.db"
        return Ground(url=f"sqlite:///{path}", troubles={"locked": lambda: asyncio.to_thread(_lock, path)})
    if name == "redis":
        redis = servers.enter_context(redis_server("--appendonly", "yes", "--appendfsync", "always"))
        return Ground(url=redis.url, troubles=_troubles("redis", redis, redis.start))
    postgresql = servers.enter_context(postgresql_server())
    troubles = _troubles("postgresql", postgresql, postgresql.start_again)
    if name == "postgresql":
        return Ground(url=postgresql.database(), troubles=troubles)
    bouncer = servers.enter_context(pgbouncer_server(postgresql))
    return Ground(url=bouncer.database(), troubles=troubles | _troubles("pgbouncer", bouncer, bouncer.start))


def _troubles(
    name: str, server: PostgreSQLServer | PgBouncer | RedisServer, start: Callable[[], None]
) -> dict[str, Trouble]:
    async def freeze() -> None:
        server.signal(signal.SIGSTOP)
        await asyncio.sleep(FROZEN)
        server.signal(signal.SIGCONT)

    async def restart() -> None:
        await asyncio.to_thread(server.stop)
        await asyncio.to_thread(start)

    return {f"{name} frozen": freeze, f"{name} restarted": restart}


def _lock(path: Path) -> None:
    """Hold SQLite's lock for a while, in one thread because SQLite requires it."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as database:
        database.execute("BEGIN IMMEDIATE")
        time.sleep(FROZEN)
        database.execute("ROLLBACK")
