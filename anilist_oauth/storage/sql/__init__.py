"""Logins and tokens in SQLite or PostgreSQL (extras `sql` and `postgres`).

`store` has the public class. `tables` and `statements` use SQLAlchemy's Core. `upgrade` creates the tables and upgrades
older ones. `runner` runs statements on a `Database`, which is implemented in `postgresql`, in `sqlite`, and in `engine`
for an engine that the application owns. `url` parses URLs, and `file` and `folder` protect SQLite's file.

For alembic, ``from anilist_oauth.storage.sql import metadata`` imports SQLAlchemy's `MetaData` of the tables.
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
