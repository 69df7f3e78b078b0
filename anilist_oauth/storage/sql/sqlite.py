"""Run statements on SQLite through aiosqlite, with one connection, because SQLite allows one writer at a time.

The write-ahead log makes commits cheap. After a token was written, the log is moved to the main file. So that file
alone contains every token, for example in a backup, or in a container that only keeps this file.
"""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import Executable
from sqlalchemy.dialects.sqlite.aiosqlite import dialect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from anilist_oauth.storage.sql.database import WAIT, Compiler, Row, as_rows
from anilist_oauth.storage.sql.file import secure_file

AGAIN = 0.02  # seconds between tries if SQLite refuses to wait for a lock
CHECKPOINT_TIME = 1.0  # seconds for which a token is moved to the main file, if other processes use the file


class _Values(Sequence[Any]):
    """The values of a statement that waits for the connection's thread.

    Before SQLite runs the statement, it reads the number of values. If the caller has given up by then, this raises, so
    that the statement is not run. Otherwise all statements that were called during a long lock would run after it, long
    after their callers got an error.
    """

    def __init__(self, values: Sequence[Any]) -> None:
        self._values = values
        self.given_up = False

    def __len__(self) -> int:
        if self.given_up:
            raise sqlite3.OperationalError("the caller no longer waits for this statement")
        return len(self._values)

    def __getitem__(self, index: Any) -> Any:
        return self._values[index]


class SQLite:
    """A connection to a SQLite file."""

    keeps_engine = False

    def __init__(self, path: Path, *, check_folder: bool) -> None:
        self._path = path
        self._check_folder = check_folder
        self._compile = Compiler(dialect())
        self._connection: Any = None

    async def open(self) -> None:
        """Create the file or protect it from other users, and open it."""
        secure_file(self._path, check_folder=self._check_folder)
        self._connection = await self._connect()

    async def execute(self, statement: Executable, values: Mapping[str, Any]) -> list[Row]:
        """Run one statement. If it writes a token, move the token from the log to the main file."""
        text, ordered = self._compile(statement, values)
        waiting = _Values(ordered)
        try:
            rows = as_rows(map(dict, await self._connection.execute_fetchall(text, waiting)))
        except asyncio.CancelledError:
            waiting.given_up = True
            raise
        if rows and any(name in values for name in ("access_token", "new_access_token")):
            await self._move_log()
        return rows

    def upgrading(self) -> AsyncEngine:
        """Return an engine with a separate connection."""
        return create_async_engine(
            "sqlite+aiosqlite://",
            async_creator=self._connect,
            poolclass=NullPool,
            hide_parameters=True,
            logging_name="anilist_oauth",
        )

    async def aclose(self) -> None:
        """Close the connection after the statements that still run."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    def cut(self) -> None:
        """Do nothing, because `aclose` has closed the file."""

    async def _move_log(self) -> None:
        """Move the log to the main file.

        If another process does so at the same moment, or still reads an older version of the file, SQLite moves nothing
        or only a part, and does not wait. So this tries again. After a second, the rest stays in the log until the next
        token is written.
        """
        loop = asyncio.get_running_loop()
        until, pause = loop.time() + CHECKPOINT_TIME, 0.001
        while True:
            with suppress(sqlite3.OperationalError):
                [(busy, size, moved)] = await self._connection.execute_fetchall("PRAGMA wal_checkpoint(PASSIVE)")
                if not busy and moved == size:
                    return
            if loop.time() + pause > until:
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, AGAIN)

    async def _connect(self) -> aiosqlite.Connection:
        connection = await aiosqlite.connect(self._path, timeout=WAIT, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            await _use_wal(connection)
        except BaseException:
            await connection.close()
            raise
        return connection


async def _use_wal(connection: aiosqlite.Connection) -> None:
    """Switch to the write-ahead log. If two processes do so at once, SQLite itself does not wait for the lock."""
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
