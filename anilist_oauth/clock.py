"""The only module that reads the system clock. To use another clock, pass ``clock=``."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import attrs

from anilist_oauth.arguments import expect
from anilist_oauth.errors import ConfigurationError


def utc_now() -> datetime:
    """Return the current time of the system clock, in UTC."""
    return datetime.now(UTC)


def checked_clock(clock: Callable[[], datetime]) -> Callable[[], datetime]:
    """Return the clock, after checking that it returns aware datetimes.

    The clock is called once right away. Otherwise a wrong one, such as `datetime.utcnow`, would only be noticed after
    an exchange, when the code is spent and the token is lost.

    Raises:
        ConfigurationError: The clock is not a function, or does not return an aware datetime.
    """
    expect(clock, Callable, "clock: a function that returns an aware datetime is needed")
    aware(clock(), "clock")
    return clock


def checked_now(now: datetime) -> datetime:
    """Return the time if it is aware, otherwise raise `ConfigurationError`."""
    return aware(now, "now")


def aware(value: Any, name: str) -> datetime:
    """Return a time if it is aware, which means that its time zone has an offset from UTC.

    Raises:
        ConfigurationError: The time is naive, or not a datetime. The message begins with `name`.
    """
    if isinstance(value, datetime) and value.utcoffset() is not None:
        return value
    what = "a naive one" if isinstance(value, datetime) else type(value).__name__
    raise ConfigurationError(f"{name}: an aware datetime is needed, such as datetime.now(UTC), not {what}")


def aware_utc(value: Any, name: str) -> datetime:
    """Convert an aware time to UTC. Raises `ConfigurationError` if it is naive or outside the years 1 to 9999."""
    if type(value) is datetime and value.tzinfo is UTC:  # a shortcut for nearly all times in this package
        return value
    try:
        return aware(value, name).astimezone(UTC)
    except OverflowError as error:
        raise ConfigurationError(f"{name}: it is outside the years 1 to 9999 in UTC") from error


def to_utc(value: datetime) -> datetime:
    """Convert an aware time to UTC, and return anything else unchanged, which `in_utc` then refuses."""
    try:
        return aware_utc(value, "time")
    except ConfigurationError:
        return value


def in_utc(_instance: Any, field: "attrs.Attribute[Any]", value: Any) -> None:
    """Raise `ConfigurationError` with the field's name unless the value is an aware time. An attrs validator."""
    aware_utc(value, field.name)
