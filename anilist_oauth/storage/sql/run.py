"""How the stores of an SQL database run their statements."""

from collections.abc import Awaitable, Mapping
from typing import Any, Protocol


class Run(Protocol):
    """Runs one statement, as a transaction of its own, and gives the rows it returns."""

    def __call__(self, statement: str, **values: Any) -> Awaitable[list[Mapping[str, Any]]]:
        """Run it by its name in `Statements`; a value that is a list stands for an ``IN (…)`` and is not empty."""
