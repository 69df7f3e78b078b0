"""The one place that knows SQLAlchemy: a pool of connections, limits on time, and what its errors mean."""

import asyncio
import logging
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import URL, BindParameter, bindparam, event, make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from anilist_oauth.errors import ConfigurationError, StorageError
from anilist_oauth.redaction import clean
from anilist_oauth.storage.sql.file import secure_file
from anilist_oauth.storage.sql.schema import PRESENT, Dialect, tables

Row = Mapping[str, Any]

LIMIT = 10.0  # seconds for one statement, the wait for a connection included
WAIT = 5.0  # seconds for a new connection, a lock, or an answer
AGAIN = 0.02  # seconds between tries where SQLite refuses to wait for a lock
CREATING = 0x616E696C  # an advisory lock of PostgreSQL: two processes that start at once make the tables in turn
TABLES = 2
LOGGING_NAME = "anilist_oauth"
DRIVERS: dict[Dialect, str] = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
POOL: dict[Dialect, dict[str, Any]] = {
    # SQLite has one writer at a time: who waits for it in this process waits in line.
    "sqlite": {"pool_size": 1, "max_overflow": 0, "connect_args": {"timeout": WAIT}},
    "postgresql": {
        "pool_size": 10,
        "max_overflow": 0,
        "pool_pre_ping": True,
        "connect_args": {"timeout": WAIT, "command_timeout": WAIT},
    },
}
# SQLSTATE classes: connection, rollback of a conflict, resources, operator intervention, system; lock_not_available.
RETRYABLE_SQLSTATES = ("08", "40", "53", "57", "58", "55P03")
RETRYABLE_SQLITE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}


class Engine:
    """An open database."""

    def __init__(self, url: str, dialect: Dialect) -> None:
        self._dialect = dialect
        self._url = _our_url(url, dialect)
        if dialect == "sqlite":
            secure_file(Path(self._url.database or ""))
        _keep_values_out_of_logs()
        self._engine: AsyncEngine = create_async_engine(
            self._url,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            logging_name=LOGGING_NAME,
            pool_timeout=LIMIT,
            **POOL[dialect],
        )
        self._running: set[asyncio.Task[list[Row] | StorageError]] = set()
        if dialect == "sqlite":
            event.listen(self._engine.sync_engine, "connect", _set_up_sqlite)

    async def run(self, statement: str, **values: Any) -> list[Row]:
        """Run one statement as a transaction of its own; its rows.

        It runs in a task that is not cancelled by the limit nor with the caller: half a statement would cost the
        connection, and the drivers' own limits end it soon enough.

        Raises:
            StorageError: The database failed, or took longer than ten seconds. It has no cause: SQLAlchemy's errors
                hold the values of the statement, tokens among them, and the drivers' may hold the URL.
        """
        running = asyncio.create_task(self._run(statement, values))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        await asyncio.wait((running,), timeout=LIMIT)
        answer: list[Row] | StorageError = self._failure(TimeoutError())
        if running.done() and not running.cancelled():
            answer = running.result()
        if isinstance(answer, StorageError):
            raise answer
        return answer

    async def _run(self, statement: str, values: dict[str, Any]) -> list[Row] | StorageError:
        lists: list[BindParameter[Any]] = [
            bindparam(name, expanding=True) for name, value in values.items() if isinstance(value, list)
        ]
        try:
            async with self._engine.connect() as connection:
                result = await connection.execute(text(statement).bindparams(*lists), values)
                return [dict(row) for row in result.mappings()] if result.returns_rows else []
        except Exception as error:  # noqa: BLE001  each driver has a tree of its own; none may leave here
            return self._failure(error)

    async def make_tables(self) -> None:
        """Make the tables where one is missing; a role that may not create anything finds them made by a migration."""
        if len(await self.run(PRESENT[self._dialect])) == TABLES:
            return
        statements = tables(self._dialect)
        if self._dialect == "postgresql":
            body = ";".join((f"PERFORM pg_advisory_xact_lock({CREATING})", *statements))
            statements = (f"DO $$ BEGIN {body}; END $$",)
        for statement in statements:
            await self.run(statement)

    async def aclose(self) -> None:
        """Let what runs come to its end for five seconds, and close every connection in as many more."""
        if self._running:
            _, hanging = await asyncio.wait(self._running, timeout=WAIT)
            for running in hanging:
                running.cancel()
            await asyncio.gather(*hanging, return_exceptions=True)
        patience, closed = WAIT, False
        while not closed:
            try:
                async with asyncio.timeout(patience):
                    await self._engine.dispose()
                closed = True
            except TimeoutError:  # a frozen server does not say goodbye: this connection is cut, and so are the others
                patience = 0.0

    def _failure(self, error: Exception) -> StorageError:
        """Say what happened, in the driver's first line: the rest of it may quote a row."""
        driver = getattr(error, "orig", None) or error
        driver = driver.__cause__ or driver  # SQLAlchemy puts an error of its own before asyncpg's
        if isinstance(error, TimeoutError | PoolTimeoutError):
            return StorageError(f"the {self._dialect} store took longer than allowed", retryable=True)
        lines = str(driver.args[-1] if driver.args else "").splitlines() or [""]  # an OSError begins with its number
        secrets = (self._url.password, self._url.render_as_string(hide_password=False))
        said = clean(lines[0], secrets=tuple(str(secret) for secret in secrets if secret))
        return StorageError(
            f"the {self._dialect} store failed: {type(driver).__name__}: {said}", retryable=_retryable(error, driver)
        )


def _retryable(error: Exception, driver: BaseException) -> bool:
    if isinstance(driver, OSError) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return True
    state = getattr(driver, "sqlstate", None) or ""
    sqlite_code = getattr(driver, "sqlite_errorcode", 0) & 0xFF  # the rest of it is detail
    return state.startswith(RETRYABLE_SQLSTATES) or sqlite_code in RETRYABLE_SQLITE


def _our_url(url: str, dialect: Dialect) -> URL:
    """Give the URL with our driver in it, and libpq's ``sslmode`` by the name that asyncpg has for it."""
    try:
        parsed = make_url(url).set(drivername=DRIVERS[dialect])
    except (SQLAlchemyError, ValueError):
        parsed = None
    if parsed is None:  # what SQLAlchemy says of it may quote the password
        raise ConfigurationError(
            "the store's URL cannot be read: postgresql://user:password@host:5432/database is needed"
        )
    mode = parsed.query.get("sslmode")
    return parsed.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode}) if mode else parsed


def _keep_values_out_of_logs() -> None:
    """Silence what would show tokens at DEBUG: SQLAlchemy its rows, aiosqlite the values of our statements."""
    logging.getLogger(f"sqlalchemy.engine.Engine.{LOGGING_NAME}").setLevel(logging.WARNING)
    logging.getLogger("aiosqlite").addFilter(_is_not_ours)


def _is_not_ours(record: logging.LogRecord) -> bool:
    return "anilist_oauth_" not in str(record.args)


def _set_up_sqlite(connection: Any, record: Any) -> None:
    del record
    connection.run_async(_use_wal)


async def _use_wal(connection: Any) -> None:
    """Switch to the write-ahead log; SQLite itself does not wait where two processes that start at once both do."""
    loop = asyncio.get_running_loop()
    until = loop.time() + WAIT
    while True:
        try:
            await connection.execute_fetchall("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or loop.time() > until:
                raise
            await asyncio.sleep(AGAIN)
        else:
            break
    await connection.execute_fetchall("PRAGMA synchronous = FULL")
