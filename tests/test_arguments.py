"""An argument of a wrong type raises an error where it is passed."""

from collections.abc import Callable
from typing import Any, cast

import attrs
import pytest

from anilist_oauth.arguments import Value, expect, instance_of, is_seconds, validator
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.redaction import masked


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


def test_a_value_is_shown_as_attrs_shows_it() -> None:
    """Its repr has the same fields in the same form, and a secret is masked in both."""

    @attrs.frozen(repr=False)
    class Ours(Value):
        name: str
        secret: str = attrs.field(repr=masked)
        hidden: str = attrs.field(repr=False)

    @attrs.frozen
    class Theirs:
        name: str
        secret: str = attrs.field(repr=masked)
        hidden: str = attrs.field(repr=False)

    values = ("x'y", "eyJ", "eyJ")
    assert repr(Ours(*values)) == repr(Theirs(*values)).replace("Theirs", "Ours")
    assert repr(Ours(*values)) == """Ours(name="x'y", secret=***)"""
    assert repr(Ours.__new__(Ours)) == "Ours(name=NOTHING, secret=***)"  # as after an error in its constructor


def test_a_field_of_a_wrong_type_is_refused() -> None:
    """The validator says what is needed, like a check of an argument."""

    @attrs.frozen
    class Named:
        name: str = attrs.field(validator=instance_of(str, "name: a string is needed"))

    assert Named("x").name == "x"
    with pytest.raises(ConfigurationError, match=r"^name: a string is needed, not int$"):
        Named(cast("str", 5))
