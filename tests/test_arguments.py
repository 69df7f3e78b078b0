"""A wrong type is named where it comes in."""

from collections.abc import Callable
from typing import Any, cast

import attrs
import pytest

from anilist_oauth.arguments import expect, validator
from anilist_oauth.errors import ConfigurationError


@pytest.mark.parametrize(
    ("value", "kind"), [(5, int), (5, int | float), (None, str | None), (print, Callable), (True, object)]
)
def test_what_is_of_its_kind_passes(value: object, kind: Any) -> None:
    """A class, a union, or one of the abstract classes."""
    expect(value, kind, "x: something is needed")


@pytest.mark.parametrize("value", ["hidden", ["hidden"], {"hidden": 1}])
def test_anything_else_is_named_by_its_type_alone(value: object) -> None:
    """It may be a secret that stands in the wrong place."""
    with pytest.raises(ConfigurationError) as caught:
        expect(value, int, "timeout: a number is needed")
    assert str(caught.value) == f"timeout: a number is needed, not {type(value).__name__}"


def test_a_function_of_name_and_value_makes_a_validator() -> None:
    """It hears the field's name."""

    def check(name: str, value: int) -> None:
        expect(value, int, f"{name}: a number is needed")

    @attrs.frozen
    class Value:
        size: int = attrs.field(validator=validator(check))

    assert Value(5).size == 5
    with pytest.raises(ConfigurationError, match=r"^size: a number is needed, not NoneType"):
        Value(cast("Any", None))
