"""Run statements on PostgreSQL through asyncpg, also behind a pooler in transaction mode such as PgBouncer.

Behind a pooler, the server connection may change after each transaction, so no state may be left on it. Therefore
statements are never prepared under a name. For each connection, asyncpg asks once for the types of a statement. After
that, it sends the text and the values together, in one round trip and one transaction. With asyncpg's own pool, it
would ask for the types each time.
"""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import attrs
from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from anilist_oauth.storage.sql.database import WAIT, Compiler, Row, as_rows
from anilist_oauth.storage.sql.url import PostgreSQLAddress

POOL_SIZE = 10
SAME_HOST = 60.0  # seconds for which new connections begin with the host that was found, if earlier ones are silent
MOST_STATEMENTS = 100  # the most statements whose types are kept per connection; lists of each length make new ones


@attrs.frozen(eq=False)
class Link:
    """A connection, and the statements whose types are known on it."""

    connection: Any
    statements: dict[str, Any] = attrs.field(factory=dict)

    async def fetch(self, text: str, values: Sequence[Any]) -> list[Row]:
        """Run one statement and return its rows."""
        statement = self.statements.get(text)
        if statement is None:
            statement = await self.connection.prepare(text, name="")
            if len(self.statements) < MOST_STATEMENTS:
                self.statements[text] = statement
        return as_rows(await statement.fetch(*values))


class PostgreSQL:
    """A pool of connections to PostgreSQL. Connections are created when they are needed."""

    keeps_engine = False

    def __init__(self, address: PostgreSQLAddress, *, pool_size: int | None) -> None:
        self._address = address
        self._compile = Compiler(_dialect())
        self._room = asyncio.Semaphore(pool_size or POOL_SIZE)
        self._idle: list[Link] = []
        self._first, self._first_until = 0, 0.0  # the host with which new connections begin, and until when

    async def open(self) -> None:
        """Do nothing, because the first statement creates the first connection."""

    async def execute(self, statement: Executable, values: Mapping[str, Any]) -> list[Row]:
        """Run one statement on a connection of the pool."""
        text, ordered = self._compile(statement, values)
        async with self._room:
            link = await self._link()
            try:
                rows = await link.fetch(text, ordered)
            except asyncpg.PostgresError:  # the connection can still be used
                self._idle.append(link)
                raise
            except BaseException:  # the state of the connection is unknown
                link.connection.terminate()
                raise
            self._idle.append(link)
            return rows

    async def _link(self) -> Link:
        """Return the idle connection that was used last, or a new one. Closed connections are dropped."""
        while self._idle:
            link = self._idle.pop()
            if not link.connection.is_closed():
                return link
        return Link(await self._connect(command_timeout=WAIT))

    def upgrading(self) -> AsyncEngine:
        """Return an engine with a separate connection."""
        return create_async_engine(
            "postgresql+asyncpg://",
            async_creator=self._connect,
            poolclass=NullPool,
            hide_parameters=True,
            logging_name="anilist_oauth",
            connect_args={"prepared_statement_cache_size": 0, "prepared_statement_name_func": str},
        )

    async def aclose(self) -> None:
        """Close all connections."""
        while self._idle:
            await self._idle[-1].connection.close()
            self._idle.pop()

    def cut(self) -> None:
        """Close all connections at once, without telling the server."""
        while self._idle:
            self._idle.pop().connection.terminate()

    async def _connect(self, **options: Any) -> Any:
        """Connect to the first host that accepts it, beginning with the one that did so within the last minute.

        asyncpg waits for a silent host until the time is over, and then does not try the next one. So each host has a
        share of the time, after which the URL that begins with the next host is tried.
        """
        if self._address.system_roots:
            options["ssl"] = ssl.create_default_context()
        dsns, clock = self._address.dsns, asyncio.get_running_loop().time
        first = self._first if clock() < self._first_until else 0
        for number in range(first, first + len(dsns)):
            try:
                connection = await asyncpg.connect(
                    dsns[number % len(dsns)].value,
                    statement_cache_size=0,
                    timeout=self._address.connect_timeout / len(dsns),
                    **options,
                )
            except TimeoutError as error:
                failure = error
                continue
            self._first, self._first_until = number % len(dsns), clock() + SAME_HOST
            return connection
        raise failure


def _dialect() -> Any:
    make_dialect: Any = PGDialect_asyncpg  # untyped
    return make_dialect()
