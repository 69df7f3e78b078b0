"""Which failed requests are repeated, and when."""

import pytest

from anilist_oauth.errors import (
    ConnectionFailedError,
    OutcomeUnknownError,
    RateLimitedError,
    ServiceError,
    ServiceUnavailableError,
    UnexpectedResponseError,
)
from anilist_oauth.pacing.retries import TRIES, lost_answer_error, outage_wait, retry_delay


@pytest.mark.parametrize(
    ("error", "waits"),
    [
        (RateLimitedError("", retry_after=60), [0.0, 0.0, None]),
        (ConnectionFailedError(""), [1.0, 2.0, None]),
        (ServiceUnavailableError("", retryable=True), [1.0, 2.0, None]),
        (ServiceUnavailableError("", retryable=True, retry_after=3), [4.0, 5.0, None]),
        (ServiceUnavailableError(""), [None]),
        (OutcomeUnknownError("", retryable=True), [1.0, 2.0, None]),
        (OutcomeUnknownError(""), [None]),
        (UnexpectedResponseError(""), [None]),
    ],
)
def test_a_retryable_error_is_tried_three_times(error: ServiceError, waits: list[float | None]) -> None:
    """The wait grows, and is at least the time that AniList asks for."""
    tries = range(1, len(waits) + 1)
    assert [retry_delay(error, tries=number, max_wait=None, random=lambda: 0.5) for number in tries] == waits
    assert len(waits) in {1, TRIES}


@pytest.mark.parametrize(
    ("error", "max_wait", "wait"),
    [
        (ConnectionFailedError(""), 1.0, 1.0),
        (ConnectionFailedError(""), 0.9, None),
        (RateLimitedError("", retry_after=60), None, 0.0),
        (RateLimitedError("", retry_after=61), None, None),
        (RateLimitedError("", retry_after=61), 61.0, 0.0),
        (RateLimitedError("", retry_after=30), 29.0, None),
        (RateLimitedError(""), 0.0, 0.0),
    ],
)
def test_no_wait_is_longer_than_allowed(error: ServiceError, max_wait: float | None, wait: float | None) -> None:
    """The caller sets the longest wait, and after a 429 it is a minute by default."""
    assert retry_delay(error, tries=1, max_wait=max_wait, random=lambda: 0.5) == wait


def test_waits_are_scattered() -> None:
    """Requests that failed together are not repeated together."""
    error = ConnectionFailedError("")
    assert retry_delay(error, tries=1, max_wait=None, random=lambda: 0.0) == 0.5
    assert retry_delay(error, tries=1, max_wait=None, random=lambda: 1.0) == 1.5


@pytest.mark.parametrize(
    ("retry_after", "status", "wait"),
    [(60.0, 403, 60.0), (3.0, 403, 3.0), (None, 502, None), (3.0, 503, None), (120.0, 503, 120.0)],
)
def test_an_outage_differs_from_one_failed_request(retry_after: float | None, status: int, wait: float | None) -> None:
    """A disabled API is an outage, and a 5xx is one only if it asks for a longer wait."""
    assert outage_wait(ServiceUnavailableError("", retry_after=retry_after), status=status) == wait


def test_a_lost_response_says_whether_to_repeat() -> None:
    """A query may be repeated, but a mutation may have been carried out."""
    query, mutation = (
        lost_answer_error(OutcomeUnknownError("the wire broke"), mutation=mutation) for mutation in (False, True)
    )
    assert (query.retryable, mutation.retryable) == (True, False)
    assert "check before" in str(mutation)
    assert str(query) == "the wire broke; the query may be repeated"
