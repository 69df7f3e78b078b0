"""Logins and tokens in a SQLite file, or in PostgreSQL for several machines."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn, Self

from anilist_oauth.arguments import expect
from anilist_oauth.clock import checked_clock, utc_now
from anilist_oauth.errors import ConfigurationError, StorageError
from anilist_oauth.storage.sealed import UnsealedTokenStore
from anilist_oauth.storage.sql.schema import Dialect

DIALECTS: dict[str, Dialect] = {"sqlite": "sqlite", "postgresql": "postgresql", "postgres": "postgresql"}
EXTRAS: dict[Dialect, str] = {"sqlite": "sql", "postgresql": "postgres"}


class SQLStore:
    """Logins and tokens in an SQL database.

    A SQLite file is for one machine: it is made with mode 0600 and serves several processes of it. PostgreSQL is for
    fleets. The tables are made when they are missing; `anilist_oauth.storage.sql.schema` documents them.

    Args:
        url: ``sqlite:///tokens.db`` (a relative path; four slashes begin an absolute one) or
            ``postgresql://user:password@host:5432/database``. The name of a driver in it is accepted and not heeded:
            SQLite opens through aiosqlite (extra ``sql``), PostgreSQL through asyncpg (extra ``postgres``).
        clock: Gives the time, for sweeping and for `TokenStore.expiring`.

    Attributes:
        logins: The `LoginStore`.
        tokens: The `TokenStore`; wrap it in `SealedTokenStore` to encrypt the tokens.

    Raises:
        ConfigurationError: The URL names no SQL database, or SQLite without a file.
    """

    def __init__(self, url: str, *, clock: Callable[[], datetime] = utc_now) -> None:
        from anilist_oauth.storage.sql.logins import SQLLoginStore
        from anilist_oauth.storage.sql.tokens import SQLTokenStore

        expect(url, str, "url: a str is needed, such as sqlite:///tokens.db")
        clock = checked_clock(clock)
        self._url, self._dialect = _read_url(url)
        self._engine: Any = None
        self._opening = asyncio.Lock()
        self.logins = SQLLoginStore(self._run, clock=clock)
        self.tokens = UnsealedTokenStore(SQLTokenStore(self._run, clock=clock))

    def __repr__(self) -> str:
        return f"<SQLStore {self._dialect}>"

    def pace(self, ceiling: int = 90) -> NoReturn:
        """Raise a `ConfigurationError`: a database keeps no pace."""
        raise ConfigurationError(
            f"pace: only a Redis store shares one budget of {ceiling} requests a minute among processes; with SQL give "
            "each its share, such as OAuthSession(…, pace=Pace(processes=4)), or take Pace() where there is one process"
        )

    async def open(self) -> Self:
        """Open the database, and make the tables where they are missing.

        Raises:
            StorageError: It cannot be reached, or the file cannot be kept to its owner.
            ImportError: The extra is not installed; the text says how to install it.
        """
        async with self._opening:  # who opens it a second time finds the tables made
            if self._engine is None:
                await self._open()
        return self

    async def _open(self) -> None:
        try:
            from anilist_oauth.storage.sql.engine import Engine

            self._engine = Engine(self._url, self._dialect)
        except ImportError as error:
            raise ImportError(f"pip install 'anilist-oauth[{EXTRAS[self._dialect]}]'") from error
        try:
            await self._engine.make_tables()
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """Close every connection; who still waits for a login gets a `StorageError`."""
        await self.logins.aclose()
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.aclose()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _run(self, statement: str, **values: Any) -> list[Mapping[str, Any]]:
        if self._engine is None:
            raise StorageError("the store is not open: use `async with store`, or await store.open() first")
        rows: list[Mapping[str, Any]] = await self._engine.run(statement, **values)
        return rows


def _read_url(url: str) -> tuple[str, Dialect]:
    dialect = DIALECTS.get(url.partition(":")[0].partition("+")[0])
    if dialect is None:
        raise ConfigurationError("SQLStore: a URL that begins with sqlite:/// or postgresql:// is needed")
    host, _, path = url.partition("://")[2].partition("/")
    if dialect == "sqlite" and (
        host or not Path(path).name or path.startswith((":memory:", "file:")) or {"?", "\0"} & set(path)
    ):
        raise ConfigurationError(
            "SQLStore: a SQLite URL names a file, and takes no options: sqlite:///tokens.db, or "
            "sqlite:////srv/tokens.db; what should live in memory alone is open_store('memory:')"
        )
    return url, dialect
