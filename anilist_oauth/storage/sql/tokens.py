"""Tokens in an SQL database: one row a user."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

from anilist_oauth.storage.encoding import to_microseconds, token_from_fields, token_to_fields
from anilist_oauth.storage.records import StoredToken
from anilist_oauth.storage.sql.schema import Run

PAGE = 500  # rows of a stream that are read at once

GET = "SELECT * FROM anilist_oauth_tokens WHERE client_id = :client_id AND subject = :subject"
DELETE = "DELETE FROM anilist_oauth_tokens WHERE client_id = :client_id AND subject = :subject"
PUT = """
    INSERT INTO anilist_oauth_tokens (
        client_id, subject, access_token, token_id, expires_at, user_id, viewer, issued_at, stored_at,
        needs_login, refused_at, told_expiring, told_invalid
    ) VALUES (
        :client_id, :subject, :access_token, :token_id, :expires_at, :user_id, :viewer, :issued_at, :stored_at,
        :needs_login, :refused_at, :told_expiring, :told_invalid
    ) ON CONFLICT (client_id, subject) DO UPDATE SET
        access_token = excluded.access_token, token_id = excluded.token_id, expires_at = excluded.expires_at,
        user_id = excluded.user_id, viewer = excluded.viewer, issued_at = excluded.issued_at,
        stored_at = excluded.stored_at, needs_login = excluded.needs_login,
        refused_at = excluded.refused_at, told_expiring = excluded.told_expiring, told_invalid = excluded.told_invalid
    WHERE anilist_oauth_tokens.issued_at IS NULL OR excluded.issued_at IS NULL
        OR anilist_oauth_tokens.issued_at / 1000000 <= excluded.issued_at / 1000000
"""
PUT_OVER = """
    UPDATE anilist_oauth_tokens SET
        access_token = :access_token, token_id = :token_id, expires_at = :expires_at,
        user_id = :user_id, viewer = :viewer, issued_at = :issued_at,
        stored_at = :stored_at, needs_login = :needs_login, refused_at = :refused_at,
        told_expiring = :told_expiring, told_invalid = :told_invalid
    WHERE client_id = :client_id AND subject = :subject AND token_id = :over
        AND (issued_at IS NULL OR CAST(:issued_at AS BIGINT) IS NULL
            OR issued_at / 1000000 <= CAST(:issued_at AS BIGINT) / 1000000)
"""
SAME_MARKS = """
    AND needs_login = :was_needs_login AND told_expiring = :was_told_expiring AND told_invalid = :was_told_invalid
    AND (viewer IS NOT NULL) = :was_known
"""
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
        if over is None:
            return bool(await self._run(PUT + WRITTEN, **values))
        return bool(await self._run(PUT_OVER + WRITTEN, **values, over=over))

    async def update(self, stored: StoredToken, *, was: StoredToken) -> bool:
        """Write the record of a subject, if the one that is there is still as it was."""
        marks = {
            "was_needs_login": int(was.needs_login),
            "was_told_expiring": int(was.told_expiring),
            "was_told_invalid": int(was.told_invalid),
            "was_known": was.viewer is not None,
        }
        values: dict[str, Any] = token_to_fields(stored)
        return bool(await self._run(PUT_OVER + SAME_MARKS + WRITTEN, **values, over=was.token_id, **marks))

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
