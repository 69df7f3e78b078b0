"""How many requests a minute leaves, as arithmetic on the times of those that started."""

import math
from collections.abc import Sequence
from functools import cache

import attrs

MARGIN = 2  # requests a minute left unused, for clocks and wires that differ
BURST = 10  # requests that start at once after a quiet minute
MINUTE = 60.01  # seconds; a little over, so that no rounding puts one start too many into a minute


@attrs.frozen
class Budget:
    """What may start: `requests` in any `seconds`, and `burst` of them at once."""

    requests: int
    burst: int
    seconds: float = MINUTE

    def next_start(self, starts: Sequence[float]) -> float:
        """Tell when the next request may start: the burst at once, the rest at the least even gap that keeps to it.

        Args:
            starts: When earlier requests started, oldest first, at least those of the last `seconds`.

        Returns:
            A time on the same clock; minus infinity where nothing stands in the way.
        """
        if len(starts) < self.burst:
            return -math.inf
        last, recent = starts[-1], starts[-self.requests :]
        # The k-th request from now may start `seconds` after the one that lies `requests` places before it.
        first = self.requests - len(recent) + 1
        gap = max((start + self.seconds - last) / k for k, start in enumerate(recent, start=first))
        return min(last + gap, starts[-self.burst] + self.seconds)

    def may_start(self, starts: Sequence[float], *, now: float) -> bool:
        """Tell whether a request may start now, as `next_start` would, but sooner where the burst has room."""
        burst = self.burst
        return len(starts) < burst or starts[-burst] + self.seconds <= now or self.next_start(starts) <= now

    def start_after(self, starts: Sequence[float], *, ahead: int, earliest: float) -> float:
        """Tell when a request will start that has `ahead` others before it, none of them before `earliest`."""
        rounds, rest = divmod(max(0, ahead - self.requests), self.requests)  # after the first all are alike
        planned = list(starts)
        for _ in range(min(ahead, self.requests) + rest + 1):
            planned.append(max(earliest, self.next_start(planned)))
        return planned[-1] + rounds * self.seconds


@cache
def budget(limit: int, *, processes: int = 1) -> Budget:
    """Give the budget of one process.

    Args:
        limit: The requests that all processes are allowed in a minute; `MARGIN` of them stay unused.
        processes: How many share them evenly. Where there are more processes than requests, each may start one in more
            than a minute.
    """
    total = max(1, limit - MARGIN)
    requests = total // processes
    if requests == 0:
        return Budget(1, 1, MINUTE * processes / total)
    return Budget(requests, max(1, min(BURST, total) // processes))
