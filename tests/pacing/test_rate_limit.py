"""What a server says of its pace is read whatever it sends."""

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from anilist_oauth.pacing.budget import may_start, next_start, start_after
from anilist_oauth.pacing.rate_limit import LONGEST_WAIT, RateLimit, retry_after

NOW = datetime(2026, 9, 14, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("60", 60.0),
        (" 5 ", 5.0),
        ("0", 0.0),
        ("Mon, 14 Sep 2026 12:01:30 GMT", 90.0),
        ("Monday, 14-Sep-26 12:01:30 GMT", 90.0),
        ("Mon Sep 14 12:01:30 2026", 90.0),
        ("Mon, 14 Sep 2026 12:01:30 -0000", 90.0),
        ("Mon, 14 Sep 2026 14:01:30 +0200", 90.0),
        ("Mon, 14 Sep 2026 11:00:00 GMT", 0.0),
        ("99999999999", LONGEST_WAIT),
        ("Mon, 14 Sep 9999 12:00:00 GMT", LONGEST_WAIT),
        ("9" * 5000, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("NaN", None),
        ("٣", None),
        ("Mon, 99 Sep 2026 12:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, seconds: float | None) -> None:
    """Both forms of RFC 9110 are read, an overlong wait is cut, and the illegible is None."""
    assert retry_after(CIMultiDict({"retry-after": text}), now=NOW) == seconds


def test_retry_after_may_be_absent() -> None:
    """An answer without the header says nothing."""
    assert retry_after({}, now=NOW) is None


def test_headers_are_read_together() -> None:
    """The four headers of AniList's documentation give one value."""
    headers = CIMultiDict(
        {
            "x-ratelimit-limit": "30",
            "X-RATELIMIT-REMAINING": "0",
            "X-RateLimit-Reset": "1789387260",
            "Retry-After": "60",
        }
    )
    assert RateLimit.from_headers(headers, now=NOW) == RateLimit(
        limit=30, remaining=0, reset=NOW + timedelta(seconds=60), retry_after=60.0
    )


@pytest.mark.parametrize("write", [str, str.lower, str.upper])
def test_the_letter_case_of_a_header_does_not_matter(write: Callable[[str], str]) -> None:
    """A plain dict is read like the headers of aiohttp: a server's spelling does not hide its limit."""
    headers = {write(name): "30" for name in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "Retry-After")}
    assert RateLimit.from_headers(headers, now=NOW) == RateLimit(limit=30, remaining=30, retry_after=30.0)


@pytest.mark.parametrize("text", ["", "0", "-1", "ninety", "90.0", "9" * 400])
def test_an_illegible_limit_says_nothing(text: str) -> None:
    """A limit that is no positive number leaves the pace alone."""
    assert RateLimit.from_headers({"X-RateLimit-Limit": text}, now=NOW) == RateLimit()


@given(st.dictionaries(st.sampled_from(["X-RateLimit-Limit", "X-RateLimit-Reset", "Retry-After"]), st.text()))
def test_no_header_makes_it_fail(headers: dict[str, str]) -> None:
    """Whatever a server sends, a value comes out."""
    RateLimit.from_headers(headers, now=NOW)


@given(
    st.from_regex(r"\A[A-Z][a-z]{2}, [0-9]{1,3} [A-Z][a-z]{2} [0-9]{1,6} [0-9]{2}:[0-9]{2}:[0-9]{2} [-+A-Z0-9]{1,6}\Z")
)
def test_no_date_makes_it_fail(text: str) -> None:
    """Whatever date a server sends, seconds or None come out."""
    seconds = retry_after({"Retry-After": text}, now=NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_WAIT


def starts_of(count: int, *, limit: int, starts: tuple[float, ...] = (), now: float = 0.0) -> list[float]:
    """Start as many requests as early as may be."""
    planned = list(starts)
    for _ in range(count):
        planned.append(max(now, next_start(planned, limit=limit)))
    return planned[len(starts) :]


def busiest_minute(starts: list[float]) -> int:
    """Count the starts of the fullest 60 seconds, both ends included."""
    return max(bisect_right(starts, begin + 60) - place for place, begin in enumerate(starts))


def test_ten_start_at_once_and_the_rest_evenly() -> None:
    """Ten at once, then so that the 29th comes as the minute ends, and from there one every 60/28 seconds."""
    starts = starts_of(200, limit=30)
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert gaps[:9] == [0] * 9
    assert gaps[9:28] == pytest.approx([60 / 19] * 19, rel=1e-3)
    assert gaps[28:] == pytest.approx([60 / 28] * 171, rel=1e-3)


@pytest.mark.parametrize("limit", [1, 2, 3, 12, 13, 30, 90])
def test_no_minute_holds_more_than_the_limit_less_two(limit: int) -> None:
    """Even a limit of one lets one request start in a minute."""
    starts = starts_of(250, limit=limit)
    assert busiest_minute(starts) == max(1, limit - 2)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 90), st.integers(1, 25)), max_size=25),
    st.lists(st.sampled_from([5, 12, 30, 90]), min_size=1, max_size=3),
)
def test_no_arrival_overfills_a_minute(arrivals: list[tuple[float, int]], limits: list[int]) -> None:
    """Whenever requests come, and however the limit moves below 90, no minute holds more than 88 starts."""
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
    """What was not used comes back, ten at a time."""
    busy = starts_of(100, limit=30)
    assert starts_of(11, limit=30, starts=tuple(busy), now=busy[-1] + 61)[:10] == [busy[-1] + 61] * 10


@pytest.mark.parametrize("limit", [1, 12, 30, 90])
def test_what_may_start_now_is_what_starts_now(limit: int) -> None:
    """The quick answer is the same as the next start's, before, at and after each of them."""
    starts = starts_of(100, limit=limit)
    for count in range(100):
        start = next_start(starts[:count], limit=limit)
        for now in (
            starts[count] - 0.01,
            starts[count],
            starts[count] + 0.01,
            starts[count] + 59.9,
            starts[count] + 60.1,
        ):
            assert may_start(starts[:count], limit=limit, now=now) == (start <= now)


@pytest.mark.parametrize("ahead", [0, 1, 9, 10, 27, 28, 29, 55, 56, 57, 100, 1000])
@pytest.mark.parametrize("limit", [1, 8, 30, 90])
def test_a_start_is_foretold(ahead: int, limit: int) -> None:
    """The wait behind any number of others is told without going through all of them."""
    foretold = start_after([], limit=limit, ahead=ahead, earliest=5.0)
    assert foretold == pytest.approx(starts_of(ahead + 1, limit=limit, now=5.0)[-1], abs=0.01)
