"""Compute when a request may start, from the times at which earlier ones started."""

import math
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

MARGIN = 2  # requests a minute that are left unused, because clocks and network delays differ
BURST = 10  # requests that may start at once after a minute without requests
MINUTE = 60.01  # seconds; slightly over 60, so that rounding never puts one start too many into a minute
# AniList's minute begins when a request arrives. If processes start together, the first requests must connect, so they
# arrive later than the later ones. A share that begins anew too early would then be one request too many for each.
_SHARED_MINUTE = 60.25  # seconds


class Budget(NamedTuple):
    """At most `requests` requests in any period of `seconds` seconds, of which `burst` may start at once.

    `limit` is the number of requests per minute that all processes together may make.
    """

    limit: int
    requests: int
    burst: int
    seconds: float = MINUTE

    def next_start(self, starts: Sequence[float]) -> float:
        """Return when the next request may start.

        A burst starts at once, and the requests after it at even intervals, which are as short as the budget allows.

        Args:
            starts: The times at which earlier requests started, oldest first. All of the last `seconds` are needed.

        Returns:
            A time on the same clock, or minus infinity if a request may start at any time.
        """
        if len(starts) < self.burst:
            return -math.inf
        last, recent = starts[-1], list(starts)[-self.requests :]  # a deque has no slices
        # The k-th request from now may start `seconds` after the one `requests` places before it.
        first = self.requests - len(recent) + 1
        gap = max((start + self.seconds - last) / k for k, start in enumerate(recent, start=first))
        return min(last + gap, starts[-self.burst] + self.seconds)

    def may_start(self, starts: Sequence[float], *, now: float) -> bool:
        """Return whether a request may start now. Unlike `next_start`, this allows what is left of the burst."""
        burst = self.burst
        return len(starts) < burst or starts[-burst] + self.seconds <= now or self.next_start(starts) <= now

    def start_after(self, starts: Sequence[float], *, ahead: int, earliest: float) -> float:
        """Return when a request will start that has `ahead` others before it, if none may start before `earliest`."""
        rounds, rest = divmod(max(0, ahead - self.requests), self.requests)  # after the first, all rounds are the same
        planned = list(starts)
        for _ in range(min(ahead, self.requests) + rest + 1):
            planned.append(max(earliest, self.next_start(planned)))
        return planned[-1] + rounds * self.seconds


@cache
def budget(limit: int, *, processes: int = 1) -> Budget:
    """Return the budget of one process.

    Args:
        limit: The requests per minute that all processes together may make. `MARGIN` of them stay unused.
        processes: The number of processes that share them evenly. If there are more processes than requests, each may
            make one request in more than a minute.
    """
    total = max(1, limit - MARGIN)
    requests = total // processes
    if requests == 0:
        return Budget(limit, 1, 1, MINUTE * processes / total)
    seconds = MINUTE if processes == 1 else _SHARED_MINUTE
    return Budget(limit, requests, max(1, min(BURST, total) // processes), seconds)
