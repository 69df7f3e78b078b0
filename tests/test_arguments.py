"""A wrong type is named where it comes in."""

from collections.abc import Callable
from typing import Any

import pytest

from anilist_oauth.arguments import expect
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
