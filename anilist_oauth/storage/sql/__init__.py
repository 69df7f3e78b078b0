"""Logins and tokens in SQLite or PostgreSQL (extras `sql` and `postgres`).

`store` is the public class. `tables` and `statements` use SQLAlchemy's Core; `upgrade` creates the tables and upgrades
older ones. `runner` runs one statement at a time on a `Database`: `postgresql`, `sqlite`, or `engine` for an engine of
the application's. `url` parses the URLs, and `file` and `folder` protect SQLite's file.

``from anilist_oauth.storage.sql import metadata`` is SQLAlchemy's `MetaData` of the tables, for alembic.
"""

from typing import Any


def __getattr__(name: str) -> Any:
    if name != "metadata":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from anilist_oauth.storage.sql.tables import metadata
    except ImportError as error:
        raise ImportError("the tables need SQLAlchemy: pip install 'anilist-oauth[sql]'") from error
    return metadata
