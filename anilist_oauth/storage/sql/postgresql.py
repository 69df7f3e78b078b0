"""PostgreSQL through asyncpg, also behind a pooler in transaction mode such as PgBouncer.

Behind a pooler, the server connection may change after each transaction, so nothing may be left on it. Statements are
therefore never prepared under a name. asyncpg prepares them without one and runs them in the same transaction.
"""

from collections.abc import Mapping
from typing import Any

import asyncpg
from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from anilist_oauth.storage.sql.database import WAIT, Compiler, Row, as_rows
from anilist_oauth.storage.sql.url import PostgreSQLAddress

POOL_SIZE = 10


class PostgreSQL:
    """A pool of connections to PostgreSQL."""

    keeps_engine = False

    def __init__(self, address: PostgreSQLAddress, *, pool_size: int | None) -> None:
        self._address = address
        self._pool_size = POOL_SIZE if pool_size is None else pool_size
        make_dialect: Any = PGDialect_asyncpg  # untyped
        self._compile = Compiler(make_dialect())
        self._pool: Any = None

    async def open(self) -> None:
        """Create the pool. The first statement makes the first connection."""
        self._pool = await asyncpg.create_pool(
            self._address.dsn.value,
            min_size=0,
            max_size=self._pool_size,
            command_timeout=WAIT,
            reset=_leave,
            **self._options(),
        )

    async def execute(self, statement: Executable, values: Mapping[str, Any]) -> list[Row]:
        """Run one statement on a connection of the pool."""
        text, ordered = self._compile(statement, values)
        return as_rows(await self._pool.fetch(text, *ordered))

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
        """Close every connection when it is returned to the pool."""
        if self._pool is not None:
            await self._pool.close()

    def cut(self) -> None:
        """Cut every connection."""
        if self._pool is not None:
            self._pool.terminate()

    async def _connect(self) -> Any:
        return await asyncpg.connect(self._address.dsn.value, **self._options())

    def _options(self) -> dict[str, Any]:
        return {"statement_cache_size": 0, "timeout": self._address.connect_timeout}


async def _leave(connection: object) -> None:
    """Do not reset a connection, because our statements change no setting of it."""
    del connection
