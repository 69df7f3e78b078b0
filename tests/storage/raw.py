"""A way past a store to its database."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from anilist_oauth.storage import SQLStore


async def raw(store: SQLStore, statement: str) -> list[Mapping[str, Any]]:
    """Run a statement of the test's own on the store's own connection."""
    rows: list[Mapping[str, Any]] = await store._runner._database.execute(text(statement), {})
    return rows
