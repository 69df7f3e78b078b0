"""The tables of `SQLStore`, for SQLite and PostgreSQL alike, and for people who run migrations.

The store makes them when it is opened and they are missing. Where the application's role may not create tables, let a
migration run `tables` (with the dialect's own number column) and keep to the names, the types and the two keys: more
columns of your own do no harm if they have a default.

``anilist_oauth_logins``, a row for each login of the last minutes; rows may be deleted at any time, and their logins
begin again::

    number      when it was added, relative to the others
    key         SHA-256 of the state: 64 hex digits, unique
    owner       SHA-256 of client id and subject, or NULL for a sign-in
    record      JSON of `PendingLogin`: client id, subject, binding digest, label, return_to, expiry
    forget_at   when the row is swept
    claim       the random mark of who took it, or NULL
    code        SHA-256 of what it was taken with, or NULL
    outcome     JSON of `Outcome`: the subject, or the error's class, text and data; or NULL

``anilist_oauth_tokens``, a row for each user; it is the only copy of the token::

    client_id, subject     whose it is; the primary key
    access_token           about 1,100 characters, up to 3,000 when sealed: never a VARCHAR(1024)
    token_id               SHA-256 of the access token
    expires_at             when the token dies, or NULL
    user_id                AniList's id of the user
    viewer                 JSON of `Viewer`, or NULL
    issued_at              when AniList issued the token, or NULL
    stored_at              when the user logged in
    needs_login            1: AniList refused the token
    refused_at             when it did so last, or NULL
    told_expiring, told_invalid    1: the hook was called

Every time is a count of microseconds since 1970, UTC (PostgreSQL: ``to_timestamp(expires_at / 1e6)``).
"""

from collections.abc import Awaitable, Mapping
from typing import Any, Literal, Protocol

Dialect = Literal["sqlite", "postgresql"]


class Run(Protocol):
    """Runs one statement, as a transaction of its own, and gives the rows it returns."""

    def __call__(self, statement: str, **values: Any) -> Awaitable[list[Mapping[str, Any]]]:
        """Run it; a value that is a list stands for an ``IN (…)`` and is not empty."""


NUMBER = {
    "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "postgresql": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
}

PRESENT = {
    "sqlite": "SELECT name FROM sqlite_master WHERE name IN ('anilist_oauth_logins', 'anilist_oauth_tokens')",
    "postgresql": "SELECT name FROM unnest(ARRAY['anilist_oauth_logins', 'anilist_oauth_tokens']) AS name"
    " WHERE to_regclass(name) IS NOT NULL",
}


def tables(dialect: Dialect) -> tuple[str, ...]:
    """Give the statements that make the tables and their indexes; each may be run again."""
    return (
        f"""
        CREATE TABLE IF NOT EXISTS anilist_oauth_logins (
            number {NUMBER[dialect]},
            key TEXT NOT NULL UNIQUE,
            owner TEXT,
            record TEXT NOT NULL,
            forget_at BIGINT NOT NULL,
            claim TEXT,
            code TEXT,
            outcome TEXT
        )
        """,
        "CREATE INDEX IF NOT EXISTS anilist_oauth_logins_owner ON anilist_oauth_logins (owner)",
        "CREATE INDEX IF NOT EXISTS anilist_oauth_logins_forget_at ON anilist_oauth_logins (forget_at)",
        """
        CREATE TABLE IF NOT EXISTS anilist_oauth_tokens (
            client_id TEXT NOT NULL,
            subject TEXT NOT NULL,
            access_token TEXT NOT NULL,
            token_id TEXT NOT NULL,
            expires_at BIGINT,
            user_id BIGINT NOT NULL,
            viewer TEXT,
            issued_at BIGINT,
            stored_at BIGINT NOT NULL,
            needs_login INTEGER NOT NULL DEFAULT 0,
            refused_at BIGINT,
            told_expiring INTEGER NOT NULL DEFAULT 0,
            told_invalid INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (client_id, subject)
        )
        """,
    )
