"""The tables of `SQLStore`. They are the same in SQLite and PostgreSQL.

The store creates missing tables when it is opened. If the application's role may not create tables, create them in a
migration. For alembic, use `metadata`, or `make_metadata` with another schema or prefix. You may add columns that have
a default.

``anilist_oauth_logins`` has a row for each login of the last minutes. Rows may be deleted at any time, but then their
users must start again::

    number      increases with each login that is added
    key         SHA-256 of the state: 64 hex digits, unique
    owner       SHA-256 of client id and subject, or NULL for a sign-in
    record      JSON of `PendingLogin`: client id, subject, binding digest, label, return_to, expiry
    forget_at   when the row may be deleted
    claim       a random string of the call that took the login, or NULL
    code        SHA-256 of the code or token that it was taken with, or NULL
    outcome     JSON of `Outcome`: the subject, or the error's class, message and data; or NULL

``anilist_oauth_tokens`` has a row for each user. It is the only copy of the token::

    client_id, subject     the primary key
    access_token           about 1,100 characters, and up to 3,000 if sealed: VARCHAR(1024) is too short
    token_id               SHA-256 of the access token
    expires_at             when the token expires, or NULL
    viewer                 JSON of `Viewer`, or JSON's null if AniList could not be asked yet
    stored_at              when the user logged in
    needs_login            1 if AniList refused the token
    refused_at             when AniList last did so, or NULL
    told_expiring          1 if the hook `on_expiring` was called
    told_invalid           1 if the hook `on_invalid` was called
    user_id                AniList's id of the user; NULL in a row of version 0.1, where `viewer` has it
    issued_at              when AniList issued the token, by AniList's clock, or NULL

``anilist_oauth_version`` has one row with the version of the tables; see `anilist_oauth.storage.sql.upgrade`.

Every time is a number of microseconds since 1970, UTC (in PostgreSQL: ``to_timestamp(expires_at / 1e6)``).
"""

import attrs
from sqlalchemy import BigInteger, Column, Identity, Index, Integer, MetaData, Table, Text

PREFIX = "anilist_oauth_"


@attrs.frozen(kw_only=True, eq=False)
class Tables:
    """The tables of one store."""

    metadata: MetaData
    logins: Table
    tokens: Table
    version: Table


def make_tables(*, schema: str | None = None, prefix: str = PREFIX) -> Tables:
    """Return the tables in a schema, or without one in the database's default. Their names begin with the prefix."""
    metadata = MetaData(schema=schema)
    logins = Table(
        f"{prefix}logins",
        metadata,
        Column("number", BigInteger().with_variant(Integer, "sqlite"), Identity(always=True), primary_key=True),
        Column("key", Text, nullable=False, unique=True),
        Column("owner", Text),
        Column("record", Text, nullable=False),
        Column("forget_at", BigInteger, nullable=False),
        Column("claim", Text),
        Column("code", Text),
        Column("outcome", Text),
        sqlite_autoincrement=True,
    )
    Index(f"{prefix}logins_owner", logins.c.owner)
    Index(f"{prefix}logins_forget_at", logins.c.forget_at)
    tokens = Table(
        f"{prefix}tokens",
        metadata,
        Column("client_id", Text, primary_key=True),
        Column("subject", Text, primary_key=True),
        Column("access_token", Text, nullable=False),
        Column("token_id", Text, nullable=False),
        Column("expires_at", BigInteger),
        Column("viewer", Text, nullable=False),
        Column("stored_at", BigInteger, nullable=False),
        Column("needs_login", Integer, nullable=False, server_default="0"),
        Column("refused_at", BigInteger),
        Column("told_expiring", Integer, nullable=False, server_default="0"),
        Column("told_invalid", Integer, nullable=False, server_default="0"),
        Column("user_id", BigInteger),
        Column("issued_at", BigInteger),
    )
    version = Table(f"{prefix}version", metadata, Column("version", Integer, primary_key=True, autoincrement=False))
    return Tables(metadata=metadata, logins=logins, tokens=tokens, version=version)


def make_metadata(*, schema: str | None = None, prefix: str = PREFIX) -> MetaData:
    """Return the `MetaData` of the tables with another schema or prefix, for migrations."""
    return make_tables(schema=schema, prefix=prefix).metadata


metadata: MetaData = make_metadata()
