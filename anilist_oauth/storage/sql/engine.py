"""An engine of the application's, with its connections, options and driver."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncEngine

from anilist_oauth.storage.sql.database import Row, as_rows


class Engine:
    """An `AsyncEngine` that belongs to the application. It is used, and never disposed."""

    keeps_engine = True

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def open(self) -> None:
        """Do nothing: the engine connects when needed."""

    async def execute(self, statement: Executable, values: Mapping[str, Any]) -> list[Row]:
        """Run one statement in a transaction."""
        async with self._engine.begin() as connection:
            result = await connection.execute(statement, values)
            return as_rows(map(dict, result.mappings())) if result.returns_rows else []

    def upgrading(self) -> AsyncEngine:
        """Return the engine itself."""
        return self._engine

    async def aclose(self) -> None:
        """Do nothing: the application closes its engine."""

    def cut(self) -> None:
        """Do nothing: the application closes its engine."""
