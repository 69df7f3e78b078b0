"""Run the statements of a store on a database, with time limits and safe errors."""

import asyncio
import logging
from typing import Any

from anilist_oauth.errors import StorageError
from anilist_oauth.storage.calls import LIMIT, WAIT, Calls
from anilist_oauth.storage.sql.database import Database, Row
from anilist_oauth.storage.sql.failures import storage_error
from anilist_oauth.storage.sql.statements import Statements
from anilist_oauth.storage.sql.upgrade import VERSION, Upgrade

UPGRADE_LIMIT = 600.0  # seconds to upgrade the tables


class Runner:
    """Runs the statements of a store on a database.

    Args:
        database: The database.
        name: The name of the database in messages.
        secrets: Strings that must not appear in a message.
        statements: The statements.
        upgrade: Creates and upgrades the tables.
    """

    def __init__(
        self, database: Database, *, name: str, secrets: tuple[str, ...], statements: Statements, upgrade: Upgrade
    ) -> None:
        self._database = database
        self._name = name
        self._secrets = secrets
        self._statements = statements
        self._upgrade = upgrade
        self._calls = Calls(self._failure)
        _keep_rows_out_of_logs()

    async def open(self) -> int:
        """Connect, and create or upgrade the tables if needed.

        Returns:
            The version of the tables that was found, or 0 if there were none.

        Raises:
            StorageError: The database cannot be reached, or a newer version of this package made its tables.
        """
        return await self._calls.run(self._open, limit=UPGRADE_LIMIT)

    async def run(self, statement: str, **values: Any) -> list[Row]:
        """Run the statement with this name in `Statements`, in its own transaction, and return its rows.

        Raises:
            StorageError: The database failed, or took longer than ten seconds. The error has no cause, because the
                drivers' errors contain the values of the statement, such as tokens, and may contain the URL.
        """
        return await self._calls.run(lambda: self._database.execute(getattr(self._statements, statement), values))

    def check(self) -> None:
        """Raise `StorageError` if the store belongs to another event loop."""
        self._calls.check()

    async def aclose(self) -> None:
        """Wait at most five seconds for running statements, and then close all connections within five more."""
        await self._calls.aclose()
        try:
            async with asyncio.timeout(WAIT):
                await self._database.aclose()
        except TimeoutError:  # the server does not answer
            self._database.cut()

    async def _open(self) -> int:
        async with asyncio.timeout(LIMIT):
            await self._database.open()
        engine, upgrade = self._database.upgrading(), self._upgrade
        try:
            async with asyncio.timeout(LIMIT) as limit, engine.connect() as connection:
                found = await connection.run_sync(upgrade.version)
                if found != VERSION:
                    limit.reschedule(asyncio.get_running_loop().time() + UPGRADE_LIMIT)
                    await connection.run_sync(upgrade)
                return found
        finally:
            if not self._database.keeps_engine:
                await engine.dispose()

    def _failure(self, error: BaseException) -> StorageError:
        return storage_error(error, database=self._name, secrets=self._secrets)


def _keep_rows_out_of_logs() -> None:
    """Disable the logger to which SQLAlchemy writes rows at DEBUG, because rows contain tokens."""
    logging.getLogger("sqlalchemy.engine.Engine.anilist_oauth").setLevel(logging.WARNING)
