"""Logins and tokens in SQLite or PostgreSQL (extras `sql` and `postgres`).

`store` is the front. `tables` and `statements` say everything in SQLAlchemy's Core; `upgrade` makes the tables and
brings older ones up to date. `runner` runs one statement at a time over a `Database`: `postgresql`, `sqlite`, or
`engine` for an application's own. `url` reads the URLs, and `file` and `folder` take care of SQLite's file.

``from anilist_oauth.storage.sql import metadata`` gives SQLAlchemy's `MetaData` of the tables, for alembic.
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
