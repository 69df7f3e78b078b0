"""The version of the tables, and the upgrade from older ones.

Version 1 is the one of `anilist_oauth` 0.1, which had no version table. Version 2 added that table, and the columns
``user_id`` and ``issued_at``. For a new version, add a step to `_STEPS`. Programs with the previous version may still
be writing, so a new column must be optional.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, bindparam, delete, insert, inspect, select, tuple_, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateColumn, CreateSchema

from anilist_oauth.errors import StorageError
from anilist_oauth.redaction import Masked
from anilist_oauth.storage.encoding import UNREADABLE, issued_at_of
from anilist_oauth.storage.sealed import Plain
from anilist_oauth.storage.sql.tables import Tables

VERSION = 2
LOCK = 0x616E696C  # an advisory lock of PostgreSQL, so that only one process at a time creates the tables
PAGE = 500  # rows that are read at once


@attrs.frozen
class Upgrade:
    """Upgrades the tables of one store to `VERSION`, in one transaction.

    Attributes:
        tables: The tables.
        plain: Opens a sealed token; see `UnsealedTokenStore.plain`.
    """

    tables: Tables
    plain: Plain

    def __call__(self, connection: Connection) -> None:
        """Create or upgrade the tables. Several processes may call this at once."""
        self._lock(connection)
        current = self.version(connection)  # after the lock, because another process may have upgraded them meanwhile
        if current == 0:
            self._create(connection)
        for version in range(current or VERSION, VERSION):
            _STEPS[version](connection, self.tables, self.plain)
        if current != VERSION:
            connection.execute(delete(self.tables.version))
            connection.execute(insert(self.tables.version).values(version=VERSION))
        connection.commit()

    def version(self, connection: Connection) -> int:
        """Return the version of the tables, or 0 if there are none.

        Raises:
            StorageError: A newer version of this package made the tables.
        """
        looking = inspect(connection)
        schema = self.tables.metadata.schema
        if not looking.has_table(self.tables.tokens.name, schema) or not looking.has_table(
            self.tables.logins.name, schema
        ):
            return 0
        version = None
        if looking.has_table(self.tables.version.name, schema):
            try:
                version = connection.execute(select(self.tables.version.c.version)).scalar()
            except DBAPIError:  # the role may not read the table
                connection.rollback()
        if version is None:  # the tables were made by 0.1, or by a migration from `metadata`
            columns = {column["name"] for column in inspect(connection).get_columns(self.tables.tokens.name, schema)}
            version = VERSION if {"user_id", "issued_at"} <= columns else 1
        if version > VERSION:
            raise StorageError(
                f"the store's tables have version {version}, but this version of anilist_oauth only supports up to "
                f"{VERSION}; upgrade the package"
            )
        return int(version)

    def _lock(self, connection: Connection) -> None:
        connection.rollback()
        if connection.dialect.name == "postgresql":
            # With another level, as an engine of the application may have, the lock would end at once, or the tables
            # that another process has created meanwhile would not be seen.
            connection.execution_options(isolation_level="READ COMMITTED")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    def _create(self, connection: Connection) -> None:
        schema = self.tables.metadata.schema
        if schema is not None and not inspect(connection).has_schema(schema):
            connection.execute(CreateSchema(schema, if_not_exists=True))
        self.tables.metadata.create_all(connection)


def _from_1(connection: Connection, tables: Tables, plain: Plain) -> None:
    """Add the columns for the user id, which is in the viewer, and for the time of issue, which is in the token."""
    tables.version.create(connection, checkfirst=True)
    tokens = tables.tokens
    table = connection.dialect.identifier_preparer.format_table(tokens)
    present = {column["name"] for column in inspect(connection).get_columns(tokens.name, tokens.schema)}
    for column in (tokens.c.user_id, tokens.c.issued_at):
        if column.name not in present:
            definition = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {definition}")
    fill = (
        update(tokens)
        .where(
            tokens.c.client_id == bindparam("this_client_id"),
            tokens.c.subject == bindparam("this_subject"),
            tokens.c.token_id == bindparam("this_token_id"),  # another token may have been stored meanwhile
        )
        .values(user_id=bindparam("new_user_id"), issued_at=bindparam("new_issued_at"))
    )
    for page in _pages(connection, tables):
        connection.execute(fill, [_filled(row, plain) for row in page.value])


def _pages(connection: Connection, tables: Tables) -> Iterator[Masked[Sequence[Any]]]:
    columns = tables.tokens.c
    key = tuple_(columns.client_id, columns.subject)
    read = (columns.client_id, columns.subject, columns.token_id, columns.access_token, columns.viewer)
    every = select(*read).order_by(columns.client_id, columns.subject)
    page: Masked[Sequence[Any]] = Masked(connection.execute(every.limit(PAGE)).all())
    while page.value:
        yield page
        after = key > tuple_(*page.value[-1][:2])
        page = Masked(connection.execute(every.where(after).limit(PAGE)).all())


def _filled(row: Any, plain: Plain) -> dict[str, Any]:
    """Return the values of the new columns. For a row that this package did not write, they stay empty."""
    try:
        user_id = json.loads(row.viewer)["id"]
    except UNREADABLE:
        user_id = None
    return {
        "this_client_id": row.client_id,
        "this_subject": row.subject,
        "this_token_id": row.token_id,
        "new_user_id": user_id if type(user_id) is int else None,
        "new_issued_at": issued_at_of(plain(row.client_id, row.subject, row.access_token)),
    }


_STEPS: dict[int, Callable[[Connection, Tables, Plain], None]] = {1: _from_1}
