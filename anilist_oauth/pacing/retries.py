"""When a request may be made once more, and how long to wait before."""

from collections.abc import Callable

from anilist_oauth.errors import OutcomeUnknownError, RateLimitedError, ServiceError, ServiceUnavailableError

TRIES = 3  # in all
PATIENCE = 5.0  # seconds; an answer that asks for a longer wait announces an outage
LONGEST_PAUSE = 60.0  # seconds; a longer pause that AniList announces is waited for only where the caller allows it
CHANGE_UNKNOWN = "the change may have been made: look before making it again"


def outage_wait(error: ServiceUnavailableError, *, status: int) -> float | None:
    """Tell how long nobody needs to ask again; None where only this one answer failed.

    Args:
        error: What the answer became.
        status: Its HTTP status.

    Returns:
        Seconds: what a disabled API or a page in its place names or implies, and a 5xx that names more than `PATIENCE`.
    """
    wait = error.retry_after
    return None if wait is None or (status >= 500 and wait <= PATIENCE) else wait


def retry_delay(
    error: ServiceError, *, tries: int, max_wait: float | None, random: Callable[[], float]
) -> float | None:
    """Tell how long to wait before the next try, or None to give up.

    Args:
        error: What the last try became; one that is not `retryable` is final.
        tries: How many there were.
        max_wait: Seconds that the caller allows; None: any, and after a 429 `LONGEST_PAUSE`.
        random: Gives numbers from 0 to 1, so that those who failed together do not come back together.

    Returns:
        Seconds; none after a 429, since the pace lets everybody wait.
    """
    if tries >= TRIES or not error.retryable:
        return None
    if isinstance(error, RateLimitedError):
        return None if (error.retry_after or 0.0) > allowed_pause(max_wait) else 0.0
    wait = float(error.retry_after or 0.0) + 2.0 ** (tries - 1) * (0.5 + random())
    return None if max_wait is not None and wait > max_wait else wait


def allowed_pause(max_wait: float | None) -> float:
    """Tell how long a pause that AniList announces may be for a call to wait for its end, in seconds."""
    return LONGEST_PAUSE if max_wait is None else max_wait


def lost_answer_error(error: OutcomeUnknownError, *, mutation: bool) -> OutcomeUnknownError:
    """Say what a lost answer means for a GraphQL request: a query may be repeated, a change must be looked up."""
    remedy = CHANGE_UNKNOWN if mutation else "the query may be made again"
    return OutcomeUnknownError(f"{error}; {remedy}", retryable=not mutation)
