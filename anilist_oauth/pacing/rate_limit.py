"""Read the rate limit from the headers of a response.

AniList allows 30 requests per minute from one IP address, and reports the limit in ``X-RateLimit-Limit``. In a refusal,
``Retry-After`` says how long to wait (AniList: Rate Limiting; RFC 9110 section 10.2.3).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Self

import attrs

from anilist_oauth.arguments import Value

DEFAULT_LIMIT = 30  # requests a minute (AniList: Rate Limiting, "degraded state")
DEFAULT_WAIT = 60.0  # seconds to wait after a refusal or an outage without Retry-After (AniList: Rate Limiting)
LONGEST_WAIT = 24 * 60 * 60.0  # seconds; a longer Retry-After must be a mistake


@attrs.frozen(repr=False, eq=False, kw_only=True)
class RateLimit(Value):
    """The rate limit in one response. None means that a header is missing or unreadable.

    Attributes:
        limit: Requests allowed per minute, at least 1.
        remaining: Requests that are left in the current minute.
        reset: The time at which that minute ends, in UTC.
        retry_after: Seconds to wait after a refusal.
    """

    limit: int | None = None
    remaining: int | None = None
    reset: datetime | None = None
    retry_after: float | None = None

    @classmethod
    def from_headers(cls, headers: Mapping[str, str], *, now: datetime) -> Self:
        """Read the ``X-RateLimit`` headers and ``Retry-After``. This never raises, whatever the headers contain.

        Args:
            headers: The headers of a response. Their names may have any letter case, even in a plain dict.
            now: The current time (aware).
        """
        reset = _number(_header(headers, "X-RateLimit-Reset"))
        return cls(
            limit=_number(_header(headers, "X-RateLimit-Limit")) or None,
            remaining=_number(_header(headers, "X-RateLimit-Remaining")),
            reset=None if reset is None else datetime.fromtimestamp(reset, UTC),
            retry_after=retry_after(headers, now=now),
        )


@lru_cache(maxsize=8)  # AniList sends the same number with almost every response
def announced_limit(header: str | None) -> RateLimit:
    """Read ``X-RateLimit-Limit`` alone, which is all that a pace needs of most responses.

    The `RateLimit.limit` is None if the header is missing or unreadable.
    """
    return RateLimit(limit=_number(header or "") or None)


def retry_after(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Read ``Retry-After``, which is a number of seconds or an HTTP date (RFC 9110 section 10.2.3).

    Args:
        headers: The headers of a response. Their names may have any letter case, even in a plain dict.
        now: The current time (aware). A date is compared with it.

    Returns:
        The number of seconds, from 0 to `LONGEST_WAIT`, or None if the header is missing or unreadable.
    """
    text = _header(headers, "Retry-After").strip()
    if not text:
        return None
    number = _number(text)
    if number is not None:
        return min(float(number), LONGEST_WAIT)
    try:
        date = parsedate_to_datetime(text)
        seconds = (date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds()
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, seconds), LONGEST_WAIT)


def _header(headers: Mapping[str, str], name: str) -> str:
    """Return a header, ignoring letter case (RFC 9110 section 5.1), or an empty string if it is missing."""
    value = headers.get(name)
    if value is None and type(headers) is dict:  # other mappings, such as aiohttp's, ignore letter case themselves
        value = next((text for other, text in headers.items() if other.lower() == name.lower()), None)
    return value or ""


def _number(text: str) -> int | None:
    """Read an integer of at most eleven digits, which is enough for every Unix time that `datetime` can represent."""
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 11 else None
