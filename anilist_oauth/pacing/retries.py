"""Decide whether a request may be repeated, and how long to wait before it is."""

from collections.abc import Callable

from anilist_oauth.errors import OutcomeUnknownError, RateLimitedError, ServiceError, ServiceUnavailableError

TRIES = 3  # in total
PATIENCE = 5.0  # seconds; a 5xx with a longer Retry-After counts as an outage
LONGEST_PAUSE = 60.0  # seconds; a call only waits for the end of a longer pause if the caller allows it
CHANGE_UNKNOWN = "the change may have been made: check before you repeat it"


def outage_wait(error: ServiceUnavailableError, *, status: int) -> float | None:
    """Return how long an outage lasts, or None if an error is not an outage and only this one request failed.

    Args:
        error: The error for a response.
        status: The HTTP status of the response.

    Returns:
        Seconds. A disabled API and a refusal by Cloudflare are always outages. A 5xx is one if its ``Retry-After`` is
        longer than `PATIENCE`.
    """
    wait = error.retry_after
    return None if wait is None or (status >= 500 and wait <= PATIENCE) else wait


def retry_delay(
    error: ServiceError, *, tries: int, max_wait: float | None, random: Callable[[], float]
) -> float | None:
    """Return how many seconds to wait before the next try, or None to give up.

    Args:
        error: The error of the last try. Only if it is `retryable`, there is another try.
        tries: The number of tries so far.
        max_wait: The longest wait in seconds. None means no limit, except that after a 429 it means `LONGEST_PAUSE`.
        random: Returns numbers from 0 to 1. They keep requests that failed together from being repeated together.

    Returns:
        Seconds. After a 429 this is 0, because the pace makes all requests wait.
    """
    if tries >= TRIES or not error.retryable:
        return None
    if isinstance(error, RateLimitedError):
        return None if (error.retry_after or 0.0) > allowed_pause(max_wait) else 0.0
    wait = float(error.retry_after or 0.0) + 2.0 ** (tries - 1) * (0.5 + random())
    return None if max_wait is not None and wait > max_wait else wait


def allowed_pause(max_wait: float | None) -> float:
    """Return the longest pause in seconds, announced by AniList, for whose end a call with this `max_wait` waits."""
    return LONGEST_PAUSE if max_wait is None else max_wait


def lost_answer_error(error: OutcomeUnknownError, *, mutation: bool) -> OutcomeUnknownError:
    """Return the error for a GraphQL request without a response, with what to do: a query may be repeated."""
    remedy = CHANGE_UNKNOWN if mutation else "the query may be repeated"
    return OutcomeUnknownError(f"{error}; {remedy}", retryable=not mutation)
