"""The one place that reads the system's clock; whoever wants another passes ``clock=``."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

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
    aware(clock(), "clock")
    return clock


def checked_now(now: datetime) -> datetime:
    """Give a time back if it is aware, as all that it is compared with; else raise `ConfigurationError`."""
    return aware(now, "now")


def aware(value: Any, name: str) -> datetime:
    """Give a time back if it is aware: it has a zone, and the zone knows its offset.

    Raises:
        ConfigurationError: It is naive, or not a datetime; the text begins with `name`.
    """
    if isinstance(value, datetime) and value.utcoffset() is not None:
        return value
    what = "a naive one" if isinstance(value, datetime) else type(value).__name__
    raise ConfigurationError(f"{name}: an aware datetime is needed, such as datetime.now(UTC), not {what}")


def aware_utc(value: Any, name: str) -> datetime:
    """Give an aware time in UTC; a `ConfigurationError` also where UTC has no such year."""
    try:
        return aware(value, name).astimezone(UTC)
    except OverflowError as error:
        raise ConfigurationError(f"{name}: it is outside the years 1 to 9999 in UTC") from error
