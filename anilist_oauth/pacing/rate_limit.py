"""Read what a server says about its rate limit.

AniList allows 30 requests per minute from one IP address and reports the limit in ``X-RateLimit-Limit``. After a
refusal, ``Retry-After`` says when to come back (AniList: Rate Limiting; RFC 9110 section 10.2.3).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self

import attrs

DEFAULT_LIMIT = 30  # requests a minute (AniList: Rate Limiting, "degraded state")
DEFAULT_WAIT = 60.0  # seconds, if a refusal or an outage names none (AniList: Rate Limiting)
LONGEST_WAIT = 24 * 60 * 60.0  # seconds; a server that asks for more is mistaken


@attrs.frozen(kw_only=True)
class RateLimit:
    """What one answer says about the rate limit. None means absent or unreadable.

    Attributes:
        limit: Requests allowed per minute, at least 1.
        remaining: How many of them are left.
        reset: When the minute ends, in UTC.
        retry_after: Seconds until a refused caller may come back.
    """

    limit: int | None = None
    remaining: int | None = None
    reset: datetime | None = None
    retry_after: float | None = None

    @classmethod
    def from_headers(cls, headers: Mapping[str, str], *, now: datetime) -> Self:
        """Read the ``X-RateLimit`` headers and ``Retry-After``. No header makes this fail.

        Args:
            headers: The headers of an answer, in any letter case. A plain dict works too.
            now: The current time (aware).
        """
        reset = _number(_header(headers, "X-RateLimit-Reset"))
        return cls(
            limit=_number(_header(headers, "X-RateLimit-Limit")) or None,
            remaining=_number(_header(headers, "X-RateLimit-Remaining")),
            reset=None if reset is None else datetime.fromtimestamp(reset, UTC),
            retry_after=retry_after(headers, now=now),
        )


def retry_after(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Read ``Retry-After``, seconds or an HTTP date (RFC 9110 section 10.2.3).

    Args:
        headers: The headers of an answer, in any letter case. A plain dict works too.
        now: The current time (aware). A date is compared with it.

    Returns:
        Seconds from 0 (the time has come) to `LONGEST_WAIT`, or None if the header is absent or unreadable.
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
    """Return a header, ignoring letter case (RFC 9110 section 5.1). Empty if it is absent."""
    value = headers.get(name)
    if value is None and type(headers) is dict:  # other mappings, such as aiohttp's, ignore case themselves
        value = next((text for other, text in headers.items() if other.lower() == name.lower()), None)
    return value or ""


def _number(text: str) -> int | None:
    """Read an integer of at most eleven digits. That covers every Unix time `datetime` can represent."""
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 11 else None
