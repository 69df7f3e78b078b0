"""The headers about the rate limit are read, whatever a server sends."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

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
    """Both forms of RFC 9110 are read, a long wait is cut, and an unreadable value is None."""
    assert retry_after(CIMultiDict({"retry-after": text}), now=NOW) == seconds


def test_retry_after_may_be_absent() -> None:
    """Without the header, the result is None."""
    assert retry_after({}, now=NOW) is None


def test_headers_are_read_together() -> None:
    """The four headers in AniList's documentation give one value."""
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
    """A plain dict is read like aiohttp's headers."""
    headers = {write(name): "30" for name in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "Retry-After")}
    assert RateLimit.from_headers(headers, now=NOW) == RateLimit(limit=30, remaining=30, retry_after=30.0)


@pytest.mark.parametrize("text", ["", "0", "-1", "ninety", "90.0", "9" * 400])
def test_an_unreadable_limit_is_none(text: str) -> None:
    """A limit that is not a positive number does not change the pace."""
    assert RateLimit.from_headers({"X-RateLimit-Limit": text}, now=NOW) == RateLimit()


@given(st.dictionaries(st.sampled_from(["X-RateLimit-Limit", "X-RateLimit-Reset", "Retry-After"]), st.text()))
def test_no_header_makes_it_fail(headers: dict[str, str]) -> None:
    """Any headers give a value."""
    RateLimit.from_headers(headers, now=NOW)


@given(
    st.from_regex(r"\A[A-Z][a-z]{2}, [0-9]{1,3} [A-Z][a-z]{2} [0-9]{1,6} [0-9]{2}:[0-9]{2}:[0-9]{2} [-+A-Z0-9]{1,6}\Z")
)
def test_no_date_makes_it_fail(text: str) -> None:
    """Any date gives seconds or None."""
    seconds = retry_after({"Retry-After": text}, now=NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_WAIT
