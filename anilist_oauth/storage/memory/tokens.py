"""Tokens in this process's memory, until it ends."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

from anilist_oauth.clock import checked_clock, utc_now
from anilist_oauth.storage.records import StoredToken, Version


class MemoryTokenStore:
    """A `TokenStore` that ends with its process; `clock` gives the time for `expiring`."""

    def __init__(self, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = checked_clock(clock)
        self._tokens: dict[tuple[str, str], StoredToken] = {}

    async def get(self, subject: str, *, client_id: str) -> StoredToken | None:
        """Read the record of a subject."""
        return self._tokens.get((client_id, subject))

    async def put(self, stored: StoredToken, *, over: str | None = None) -> bool:
        """Write the record of a subject, if `over` is what is there."""
        key = (stored.client_id, stored.subject)
        if not _is_over(self._tokens.get(key), over):
            return False
        self._tokens[key] = stored
        return True

    async def delete(self, subject: str, *, client_id: str) -> None:
        """Forget the token of a subject."""
        self._tokens.pop((client_id, subject), None)

    async def expiring(self, within: timedelta | None, *, client_id: str | None = None) -> AsyncIterator[StoredToken]:
        """Stream the records whose users must log in again, or all."""
        now = self._clock()
        for stored in list(self._tokens.values()):
            if client_id in (None, stored.client_id) and (
                within is None or stored.needs_login or stored.token.expires_within(within, now=now)
            ):
                yield stored


def _is_over(present: StoredToken | None, over: str | None) -> bool:
    if over is None:
        return True
    if present is None or present.token_id != over:
        return False
    return not isinstance(over, Version) or present.marks == over.marks
