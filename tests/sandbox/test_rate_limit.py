"""Requests a minute."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from anilist_oauth.sandbox import Sandbox
from anilist_oauth.sandbox.rate_limit import MinuteLimit


class _Time:
    def __init__(self) -> None:
        self.value = datetime(2026, 9, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.value


def test_so_many_pass_in_a_minute_and_no_more() -> None:
    """The minute begins with the first request. A refusal says how long to wait, and when the minute ends."""
    now = _Time()
    limit = MinuteLimit(nominal=90, given=2, now=now)
    assert limit.request() == (True, {"X-RateLimit-Limit": "2", "X-RateLimit-Remaining": "1"})
    now.value += timedelta(seconds=2)
    assert limit.request() == (True, {"X-RateLimit-Limit": "2", "X-RateLimit-Remaining": "0"})
    assert limit.request() == (
        False,
        {
            "X-RateLimit-Limit": "2",
            "X-RateLimit-Remaining": "0",
            "Retry-After": "58",
            "X-RateLimit-Reset": str(int(datetime(2026, 9, 1, 12, 1, tzinfo=UTC).timestamp())),
        },
    )
    now.value += timedelta(seconds=58)
    assert limit.request() == (True, {"X-RateLimit-Limit": "2", "X-RateLimit-Remaining": "1"})


def test_a_limit_that_is_not_enforced_is_still_told() -> None:
    """Nothing is refused, and the headers never say that nothing is left."""
    limit = MinuteLimit(nominal=3, given=None, now=_Time())
    verdicts = [limit.request() for _ in range(5)]
    assert all(is_allowed for is_allowed, _ in verdicts)
    assert [headers["X-RateLimit-Remaining"] for _, headers in verdicts] == ["2", "1", "1", "1", "1"]


def test_a_sliding_minute_is_always_the_last_one() -> None:
    """A place becomes free a minute after the request that took it, and a refused one takes none."""
    now = _Time()
    limit = MinuteLimit(nominal=90, given=2, now=now, window="sliding")
    assert limit.request()[0]
    now.value += timedelta(seconds=40)
    assert limit.request()[0]
    is_allowed, headers = limit.request()
    assert (is_allowed, headers["Retry-After"]) == (False, "20")
    now.value += timedelta(seconds=20)
    assert limit.request()[0]
    is_allowed, headers = limit.request()
    assert (is_allowed, headers["Retry-After"]) == (False, "40")


def test_headers_may_lie() -> None:
    """As AniList's did: they said 90 where 30 were enforced."""
    limit = MinuteLimit(nominal=90, given=1, now=_Time(), advertised=90)
    assert limit.request() == (True, {"X-RateLimit-Limit": "90", "X-RateLimit-Remaining": "89"})
    is_allowed, headers = limit.request()
    assert (is_allowed, headers["X-RateLimit-Remaining"]) == (False, "89")


def test_a_limit_of_nothing_refuses_the_first_request() -> None:
    """And says to wait a whole minute."""
    is_allowed, headers = MinuteLimit(nominal=90, given=0, now=_Time()).request()
    assert (is_allowed, headers["Retry-After"]) == (False, "60")


@pytest.mark.parametrize("limit", [-1, 1.5, "30", True])
def test_a_limit_is_a_number_of_requests(limit: Any) -> None:
    """It is said at once, and not at the first request."""
    with pytest.raises(ValueError, match=r"^limit: a number of requests a minute is needed"):
        Sandbox(graphql_limit=limit)
