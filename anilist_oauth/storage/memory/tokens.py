"""Tokens in the memory of this process, until it ends."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

from anilist_oauth.clock import checked_clock, utc_now
from anilist_oauth.redaction import Unpicklable
from anilist_oauth.storage.protocols import check
from anilist_oauth.storage.records import StoredToken


class MemoryTokenStore(Unpicklable):
    """A `TokenStore` in memory.

    Args:
        clock: Returns the current time (aware), which is used in `expiring`.
    """

    def __init__(self, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = checked_clock(clock)
        self._tokens: dict[tuple[str, str], StoredToken] = {}

    def __len__(self) -> int:
        return len(self._tokens)

    async def get(self, subject: str, *, client_id: str) -> StoredToken | None:
        """Read the record of a subject."""
        check(subject=subject, client_id=client_id)
        return self._tokens.get((client_id, subject))

    async def put(self, stored: StoredToken, *, over: str | None = None) -> bool:
        """Write the record of a subject; see `TokenStore.put`."""
        check(stored=stored, over=over)
        key = (stored.client_id, stored.subject)
        present = self._tokens.get(key)
        if over is not None and (present is None or present.token_id != over):
            return False
        if present is not None and present.is_newer_than(stored):
            return False
        self._tokens[key] = stored
        return True

    async def update(self, stored: StoredToken, *, was: StoredToken) -> bool:
        """Write the record of a subject, if it has not changed; see `UpdatingTokenStore.update`."""
        check(stored=stored, was=was)
        present = self._tokens.get((stored.client_id, stored.subject))
        return present is not None and present.marks == was.marks and await self.put(stored, over=was.token_id)

    async def delete(self, subject: str, *, client_id: str) -> None:
        """Delete the token of a subject."""
        check(subject=subject, client_id=client_id)
        self._tokens.pop((client_id, subject), None)

    async def expiring(self, within: timedelta | None, *, client_id: str | None = None) -> AsyncIterator[StoredToken]:
        """Iterate over the records whose users must log in again, or over all."""
        check(within=within, only=client_id)
        now = self._clock()
        for stored in list(self._tokens.values()):
            if client_id in (None, stored.client_id) and stored.is_due(within, now=now):
                yield stored

    async def holds_sealed(self, mark: str) -> bool:
        """Return whether any access token begins with `mark`, as sealed tokens do."""
        return any(stored.token.access_token.startswith(mark) for stored in self._tokens.values())
