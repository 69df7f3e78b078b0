"""A clock that continues when another event loop is used."""

import asyncio


class LoopClock:
    """A clock that shows the time of the current event loop and never goes back.

    If the clock of a new loop is behind, the time continues from the last time of the previous loop.

    Attributes:
        loop: The event loop, or None before the first one.
    """

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self._ahead = 0.0  # seconds
        self._latest = 0.0

    def set(self, loop: asyncio.AbstractEventLoop) -> None:
        """Continue with the clock of another loop."""
        self.loop, self._ahead = loop, max(0.0, self._latest - loop.time())

    def now(self) -> float:
        """Return the time in seconds."""
        if self.loop is not None:
            self._latest = max(self._latest, self.loop.time() + self._ahead)
        return self._latest

    def loop_time(self, when: float) -> float:
        """Convert a time of this clock to the loop's time, for a timer. A time in the past becomes the current time."""
        return max(when - self._ahead, self.loop.time()) if self.loop else when
