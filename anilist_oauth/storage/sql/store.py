"""Logins and tokens in a SQLite file, or in PostgreSQL for several machines."""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NoReturn, Self

from anilist_oauth.arguments import expect
from anilist_oauth.clock import checked_clock, utc_now
from anilist_oauth.errors import ConfigurationError, StorageError
from anilist_oauth.redaction import Masked, MaskedText, Unpicklable
from anilist_oauth.storage.health import PING_LIMIT, Health, within
from anilist_oauth.storage.protocols import LoginStore, UpdatingTokenStore
from anilist_oauth.storage.sealed import token_store
from anilist_oauth.storage.sql.url import Dialect, dialect_of, postgresql_address, sqlite_path

EXTRAS: dict[Dialect, str] = {"sqlite": "sql", "postgresql": "postgres"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")


class SQLStore(Unpicklable):
    """Logins and tokens in an SQL database.

    A SQLite file is for one machine: it is made with mode 0600 and serves several processes of it. After a token is
    put, the file itself holds it, so that a copy of the file is a backup. PostgreSQL is for fleets, and may stand
    behind a pooler in transaction mode, such as PgBouncer.

    The tables are made when they are missing, and upgraded from every older version of this package;
    `anilist_oauth.storage.sql.tables` documents them.

    A store belongs to the event loop that opens it. `aclose` waits for what runs, for five seconds; later calls are
    refused.

    Args:
        url_or_engine: ``sqlite:///tokens.db`` (a relative path; four slashes begin an absolute one),
            ``postgresql://user:password@host:5432/database`` with libpq's options, or an `AsyncEngine` of SQLAlchemy,
            which is used and never disposed (at DEBUG SQLAlchemy logs rows, and so tokens, unless the engine was made
            with ``logging_name="anilist_oauth"``). The name of a driver in the URL is accepted and not used: SQLite
            opens through aiosqlite (extra ``sql``), PostgreSQL through asyncpg (extra ``postgres``).
        keys: Fernet keys that seal the tokens, see `SealedTokenStore`; a string may hold several between blanks or
            commas. None reads ``ANILIST_STORE_KEYS``; where that is not set, tokens are kept as they are.
        schema: The schema of the tables; PostgreSQL's ``search_path`` decides where it is None.
        prefix: What the names of the tables begin with.
        pool_size: How many connections to PostgreSQL there are at most; 10 unless given.
        check_folder: Whether to refuse a SQLite file in a folder to which others have a way.
        sealed: False lets a store that holds sealed tokens keep plain ones.
        clock: Gives the time, for sweeping and for `TokenStore.expiring`.

    Attributes:
        logins: The `LoginStore`.
        tokens: The `TokenStore`, sealed where there are keys.

    Raises:
        ConfigurationError: The URL names no SQL database or cannot be read, a key is not a Fernet key, or an argument
            does not fit.
        ImportError: There are keys, and the extra ``seal`` is not installed.
    """

    def __init__(
        self,
        url_or_engine: Any,
        *,
        keys: str | bytes | Iterable[str | bytes] | None = None,
        schema: str | None = None,
        prefix: str = "anilist_oauth_",
        pool_size: int | None = None,
        check_folder: bool = True,
        sealed: bool | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        from anilist_oauth.storage.sql.logins import SQLLoginStore
        from anilist_oauth.storage.sql.tokens import SQLTokenStore

        clock = checked_clock(clock)
        self._prefix = _checked_name("prefix", prefix)
        self._schema = None if schema is None else _checked_name("schema", schema)
        expect(pool_size, int | None, "pool_size: a number of connections is needed, or None")
        expect(check_folder, bool, "check_folder: True or False is needed")
        if pool_size is not None and pool_size < 1:
            raise ConfigurationError("pool_size: at least one connection is needed")
        self._pool_size, self._check_folder = pool_size, check_folder
        self._source = Masked(MaskedText(url_or_engine) if isinstance(url_or_engine, str) else url_or_engine)
        self._dialect, self._address = _read(self._source, self._schema)
        self._runner: Any = None
        self._opening = asyncio.Lock()
        self._found_version: int | None = None
        self._own_logins = SQLLoginStore(self._run, clock=clock)
        self.logins: LoginStore = self._own_logins
        self.tokens: UpdatingTokenStore = token_store(SQLTokenStore(self._run, clock=clock), keys, sealed=sealed)

    def __repr__(self) -> str:
        return f"<SQLStore {self._dialect}>"

    def pace(self, ceiling: int = 90) -> NoReturn:
        """Raise a `ConfigurationError`: a database keeps no pace."""
        raise ConfigurationError(
            f"pace: only a Redis store shares one budget of {ceiling} requests a minute among processes; with SQL give "
            "each its share, such as OAuthSession(…, pace=Pace(processes=4)), or take Pace() where there is one process"
        )

    async def open(self) -> Self:
        """Open the database, and make or upgrade the tables where needed; opening it again changes nothing.

        Raises:
            StorageError: It cannot be reached, its tables are of a newer version, or the file cannot be kept to its
                owner.
            ImportError: The extra is not installed; the text says how to install it.
        """
        async with self._opening:
            if self._runner is None:
                runner = self._make_runner()
                try:
                    self._found_version = await runner.open()
                except BaseException:
                    await runner.aclose()
                    raise
                self._runner = runner
        return self

    async def ping(self) -> None:
        """Ask the database for an answer, for a health check; `StorageError` unless it comes within two seconds."""
        await within(PING_LIMIT, self._run("ping"))

    async def health(self) -> Health:
        """Count what the store holds; `StorageError` if it fails."""
        from anilist_oauth.storage.sql.upgrade import VERSION

        [logins] = await self._run("count_logins")
        [tokens] = await self._run("count_tokens")
        return Health(
            kind=self._dialect,
            version=VERSION,
            found_version=self._found_version or VERSION,
            logins=int(logins["count"]),
            tokens=int(tokens["count"]),
        )

    async def aclose(self) -> None:
        """Wait for what runs, and close every connection; whoever still waits for a login gets a `StorageError`."""
        await self._own_logins.aclose()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.aclose()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _run(self, statement: str, **values: Any) -> list[Mapping[str, Any]]:
        if self._runner is None:
            raise StorageError("the store is not open: use `async with store`, or await store.open() first")
        rows: list[Mapping[str, Any]] = await self._runner.run(statement, **values)
        return rows

    def _make_runner(self) -> Any:
        try:
            from anilist_oauth.storage.sql.runner import Runner
            from anilist_oauth.storage.sql.statements import make_statements
            from anilist_oauth.storage.sql.tables import make_tables

            database = self._make_database()
        except ImportError as error:
            raise ImportError(
                f"{self._dialect} needs drivers that are not installed: "
                f"pip install 'anilist-oauth[{EXTRAS[self._dialect]}]'"
            ) from error
        tables = make_tables(schema=self._schema, prefix=self._prefix)
        return Runner(
            database,
            name=self._dialect,
            secrets=getattr(self._address, "secrets", ()),
            tables=tables,
            statements=make_statements(tables, self._dialect),
        )

    def _make_database(self) -> Any:
        if not isinstance(self._source.value, str):
            from anilist_oauth.storage.sql.engine import Engine

            return Engine(self._source.value)
        if self._dialect == "sqlite":
            from anilist_oauth.storage.sql.sqlite import SQLite

            return SQLite(self._address, check_folder=self._check_folder)
        from anilist_oauth.storage.sql.postgresql import PostgreSQL

        return PostgreSQL(self._address, pool_size=self._pool_size)


def _checked_name(argument: str, name: str) -> str:
    expect(name, str, f"{argument}: a str is needed")
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"{argument}: up to 40 letters, digits and underscores are needed, no digit first")
    return name


def _read(source: Masked[Any], schema: str | None) -> tuple[Dialect, Any]:
    """Tell which database is meant, and where it is."""
    if not isinstance(source.value, str):
        return _dialect_of_engine(source.value), None
    dialect = dialect_of(source.value)
    if dialect == "postgresql":
        return dialect, postgresql_address(source.value)
    if schema is not None:
        raise ConfigurationError("schema: a SQLite file has none; give prefix= instead")
    return dialect, sqlite_path(source.value)


def _dialect_of_engine(engine: Any) -> Dialect:
    name = getattr(getattr(engine, "dialect", None), "name", None)
    if name is None or not getattr(engine.dialect, "is_async", False):
        raise ConfigurationError(
            "url: a str is needed, such as sqlite:///tokens.db, or an AsyncEngine of SQLAlchemy, "
            f"not {type(engine).__name__}"
        )
    if name not in EXTRAS:
        raise ConfigurationError(f"url: an engine for SQLite or PostgreSQL is needed, not {name}")
    dialect: Dialect = name
    return dialect
