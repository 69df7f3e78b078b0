"""What a call was given, looked at where it comes in: a wrong type is named there, and not met somewhere inside."""

from collections.abc import Callable
from typing import Any

import attrs

from anilist_oauth.errors import ConfigurationError


def expect(value: object, kind: Any, needed: str) -> None:
    """Refuse a value that is not of its kind.

    Args:
        value: What was given; it is not shown.
        kind: What `isinstance` takes, such as ``Pace | None`` or `collections.abc.Callable`.
        needed: The argument and what it should be, such as ``timeout: a number of seconds is needed``.

    Raises:
        ConfigurationError: It is of another type, which the text names.
    """
    if isinstance(value, kind):
        return
    name = type(value).__name__
    del value  # it may be a secret in the wrong place, and a crash reporter shows this frame
    raise ConfigurationError(f"{needed}, not {name}")


def validator(check: Callable[[str, Any], None]) -> Callable[[Any, "attrs.Attribute[Any]", Any], None]:
    """Make an attrs validator of a function that takes the field's name and its value, and refuses what is wrong."""

    def validate(_instance: Any, field: "attrs.Attribute[Any]", value: Any) -> None:
        check(field.name, value)

    return validate
