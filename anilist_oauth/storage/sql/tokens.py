"""Tokens in an SQL database, one row per user."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

from anilist_oauth.redaction import Unpicklable
from anilist_oauth.storage.encoding import (
    due_before,
    marks_to_fields,
    to_microseconds,
    token_from_fields,
    token_to_fields,
)
from anilist_oauth.storage.records import StoredToken
from anilist_oauth.storage.skipped import Skipped
from anilist_oauth.storage.sql.run import Run

PAGE = 500  # rows that an iteration reads at once


class SQLTokenStore(Unpicklable):
    """A `TokenStore` in an SQL database. `SQLStore` creates it."""

    def __init__(self, run: Run, *, clock: Callable[[], datetime]) -> None:
        self._run = run
        self._clock = clock

    async def get(self, subject: str, *, client_id: str) -> StoredToken | None:
        """Read the record of a subject."""
        rows = await self._run("get", this_client_id=client_id, this_subject=subject)
        return token_from_fields(rows[0]) if rows else None

    async def put(self, stored: StoredToken, *, over: str | None = None) -> bool:
        """Write the record of a subject; see `TokenStore.put`."""
        if over is None:
            return bool(await self._run("put", **token_to_fields(stored)))
        return bool(await self._run("put_over", **_changed(stored), over=over))

    async def update(self, stored: StoredToken, *, was: StoredToken) -> bool:
        """Write the record of a subject, if it has not changed; see `UpdatingTokenStore.update`."""
        marks = {f"was_{name}": mark for name, mark in marks_to_fields(was).items()}
        return bool(await self._run("update", **_changed(stored), over=was.token_id, **marks))

    async def delete(self, subject: str, *, client_id: str) -> None:
        """Delete the token of a subject."""
        await self._run("delete", this_client_id=client_id, this_subject=subject)

    async def expiring(self, within: timedelta | None, *, client_id: str | None = None) -> AsyncIterator[StoredToken]:
        """Iterate over the records whose users must log in again, or over all, in the order of their keys."""
        values: dict[str, Any] = {"client_id": "", "subject": "", "only": client_id, "page": PAGE}
        statement = "page"
        if within is not None:
            statement = "due_page"
            values["before"] = to_microseconds(due_before(within, now=self._clock()))
        skipped = Skipped()
        while rows := await self._run(statement, **values):
            for row in rows:
                with skipped.unreadable(row["client_id"], row["subject"]):
                    yield token_from_fields(row)
            values |= {"client_id": rows[-1]["client_id"], "subject": rows[-1]["subject"]}
        skipped.report()

    async def holds_sealed(self, mark: str) -> bool:
        """Return whether any access token begins with `mark`, as sealed tokens do."""
        return bool(await self._run("any_sealed", mark=mark))


def _changed(stored: StoredToken) -> dict[str, Any]:
    """Return the columns by the parameter names of `Statements.put_over`."""
    fields = token_to_fields(stored)
    this = {f"this_{name}": fields.pop(name) for name in ("client_id", "subject")}
    return this | {f"new_{name}": value for name, value in fields.items()}
