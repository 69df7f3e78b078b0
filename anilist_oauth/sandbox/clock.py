"""The sandbox's time."""

import asyncio
from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that runs with an event loop's time, and jumps when told to.

    A loop in virtual time takes the clock along; without a loop it stands still.
    """

    def __init__(self) -> None:
        self._origin = datetime.now(UTC)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started_at = 0.0

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run with this loop from now on."""
        self._origin = self.now()  # as far as an earlier loop took it
        self._loop, self._started_at = loop, loop.time()

    def now(self) -> datetime:
        """Tell the time, aware, in UTC; may be called from any thread."""
        if self._loop is None:
            return self._origin
        return self._origin + timedelta(seconds=self._loop.time() - self._started_at)

    def advance(self, by: timedelta) -> None:
        """Jump ahead."""
        self._origin += by
