"""Decides whether a request may be repeated, and how long to wait before that."""

from collections.abc import Callable

from anilist_oauth.errors import OutcomeUnknownError, RateLimitedError, ServiceError, ServiceUnavailableError

TRIES = 3  # in total
PATIENCE = 5.0  # seconds; an answer that asks for a longer wait counts as an outage
LONGEST_PAUSE = 60.0  # seconds; a longer pause is waited for only if the caller allows it
CHANGE_UNKNOWN = "the change may have been made: check before you repeat it"


def outage_wait(error: ServiceUnavailableError, *, status: int) -> float | None:
    """Return for how many seconds nobody needs to ask again, or None if only this one answer failed.

    Args:
        error: The error that the answer stands for.
        status: Its HTTP status.

    Returns:
        Seconds: what a disabled API or Cloudflare's page names or implies, or a 5xx that names more than `PATIENCE`.
    """
    wait = error.retry_after
    return None if wait is None or (status >= 500 and wait <= PATIENCE) else wait


def retry_delay(
    error: ServiceError, *, tries: int, max_wait: float | None, random: Callable[[], float]
) -> float | None:
    """Return how many seconds to wait before the next try, or None to give up.

    Args:
        error: The error of the last try. If it is not `retryable`, it is final.
        tries: How many tries there were.
        max_wait: The longest wait in seconds. None means any, but after a 429 at most `LONGEST_PAUSE`.
        random: Returns numbers from 0 to 1, so that requests that failed together do not return together.

    Returns:
        Seconds. After a 429 it is 0, because the pace makes everybody wait.
    """
    if tries >= TRIES or not error.retryable:
        return None
    if isinstance(error, RateLimitedError):
        return None if (error.retry_after or 0.0) > allowed_pause(max_wait) else 0.0
    wait = float(error.retry_after or 0.0) + 2.0 ** (tries - 1) * (0.5 + random())
    return None if max_wait is not None and wait > max_wait else wait


def allowed_pause(max_wait: float | None) -> float:
    """Return how many seconds a pause announced by AniList may last for a call to wait until it ends."""
    return LONGEST_PAUSE if max_wait is None else max_wait


def lost_answer_error(error: OutcomeUnknownError, *, mutation: bool) -> OutcomeUnknownError:
    """Add what a lost answer means for a GraphQL request: repeat a query, but check a change first."""
    remedy = CHANGE_UNKNOWN if mutation else "the query may be repeated"
    return OutcomeUnknownError(f"{error}; {remedy}", retryable=not mutation)
