"""The one place that reads the system's clock; whoever wants another passes ``clock=``."""

from collections.abc import Callable
from datetime import UTC, datetime

from anilist_oauth.arguments import expect
from anilist_oauth.errors import ConfigurationError


def utc_now() -> datetime:
    """Read the system's clock, in UTC."""
    return datetime.now(UTC)


def checked_clock(clock: Callable[[], datetime]) -> Callable[[], datetime]:
    """Give a clock back if it tells aware datetimes.

    It is asked once, at once: one like `datetime.utcnow` would be noticed only when a code is spent already, and the
    token lost with it.

    Raises:
        ConfigurationError: It tells something else, or is no function.
    """
    expect(clock, Callable, "clock: a function that tells an aware datetime is needed")
    now = clock()
    expect(now, datetime, "clock: it must tell an aware datetime, such as datetime.now(UTC)")
    if now.utcoffset() is None:
        raise ConfigurationError("clock: it tells a naive datetime; an aware one is needed, such as datetime.now(UTC)")
    return clock


def checked_now(now: datetime) -> datetime:
    """Give a time back if it is aware, as all that it is compared with; else raise `ConfigurationError`."""
    expect(now, datetime, "now: an aware datetime is needed, such as datetime.now(UTC)")
    if now.utcoffset() is None:
        raise ConfigurationError("now: it is naive; an aware datetime is needed, such as datetime.now(UTC)")
    return now
