"""The interface of a database. It is implemented for PostgreSQL, SQLite, and engines that the application owns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import attrs
from sqlalchemy import Dialect, Executable
from sqlalchemy.ext.asyncio import AsyncEngine

from anilist_oauth.storage.encoding import masked_token

Row = Mapping[str, Any]

WAIT = 5.0  # seconds for a new connection, a lock, or an answer


class Database(Protocol):
    """An open database."""

    async def open(self) -> None:
        """Open the first connection, or the pool."""

    async def execute(self, statement: Executable, values: Mapping[str, Any]) -> list[Row]:
        """Run one statement in its own transaction, and return its rows."""

    def upgrading(self) -> AsyncEngine:
        """Return an engine to create and upgrade the tables with; see `keeps_engine`."""

    @property
    def keeps_engine(self) -> bool:
        """Whether the application owns that engine, so that it must not be disposed."""

    async def aclose(self) -> None:
        """Close all connections."""

    def cut(self) -> None:
        """Close the connections that `aclose` could not close in time, without telling the server."""


@attrs.define
class Compiler:
    """Compiles statements to the text and values that a driver takes, and caches the text."""

    _dialect: Dialect
    _compiled: dict[Executable, tuple[str, tuple[str, ...], dict[str, Any]]] = attrs.field(factory=dict)

    def __call__(self, statement: Executable, values: Mapping[str, Any]) -> tuple[str, Sequence[Any]]:
        """Return the text of a statement and its values in order. A list is a value for ``IN (…)``."""
        known = self._compiled.get(statement)
        if known is None:
            compiled: Any = statement.compile(dialect=self._dialect)  # type: ignore[attr-defined]  # each of our statements has it
            if compiled.post_compile_params:
                expanded = compiled.construct_expanded_state(values)
                return expanded.statement, expanded.positional_parameters
            known = self._compiled[statement] = (str(compiled), tuple(compiled.positiontup), dict(compiled.params))
        text, names, defaults = known
        return text, [values[name] if name in values else defaults[name] for name in names]


def as_rows(found: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return rows as plain dicts in which the token is masked."""
    return [masked_token(dict(row)) for row in found]
