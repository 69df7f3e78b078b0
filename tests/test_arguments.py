"""An argument of a wrong type raises an error where it is passed."""

from collections.abc import Callable
from typing import Any, cast

import attrs
import pytest

import anilist_oauth
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


@attrs.frozen(repr=False, eq=False)
class Ours(Value):
    """A value with the methods of `Value`."""

    name: str
    secret: str = attrs.field(default="eyJ", repr=masked)
    hidden: str = attrs.field(default="eyJ", repr=False)
    note: str = attrs.field(default="", eq=False)
    texts: tuple[str, ...] | dict[str, str] = attrs.field(default=(), hash=False)


@attrs.frozen
class Theirs:
    """The same value, with those of attrs."""

    name: str
    secret: str = attrs.field(default="eyJ", repr=masked)
    hidden: str = attrs.field(default="eyJ", repr=False)
    note: str = attrs.field(default="", eq=False)
    texts: tuple[str, ...] | dict[str, str] = attrs.field(default=(), hash=False)


def test_a_value_is_shown_as_attrs_shows_it() -> None:
    """Its repr has the same fields in the same form, and a secret is masked in both."""
    assert repr(Ours("x'y")) == repr(Theirs("x'y")).replace("Theirs", "Ours")
    assert repr(Ours("x'y")) == """Ours(name="x'y", secret=***, note='', texts=())"""
    assert repr(Ours.__new__(Ours)).startswith("Ours(name=NOTHING, secret=***")  # as after an error in its constructor


@pytest.mark.parametrize(
    "change", [{}, {"name": "b"}, {"secret": "x"}, {"hidden": "x"}, {"note": "x"}, {"texts": ("x",)}, {"texts": {}}]
)
def test_values_are_compared_as_attrs_compares_them(change: dict[str, Any]) -> None:
    """The same fields count for the equality and for the hash."""
    given = {"name": "a", **change}
    ours, theirs = (Ours("a"), Ours(**given)), (Theirs("a"), Theirs(**given))
    assert (ours[0] == ours[1]) is (theirs[0] == theirs[1])
    assert (ours[0] != ours[1]) is (theirs[0] != theirs[1])
    assert (hash(ours[0]) == hash(ours[1])) is (hash(theirs[0]) == hash(theirs[1]))


def test_a_value_equals_no_other_object() -> None:
    """An object of another class differs, even with the same fields."""
    assert Ours("a") != Theirs("a")
    assert Ours("a") != attrs.make_class("Other", [], bases=(Ours,))("a")


def test_every_public_value_has_these_methods() -> None:
    """None was left with the equality and the repr of a plain object."""
    public = [getattr(anilist_oauth, name) for name in anilist_oauth.__all__]
    values = [kind for kind in public if isinstance(kind, type) and attrs.has(kind)]
    assert len(values) == 16
    assert [kind for kind in values if not issubclass(kind, Value)] == []


def test_a_field_of_a_wrong_type_is_refused() -> None:
    """The validator says what is needed, like a check of an argument."""

    @attrs.frozen
    class Named:
        name: str = attrs.field(validator=instance_of(str, "name: a string is needed"))

    assert Named("x").name == "x"
    with pytest.raises(ConfigurationError, match=r"^name: a string is needed, not int$"):
        Named(cast("str", 5))
