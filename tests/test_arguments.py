"""An argument of a wrong type raises an error where it is passed."""

from collections.abc import Callable
from typing import Any, cast

import attrs
import pytest

from anilist_oauth.arguments import expect, is_seconds, validator
from anilist_oauth.errors import ConfigurationError


@pytest.mark.parametrize(
    ("value", "kind"), [(5, int), (5, int | float), (None, str | None), (print, Callable), (True, object)]
)
def test_the_right_type_passes(value: object, kind: Any) -> None:
    """The type may be a class, a union or an abstract class."""
    expect(value, kind, "x: something is needed")


@pytest.mark.parametrize("value", ["hidden", ["hidden"], {"hidden": 1}])
def test_a_wrong_type_is_named_without_the_value(value: object) -> None:
    """The value is not shown, because it may be a secret in the wrong place."""
    with pytest.raises(ConfigurationError) as caught:
        expect(value, int, "timeout: a number is needed")
    assert str(caught.value) == f"timeout: a number is needed, not {type(value).__name__}"


def test_a_function_of_name_and_value_makes_a_validator() -> None:
    """The function gets the field's name and value."""

    def check(name: str, value: int) -> None:
        expect(value, int, f"{name}: a number is needed")

    @attrs.frozen
    class Value:
        size: int = attrs.field(validator=validator(check))

    assert Value(5).size == 5
    with pytest.raises(ConfigurationError, match=r"^size: a number is needed, not NoneType"):
        Value(cast("Any", None))


@pytest.mark.parametrize("value", [0, -1.5, 5, float("inf")])
def test_a_number_counts_seconds(value: object) -> None:
    """It may be negative or infinite; the caller sets the range."""
    assert is_seconds(value)


@pytest.mark.parametrize("value", [None, "5", float("nan"), 10**400])
def test_another_value_counts_no_seconds(value: object) -> None:
    """A timer cannot use nan, or an int that is too large for a float."""
    assert not is_seconds(value)
