"""The tables of `SQLStore`, for SQLite and PostgreSQL alike.

The store creates missing tables when it is opened. If the application's role may not create tables, let a migration do
it: alembic uses `metadata`, or `make_metadata` for another schema or prefix. You may add columns that have a default.

``anilist_oauth_logins``, a row for each login of the last minutes. Rows may be deleted at any time, but their logins
must then be started again::

    number      when it was added, relative to the others
    key         SHA-256 of the state: 64 hex digits, unique
    owner       SHA-256 of client id and subject, or NULL for a sign-in
    record      JSON of `PendingLogin`: client id, subject, binding digest, label, return_to, expiry
    forget_at   when the row is swept
    claim       the random mark of the process that took it, or NULL
    code        SHA-256 of what it was taken with, or NULL
    outcome     JSON of `Outcome`: the subject, or the error's class, text and data; or NULL

``anilist_oauth_tokens``, a row for each user; it is the only copy of the token::

    client_id, subject     whose it is; the primary key
    access_token           about 1,100 characters, up to 3,000 when sealed: never a VARCHAR(1024)
    token_id               SHA-256 of the access token
    expires_at             when the token expires, or NULL
    viewer                 JSON of `Viewer`, or null in JSON where AniList could not be asked yet
    stored_at              when the user logged in
    needs_login            1: AniList refused the token
    refused_at             when it did so last, or NULL
    told_expiring, told_invalid    1: the hook was called
    user_id                AniList's id of the user (NULL in a row that version 0.1 wrote: then the viewer's)
    issued_at              when AniList issued the token, by its own clock, or NULL

``anilist_oauth_version`` holds one row: the version of the tables, see `anilist_oauth.storage.sql.upgrade`.

Every time is a count of microseconds since 1970, UTC (PostgreSQL: ``to_timestamp(expires_at / 1e6)``).
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
    """Return the tables of a schema (None: the database's default). Their names begin with the prefix."""
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
    """Return the `MetaData` of a store with another schema or prefix, for its migrations."""
    return make_tables(schema=schema, prefix=prefix).metadata


metadata: MetaData = make_metadata()
