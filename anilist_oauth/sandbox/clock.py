"""The sandbox's time."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that follows an event loop's time, and can be advanced.

    With a loop in virtual time, it follows that time. Without a loop, it stands still.
    """

    def __init__(self) -> None:
        self._origin = datetime.now(UTC)
        self._elapsed: Callable[[], float] = lambda: 0.0

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Follow this loop from now on."""
        started_at, self._origin = loop.time(), self.now()  # continue from the time of an earlier loop
        self._elapsed = lambda: loop.time() - started_at

    def now(self) -> datetime:
        """Return the time (aware, UTC). May be called from any thread."""
        return self._origin + timedelta(seconds=self._elapsed())

    def advance(self, by: timedelta) -> None:
        """Jump ahead."""
        self._origin += by
