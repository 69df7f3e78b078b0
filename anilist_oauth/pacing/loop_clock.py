"""A clock that continues from one event loop to the next."""

import asyncio


class LoopClock:
    """The time of the current event loop. It never goes back.

    If a new loop's clock is behind the last one's, time continues from where the last one ended.

    Attributes:
        loop: The event loop, or None before the first one.
    """

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self._ahead = 0.0  # seconds
        self._latest = 0.0

    def set(self, loop: asyncio.AbstractEventLoop) -> None:
        """Continue with the time of another loop."""
        self.loop, self._ahead = loop, max(0.0, self._latest - loop.time())

    def now(self) -> float:
        """Return the time in seconds."""
        if self.loop is not None:
            self._latest = max(self._latest, self.loop.time() + self._ahead)
        return self._latest

    def loop_time(self, when: float) -> float:
        """Convert a time of this clock to the loop's time, for a timer. Times that have passed become the present."""
        return max(when - self._ahead, self.loop.time()) if self.loop else when
