"""The function with which the stores of an SQL database run their statements."""

from collections.abc import Awaitable, Mapping
from typing import Any, Protocol


class Run(Protocol):
    """Runs one statement in its own transaction, and returns its rows."""

    def __call__(self, statement: str, **values: Any) -> Awaitable[list[Mapping[str, Any]]]:
        """Run the statement with this name in `Statements`. A list is a value for ``IN (…)`` and must not be empty."""
