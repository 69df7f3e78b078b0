"""The sandbox's time."""

import asyncio
from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that follows an event loop's time, and can be advanced.

    With a loop in virtual time, it follows that time. Without a loop, it stands still.
    """

    def __init__(self) -> None:
        self._origin = datetime.now(UTC)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started_at = 0.0

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Follow this loop from now on."""
        self._origin = self.now()  # continue from the time of an earlier loop
        self._loop, self._started_at = loop, loop.time()

    def now(self) -> datetime:
        """Return the time (aware, UTC). May be called from any thread."""
        if self._loop is None:
            return self._origin
        return self._origin + timedelta(seconds=self._loop.time() - self._started_at)

    def advance(self, by: timedelta) -> None:
        """Jump ahead."""
        self._origin += by
