"""Only JSON is sent, and the error locates anything else."""

import enum
import json
import math
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anilist_oauth.errors import UnsendableValueError
from anilist_oauth.graphql.variables import DEPTH_LIMIT, VALUE_LIMIT, plain_variables


class Status(str, enum.Enum):  # noqa: UP042 (the older form prints as its name)
    """A list status, as programs write it."""

    CURRENT = "CURRENT"


def nested(depth: int) -> list[Any]:
    """Build lists inside one another."""
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value


def itself() -> list[Any]:
    """Build a list that contains itself."""
    value: list[Any] = [1]
    value.append({"again": value})
    return value


@pytest.mark.parametrize(
    ("variables", "path"),
    [
        ({"ids": [1, 2, 3, {4}]}, "variables.ids[3]"),
        ({"score": math.nan}, "variables.score"),
        ({"score": [math.inf]}, "variables.score[0]"),
        ({"score": -math.inf}, "variables.score"),
        ({"when": datetime(2026, 9, 14, tzinfo=UTC)}, "variables.when"),
        ({"input": {"notes": b"raw"}}, "variables.input.notes"),
        ({"input": {1: "one"}}, "variables.input"),
        ({"input": {None: 1}}, "variables.input"),
        ({"a b": object()}, "variables['a b']"),
        ({"notes": "half \ud83d"}, "variables.notes"),
        ({"\udc00": 1}, "variables"),
        ({"loop": itself()}, "variables.loop[1].again"),
        ({"deep": nested(DEPTH_LIMIT)}, "variables.deep" + "[0]" * (DEPTH_LIMIT - 1)),
        ({"many": [0] * VALUE_LIMIT}, f"variables.many[{VALUE_LIMIT - 2}]"),
        ({"huge": 2**64}, "variables.huge"),
        ([("id", 1)], "variables"),
        ("id", "variables"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 60 else "",
)
def test_a_value_that_is_not_json_is_located(variables: Any, path: str) -> None:
    """The error's path leads to the value, and its message begins with the path."""
    with pytest.raises(UnsendableValueError) as caught:
        plain_variables(variables)
    assert caught.value.path == path
    assert str(caught.value).startswith(f"{path}: ")


def test_a_value_is_never_shown() -> None:
    """The error only names the type, because the value may be a secret."""
    with pytest.raises(UnsendableValueError) as caught:
        plain_variables({"token": b"canary"})
    assert "canary" not in str(caught.value)


def test_shared_lists_do_not_multiply_without_end() -> None:
    """Thirty lists that contain the next one twice are a billion values, and the limit stops at once."""
    shared: list[Any] = [1]
    for _ in range(30):
        shared = [shared, shared]
    with pytest.raises(UnsendableValueError):
        plain_variables({"shared": shared})


def test_one_value_may_occur_twice() -> None:
    """The same list in two places is not a cycle."""
    ids = [1, 2]
    assert plain_variables({"a": ids, "b": ids}) == {"a": [1, 2], "b": [1, 2]}


def test_python_types_become_those_of_json() -> None:
    """Mappings, tuples, and enums of strings and integers become plain values."""
    color = enum.IntEnum("color", {"red": 3})
    given_ = {"status": Status.CURRENT, "ids": (1, color(3)), "input": MappingProxyType({Status.CURRENT: True})}
    assert json.dumps(plain_variables(given_)) == ('{"status": "CURRENT", "ids": [1, 3], "input": {"CURRENT": true}}')


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), json_values, max_size=4))
def test_json_is_not_changed(variables: dict[str, Any]) -> None:
    """All JSON values stay unchanged."""
    assert plain_variables(variables) == variables
