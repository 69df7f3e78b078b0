"""How many requests a minute leaves, as arithmetic on the times of those that started."""

import math
from collections.abc import Sequence

MARGIN = 2  # requests a minute left unused, for clocks and wires that differ


BURST = 10  # requests that start at once after a quiet minute


MINUTE = 60.01  # seconds; a little over, so that no rounding puts one start too many into a minute


def next_start(starts: Sequence[float], *, limit: int) -> float:
    """Tell when the next request may start: ten at once, the rest at the least even gap that keeps to the limit.

    Args:
        starts: When earlier requests started, oldest first, at least those of the last minute.
        limit: The requests allowed in a minute; `MARGIN` of them stay unused.

    Returns:
        A time on the same clock; minus infinity where nothing stands in the way. No minute ever holds more starts than
        the limit less the margin.
    """
    budget = max(1, limit - MARGIN)
    burst = min(BURST, budget)
    if len(starts) < burst:
        return -math.inf
    last, minute = starts[-1], starts[-budget:]
    # The k-th request from now may start a minute after the one that lies `budget` places before it.
    gap = max((start + MINUTE - last) / k for k, start in enumerate(minute, start=budget - len(minute) + 1))
    return min(last + gap, starts[-burst] + MINUTE)


def may_start(starts: Sequence[float], *, limit: int, now: float) -> bool:
    """Tell whether a request may start now, as `next_start` would, but sooner where the burst has room."""
    burst = min(BURST, max(1, limit - MARGIN))
    return len(starts) < burst or starts[-burst] + MINUTE <= now or next_start(starts, limit=limit) <= now


def start_after(starts: Sequence[float], *, limit: int, ahead: int, earliest: float) -> float:
    """Tell when a request will start that has `ahead` others before it, none of them before `earliest`."""
    budget = max(1, limit - MARGIN)
    minutes, rest = divmod(max(0, ahead - budget), budget)  # after the first minute all are alike
    planned = list(starts)
    for _ in range(min(ahead, budget) + rest + 1):
        planned.append(max(earliest, next_start(planned, limit=limit)))
    return planned[-1] + minutes * MINUTE
