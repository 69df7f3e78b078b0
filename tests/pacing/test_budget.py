"""No minute has too many requests, and no start is wasted."""

import math
from bisect import bisect_right
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anilist_oauth.pacing.budget import MINUTE, Budget, budget


def starts_of(count: int, *, limit: int, starts: tuple[float, ...] = (), now: float = 0.0) -> list[float]:
    """Start requests as early as possible."""
    planned = list(starts)
    for _ in range(count):
        planned.append(max(now, budget(limit).next_start(planned)))
    return planned[len(starts) :]


def busiest_minute(starts: list[float]) -> int:
    """Return the number of starts in the fullest 60 seconds, both ends included."""
    return max(bisect_right(starts, begin + 60) - place for place, begin in enumerate(starts))


def test_ten_start_at_once_and_the_rest_evenly() -> None:
    """Ten start at once, the 29th at the end of the minute, and then one every 60/28 seconds."""
    starts = starts_of(200, limit=30)
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert gaps[:9] == [0] * 9
    assert gaps[9:28] == pytest.approx([60 / 19] * 19, rel=1e-3)
    assert gaps[28:] == pytest.approx([60 / 28] * 171, rel=1e-3)


@pytest.mark.parametrize("limit", [1, 2, 3, 12, 13, 30, 90])
def test_no_minute_has_more_than_the_limit_less_two(limit: int) -> None:
    """With a limit of one, one request a minute may start."""
    starts = starts_of(250, limit=limit)
    assert busiest_minute(starts) == max(1, limit - 2)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 90), st.integers(1, 25)), max_size=25),
    st.lists(st.sampled_from([5, 12, 30, 90]), min_size=1, max_size=3),
)
def test_no_arrival_overfills_a_minute(arrivals: list[tuple[float, int]], limits: list[int]) -> None:
    """Whenever requests come and however the limit changes below 90, no minute has more than 88 starts."""
    starts: list[float] = []
    now = 0.0
    for place, (quiet, count) in enumerate(arrivals):
        now = max(now + quiet, starts[-1] if starts else 0.0)
        limit = limits[place % len(limits)]
        starts += starts_of(count, limit=limit, starts=tuple(starts), now=now)
        if len(limits) == 1:
            assert busiest_minute(starts) <= limit - 2
    assert not starts or busiest_minute(starts) <= 88


def test_a_quiet_minute_lets_ten_start_at_once_again() -> None:
    """After a minute without requests, another ten may start at once."""
    busy = starts_of(100, limit=30)
    assert starts_of(11, limit=30, starts=tuple(busy), now=busy[-1] + 61)[:10] == [busy[-1] + 61] * 10


@pytest.mark.parametrize("limit", [1, 12, 30, 90])
def test_may_start_agrees_with_next_start(limit: int) -> None:
    """`may_start` gives the same answer before, at and after each next start."""
    starts = starts_of(100, limit=limit)
    for count in range(100):
        start = budget(limit).next_start(starts[:count])
        for now in (
            starts[count] - 0.01,
            starts[count],
            starts[count] + 0.01,
            starts[count] + 59.9,
            starts[count] + 60.1,
        ):
            assert budget(limit).may_start(starts[:count], now=now) == (start <= now)


@pytest.mark.parametrize("ahead", [0, 1, 9, 10, 27, 28, 29, 55, 56, 57, 100, 1000])
@pytest.mark.parametrize("limit", [1, 8, 30, 90])
def test_a_start_is_predicted(ahead: int, limit: int) -> None:
    """The wait behind many calls is computed without going through all of them."""
    foretold = budget(limit).start_after([], ahead=ahead, earliest=5.0)
    assert foretold == pytest.approx(starts_of(ahead + 1, limit=limit, now=5.0)[-1], abs=0.01)


@pytest.mark.requirement("R14")
@pytest.mark.parametrize("processes", range(1, 60))
@pytest.mark.parametrize("limit", [1, 12, 30, 90])
def test_the_shares_of_all_processes_together_keep_to_the_limit(limit: int, processes: int) -> None:
    """Even shares of less than one request a minute add up to the limit less two."""
    share = budget(limit, processes=processes)
    assert processes * share.requests * MINUTE / share.seconds <= max(1, limit - 2) + 1e-9
    assert 1 <= share.burst <= share.requests
    assert processes * share.burst <= max(10, processes)


def test_a_process_gets_an_even_share() -> None:
    """Of 28 requests a minute, four processes may start 7 each, and forty one each in a minute and a half."""
    assert budget(30) == Budget(30, 28, 10)
    assert budget(30, processes=4) == Budget(30, 7, 2, 60.25)
    assert budget(30, processes=28) == Budget(30, 1, 1, 60.25)
    assert budget(30, processes=42) == Budget(30, 1, 1, 1.5 * MINUTE)
    assert budget(30, processes=42).next_start([5.0]) == 5 + 1.5 * MINUTE
    assert budget(30, processes=42).next_start([]) == -math.inf
