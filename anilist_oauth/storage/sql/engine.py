"""Run statements on an engine that the application owns, with its connections, options and driver."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncEngine

from anilist_oauth.storage.sql.database import Row, as_rows


class Engine:
    """Uses an `AsyncEngine` that the application owns, and never disposes it."""

    keeps_engine = True

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def open(self) -> None:
        """Do nothing, because the engine connects when it is needed."""

    async def execute(self, statement: Executable, values: Mapping[str, Any]) -> list[Row]:
        """Run one statement in a transaction."""
        async with self._engine.begin() as connection:
            result = await connection.execute(statement, values)
            return as_rows(map(dict, result.mappings())) if result.returns_rows else []

    def upgrading(self) -> AsyncEngine:
        """Return the engine itself."""
        return self._engine

    async def aclose(self) -> None:
        """Do nothing, because the application closes its engine."""

    def cut(self) -> None:
        """Do nothing, because the application closes its engine."""
