"""Tokens in an SQL database: one row a user."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

from anilist_oauth.storage.encoding import to_microseconds, token_from_fields, token_to_fields
from anilist_oauth.storage.records import StoredToken, Version
from anilist_oauth.storage.sql.schema import Run

PAGE = 500  # rows of a stream that are read at once

GET = "SELECT * FROM anilist_oauth_tokens WHERE client_id = :client_id AND subject = :subject"
DELETE = "DELETE FROM anilist_oauth_tokens WHERE client_id = :client_id AND subject = :subject"
PUT = """
    INSERT INTO anilist_oauth_tokens (
        client_id, subject, access_token, token_id, expires_at, viewer, stored_at,
        needs_login, refused_at, told_expiring, told_invalid
    ) VALUES (
        :client_id, :subject, :access_token, :token_id, :expires_at, :viewer, :stored_at,
        :needs_login, :refused_at, :told_expiring, :told_invalid
    ) ON CONFLICT (client_id, subject) DO UPDATE SET
        access_token = excluded.access_token, token_id = excluded.token_id, expires_at = excluded.expires_at,
        viewer = excluded.viewer, stored_at = excluded.stored_at, needs_login = excluded.needs_login,
        refused_at = excluded.refused_at, told_expiring = excluded.told_expiring, told_invalid = excluded.told_invalid
"""
PUT_OVER = """
    UPDATE anilist_oauth_tokens SET
        access_token = :access_token, token_id = :token_id, expires_at = :expires_at,
        viewer = :viewer, stored_at = :stored_at, needs_login = :needs_login,
        refused_at = :refused_at, told_expiring = :told_expiring, told_invalid = :told_invalid
    WHERE client_id = :client_id AND subject = :subject AND token_id = :over
"""
SAME_MARKS = (
    " AND needs_login = :over_needs_login AND told_expiring = :over_told_expiring AND told_invalid = :over_told_invalid"
)
WRITTEN = " RETURNING client_id"
STREAM = "SELECT * FROM anilist_oauth_tokens WHERE (client_id, subject) > (:client_id, :subject)"
EXPIRING = " AND (needs_login = 1 OR expires_at <= :before)"
ONE_APPLICATION = " AND client_id = :only"
IN_ORDER = " ORDER BY client_id, subject LIMIT :page"


class SQLTokenStore:
    """A `TokenStore` in an SQL database; `SQLStore` makes it."""

    def __init__(self, run: Run, *, clock: Callable[[], datetime]) -> None:
        self._run = run
        self._clock = clock

    async def get(self, subject: str, *, client_id: str) -> StoredToken | None:
        """Read the record of a subject."""
        rows = await self._run(GET, client_id=client_id, subject=subject)
        return token_from_fields(rows[0]) if rows else None

    async def put(self, stored: StoredToken, *, over: str | None = None) -> bool:
        """Write the record of a subject, if `over` is what is there."""
        values: dict[str, Any] = token_to_fields(stored)
        statement = PUT
        if over is not None:
            statement = PUT_OVER
            values["over"] = str(over)
        if isinstance(over, Version):
            statement += SAME_MARKS
            marks = zip(("needs_login", "told_expiring", "told_invalid"), over.marks, strict=True)
            values |= {f"over_{name}": int(mark) for name, mark in marks}
        return bool(await self._run(statement + WRITTEN, **values))

    async def delete(self, subject: str, *, client_id: str) -> None:
        """Forget the token of a subject."""
        await self._run(DELETE, client_id=client_id, subject=subject)

    async def expiring(self, within: timedelta | None, *, client_id: str | None = None) -> AsyncIterator[StoredToken]:
        """Stream the records whose users must log in again, or all, in the order of their keys."""
        statement, values = STREAM, {"client_id": "", "subject": "", "page": PAGE}
        if within is not None:
            statement += EXPIRING
            values["before"] = to_microseconds(self._clock() + within)
        if client_id is not None:
            statement += ONE_APPLICATION
            values["only"] = client_id
        while rows := await self._run(statement + IN_ORDER, **values):
            for row in rows:
                yield token_from_fields(row)
            values |= {"client_id": rows[-1]["client_id"], "subject": rows[-1]["subject"]}
