"""The statements of one login on the bare drivers: aiosqlite, asyncpg, redis-py, as their documentation shows them."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiosqlite
import asyncpg
from redis.asyncio import Redis
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import dialect as sqlite_dialect

from anilist_oauth import StoredToken, Token, Viewer
from anilist_oauth.storage.encoding import login_from_json, login_to_json, to_microseconds, token_to_fields
from anilist_oauth.storage.records import PendingLogin
from anilist_oauth.storage.redis import logins as redis_logins
from anilist_oauth.storage.redis import tokens as redis_tokens
from anilist_oauth.storage.sql.database import Compiler
from anilist_oauth.storage.sql.statements import make_statements
from anilist_oauth.storage.sql.tables import make_tables

LogIn = Callable[[int], Awaitable[object]]


def login() -> PendingLogin:
    """Return a new pending login."""
    expires_at = datetime.now(UTC) + timedelta(minutes=10)
    return PendingLogin(
        client_id="12345", subject="discord:1", binding_digest="0" * 64, label="x", expires_at=expires_at
    )


def stored(number: int, access_token: str) -> StoredToken:
    """Return a record of a token."""
    token = Token(access_token=access_token, expires_at=None)
    viewer = Viewer(7, "mika", None, None, 0)
    return StoredToken(
        client_id="12345", subject=f"d:{number}", token=token, viewer=viewer, stored_at=datetime.now(UTC)
    )


def driver(url: str, access_token: str) -> AbstractAsyncContextManager[LogIn]:
    """Return a function that runs the statements of one login."""
    if url.startswith("redis"):
        return _redis(url, access_token)
    return _sqlite(url, access_token) if url.startswith("sqlite") else _postgresql(url, access_token)


@asynccontextmanager
async def _sqlite(url: str, access_token: str) -> AsyncIterator[LogIn]:
    async with aiosqlite.connect(url.removeprefix("sqlite:///"), isolation_level=None) as connection:
        await connection.execute_fetchall("PRAGMA synchronous = FULL")
        yield _sql("sqlite", sqlite_dialect(), connection.execute_fetchall, access_token)


@asynccontextmanager
async def _postgresql(url: str, access_token: str) -> AsyncIterator[LogIn]:
    make_dialect: Any = PGDialect_asyncpg
    async with asyncpg.create_pool(url, min_size=1, statement_cache_size=0) as pool:

        async def run(text: str, values: Any) -> Any:
            return await pool.fetch(text, *values)

        yield _sql("postgresql", make_dialect(), run, access_token)


def _sql(name: str, dialect: Any, run: Callable[..., Awaitable[Any]], access_token: str) -> LogIn:
    compiled, statements = Compiler(dialect), make_statements(make_tables(), name)

    async def log_in(number: int) -> None:
        key = hashlib.sha256(b"%d" % number).hexdigest() + "driver"
        at = to_microseconds(datetime.now(UTC) + timedelta(minutes=20))
        added = {"key": key, "owner": key, "record": login_to_json(login()), "forget_at": at}
        await run(*compiled(statements.add, added))
        checked = {"client_id": "12345", "binding_digest": "0" * 64, "now": 0}
        await run(*compiled(statements.check_and_take, {"this_key": key, "new_claim": key, "new_code": key} | checked))
        await run(*compiled(statements.put, token_to_fields(stored(number, access_token))))
        if name == "sqlite":
            await run("PRAGMA wal_checkpoint(PASSIVE)", ())
        await run(*compiled(statements.settle, {"this_key": key, "new_outcome": "{}", "until": at}))

    return log_in


@asynccontextmanager
async def _redis(url: str, access_token: str) -> AsyncIterator[LogIn]:
    client: Any = Redis.from_url(url, decode_responses=True)
    scripts = (redis_logins.ADD, redis_logins.CHECK_AND_TAKE, redis_tokens.PUT, redis_logins.SETTLE)
    add, take, put, settle = [await client.script_load(script) for script in scripts]

    async def log_in(number: int) -> None:
        key, now = hashlib.sha256(b"%d" % number).hexdigest(), to_microseconds(datetime.now(UTC))
        name, until = "bench:{logins}:" + key, now + 1_200_000_000
        at = (name, name + ":of", now, login_to_json(login()), until, key, "bench:{logins}:", "bench:settled", 20, "")
        await client.evalsha(add, 2, *at)
        checked = (name, "bench:{logins}:anonymous", now, key, key, key, "12345", "0" * 64, now)
        login_from_json(await client.evalsha(take, 2, *checked), claim=key, code=key)
        fields = {n: v for n, v in token_to_fields(stored(number, access_token)).items() if v is not None}
        parts = [part for field in fields.items() for part in field]
        await client.evalsha(put, 2, f"bench:{{1}}:{number}", "bench:{1}:expiry", number, "+inf", now, "", "", *parts)
        await client.evalsha(settle, 1, name, now, "{}", until, key, "bench:settled")

    async with client:
        yield log_in
