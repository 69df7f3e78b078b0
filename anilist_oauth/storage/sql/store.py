"""Logins and tokens in a SQLite file, or in PostgreSQL for several machines."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, NoReturn, Self

from anilist_oauth.arguments import expect
from anilist_oauth.clock import checked_clock, utc_now
from anilist_oauth.errors import ConfigurationError, StorageError
from anilist_oauth.redaction import Masked, Unpicklable, masked_text
from anilist_oauth.storage.calls import Opening
from anilist_oauth.storage.health import PING_LIMIT, Health, within
from anilist_oauth.storage.protocols import LoginStore
from anilist_oauth.storage.sealed import UnsealedTokenStore, token_store

Dialect = Literal["sqlite", "postgresql"]

EXTRAS: dict[Dialect, str] = {"sqlite": "sql", "postgresql": "postgres"}
_NAME = r"[A-Za-z_][A-Za-z0-9_]{0,39}"


class SQLStore(Unpicklable):
    """Logins and tokens in an SQL database.

    A SQLite file is for one machine. It has mode 0600, and several processes of the machine may use it. Written tokens
    are moved to the main file at once, so a copy of that file is a backup. PostgreSQL is for several machines. It may
    be behind a pooler in transaction mode, such as PgBouncer.

    Missing tables are created, and those of older versions of this package are upgraded.
    `anilist_oauth.storage.sql.tables` documents them.

    A store belongs to the event loop that opens it. `aclose` waits at most five seconds for running calls. Later calls
    are refused.

    Args:
        url_or_engine: A URL: ``sqlite:///tokens.db`` (a relative path, while four slashes begin an absolute one), or
            ``postgresql://user:password@host:5432/database`` with libpq's options. A driver's name in it is accepted
            but ignored: SQLite uses aiosqlite (extra ``sql``), and PostgreSQL uses asyncpg (extra ``postgres``).
            Or an `AsyncEngine` of SQLAlchemy, which is never disposed. Create it with
            ``logging_name="anilist_oauth"``, because otherwise SQLAlchemy logs rows with tokens at DEBUG.
        keys: Fernet keys that encrypt (seal) the tokens; see `SealedTokenStore`. A string may contain several keys,
            separated by spaces or commas. None reads ``ANILIST_STORE_KEYS``. If that is not set, tokens are not
            encrypted.
        schema: The schema of the tables. None uses PostgreSQL's ``search_path``.
        prefix: The prefix of the tables' names.
        pool_size: The most connections to PostgreSQL, by default 10.
        check_folder: Whether to refuse a SQLite file in a folder that other users can access.
        sealed: False allows plain tokens in a store that contains sealed ones.
        clock: Returns the current time (aware), which is used to delete old logins and in `TokenStore.expiring`.

    Attributes:
        logins: The `LoginStore`.
        tokens: The `TokenStore`. It encrypts tokens if there are keys.

    Raises:
        ConfigurationError: The URL is not that of an SQL database or cannot be read, a key is not a Fernet key, or an
            argument is invalid.
        ImportError: There are keys, but the extra ``seal`` is not installed.
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
        self._source = Masked(masked_text(url_or_engine))
        self._dialect, self._address = _read(self._source, self._schema)
        self._runner: Any = None
        self._opening = Opening()
        self._found_version: int | None = None
        self._own_logins = SQLLoginStore(self._run, clock=clock)
        self.logins: LoginStore = self._own_logins
        self.tokens: UnsealedTokenStore = token_store(SQLTokenStore(self._run, clock=clock), keys, sealed=sealed)

    def __repr__(self) -> str:
        return f"<SQLStore {self._dialect}>"

    def pace(self, ceiling: int = 90) -> NoReturn:
        """Raise `ConfigurationError`, because an SQL database cannot share a pace."""
        raise ConfigurationError(
            f"pace: only a Redis store can share one budget of {ceiling} requests a minute among processes; with SQL, "
            "use OAuthSession(…, pace=Pace(processes=4)) for four processes, or Pace() for one"
        )

    async def open(self) -> Self:
        """Open the database, and create or upgrade the tables if needed. Opening it again changes nothing.

        Raises:
            StorageError: The database cannot be reached, a newer version of this package made its tables, or the file
                cannot be protected from other users. Or the store belongs to another event loop.
            ImportError: The extra is not installed. The message says how to install it.
        """
        async with self._opening.alone(is_open=self._runner is not None):
            self._runner = self._runner or await self._open_runner()
        return self

    async def ping(self) -> None:
        """Check that the database answers, for a health check. Raises `StorageError` if it takes over two seconds."""
        await within(PING_LIMIT, self._run("ping"))

    async def health(self) -> Health:
        """Count the records. Raises `StorageError` if that fails."""
        from anilist_oauth.storage.sql.upgrade import VERSION

        [logins] = await self._run("count_logins")
        [tokens] = await self._run("count_tokens")
        return Health(
            kind=self._dialect,
            version=VERSION,
            found_version=VERSION if self._found_version is None else self._found_version,
            logins=int(logins["count"]),
            tokens=int(tokens["count"]),
        )

    async def aclose(self) -> None:
        """Wait for running calls, and close all connections. Calls that wait for a login raise `StorageError`."""
        if self._runner is not None:
            self._runner.check()
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

    async def _open_runner(self) -> Any:
        runner = self._make_runner()
        try:
            self._found_version = await runner.open()
        except BaseException:
            await runner.aclose()
            raise
        return runner

    def _make_runner(self) -> Any:
        try:
            from anilist_oauth.storage.sql.runner import Runner
            from anilist_oauth.storage.sql.statements import make_statements
            from anilist_oauth.storage.sql.tables import make_tables
            from anilist_oauth.storage.sql.upgrade import Upgrade

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
            statements=make_statements(tables, self._dialect),
            upgrade=Upgrade(tables, self.tokens.plain),
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
    if not re.fullmatch(_NAME, name):
        raise ConfigurationError(
            f"{argument}: up to 40 letters, digits and underscores are needed, and the first must not be a digit"
        )
    return name


def _read(source: Masked[Any], schema: str | None) -> tuple[Dialect, Any]:
    """Return the kind of database, and its address. An engine has no address."""
    if not isinstance(source.value, str):
        return _dialect_of_engine(source.value), None
    from anilist_oauth.storage.sql.url import dialect_of, postgresql_address, sqlite_path

    dialect = dialect_of(source.value)
    if dialect == "postgresql":
        return dialect, postgresql_address(source.value)
    if schema is not None:
        raise ConfigurationError("schema: a SQLite file has no schemas; pass prefix= instead")
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
