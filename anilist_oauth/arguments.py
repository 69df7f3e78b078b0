"""Check the arguments of public calls and the fields of values. A wrong type is reported where it was passed."""

import math
from collections.abc import Callable
from typing import Any, cast

import attrs

from anilist_oauth.errors import ConfigurationError


def expect(value: object, kind: Any, needed: str) -> None:
    """Raise an error if a value has the wrong type.

    Args:
        value: The value. The error does not show it.
        kind: The second argument of `isinstance`, such as ``Pace | None`` or `collections.abc.Callable`.
        needed: The argument's name and what it should be, such as ``timeout: a number of seconds is needed``.

    Raises:
        ConfigurationError: The value has another type. The message names that type.
    """
    if isinstance(value, kind):
        return
    error = wrong_type(value, needed)
    del value  # it may be a secret in the wrong place, and crash reporters show the variables of this frame
    raise error


def wrong_type(value: object, needed: str) -> ConfigurationError:
    """Return the error of `expect`. Frequent checks raise it themselves, which saves a call if the type is right."""
    return ConfigurationError(f"{needed}, not {type(value).__name__}")


def is_seconds(value: object) -> bool:
    """Return whether a value is a number that a timer can use: not NaN, and not an int too large for a float."""
    try:
        return isinstance(value, int | float) and not math.isnan(value)
    except OverflowError:
        return False


def expect_prefix(prefix: object) -> None:
    """Raise `ConfigurationError` unless the value can begin the name of an environment variable."""
    expect(prefix, str, "prefix: the beginning of the variables' names is needed, such as ANILIST_")
    if not f"{prefix}".isascii() or "\0" in f"{prefix}":
        raise ConfigurationError("prefix: ASCII characters are needed, such as ANILIST_")


def instance_of(kind: Any, needed: str) -> Callable[[Any, "attrs.Attribute[Any]", Any], None]:
    """Make an attrs validator for a field's type. The arguments are those of `expect`."""

    def validate(_instance: Any, _field: "attrs.Attribute[Any]", value: Any) -> None:
        if not isinstance(value, kind):
            raise wrong_type(value, needed)

    return validate


def validator(check: Callable[[str, Any], None]) -> Callable[[Any, "attrs.Attribute[Any]", Any], None]:
    """Make an attrs validator from a function that takes a field's name and value and raises if the value is wrong."""

    def validate(_instance: Any, field: "attrs.Attribute[Any]", value: Any) -> None:
        check(field.name, value)

    return validate


class Value:
    """Base class of values, with the repr, the equality and the hash that attrs would make.

    Pass ``repr=False, eq=False`` to attrs. Otherwise it makes and compiles them for each class, and importing the
    package takes a quarter longer.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        fields = attrs.fields(cast("Any", type(self)))
        return all(getattr(self, field.name) == getattr(other, field.name) for field in fields if field.eq)

    def __hash__(self) -> int:
        fields = attrs.fields(cast("Any", type(self)))
        hashed = [field.name for field in fields if (field.eq if field.hash is None else field.hash)]
        return hash((type(self), *(getattr(self, name) for name in hashed)))

    def __repr__(self) -> str:
        fields = [field for field in attrs.fields(cast("Any", type(self))) if field.repr]
        # Crash reporters also show a value whose constructor has raised.
        shown = [f"{field.name}={_shown(field, getattr(self, field.name, attrs.NOTHING))}" for field in fields]
        return f"{type(self).__name__}({', '.join(shown)})"


def _shown(field: "attrs.Attribute[Any]", value: object) -> str:
    return field.repr(value) if callable(field.repr) else repr(value)
