"""A clock that goes on from one event loop to the next."""

import asyncio


class LoopClock:
    """The time of the event loop it was last set to; it never goes back.

    A loop whose own clock is behind the last one's goes on where that one ended.

    Attributes:
        loop: The event loop, or None before the first.
    """

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self._ahead = 0.0  # seconds
        self._latest = 0.0

    def set(self, loop: asyncio.AbstractEventLoop) -> None:
        """Go on by another loop's time."""
        self.loop, self._ahead = loop, max(0.0, self._latest - loop.time())

    def now(self) -> float:
        """Tell the time, in seconds."""
        if self.loop is not None:
            self._latest = max(self._latest, self.loop.time() + self._ahead)
        return self._latest

    def loop_time(self, when: float) -> float:
        """Give the loop's own time for one of this clock's, for a timer; never a time that has passed."""
        return max(when - self._ahead, self.loop.time()) if self.loop else when
