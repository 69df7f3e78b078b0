"""The state is random and compared exactly."""

import random
import string
from typing import Any

import pytest

from anilist_oauth.oauth.state import new_state, states_match


@pytest.mark.requirement("S1")
@pytest.mark.requirement("V22")
def test_states_are_256_random_bits() -> None:
    """10,000 states are 10,000 values of 43 unreserved characters."""
    states = {new_state() for _ in range(10_000)}
    assert len(states) == 10_000
    assert all(len(state) == 43 for state in states)
    assert set("".join(states)) <= set(string.ascii_letters + string.digits + "-_")


@pytest.mark.requirement("S1")
@pytest.mark.requirement("V22")
def test_a_seed_does_not_repeat_a_state() -> None:
    """States come from the operating system's randomness, not from `random`, which is predictable."""
    before = random.getstate()
    try:
        random.seed(1)
        one = new_state()
        random.seed(1)
        assert new_state() != one
    finally:
        random.setstate(before)


@pytest.mark.requirement("S2")
@pytest.mark.parametrize(
    ("expected", "given"), [("", ""), ("a", ""), ("", "a"), ("a", "b"), ("é", "e"), ("a", "\ud800")]
)
def test_other_states_do_not_match(expected: str, given: str) -> None:
    """Only the same, non-empty state matches, and odd characters raise nothing."""
    assert not states_match(expected, given)


@pytest.mark.requirement("S2")
@pytest.mark.parametrize(("expected", "given"), [(None, None), (None, "a"), ("a", None), (5, 5), (b"a", b"a")])
def test_an_absent_state_does_not_match(expected: Any, given: Any) -> None:
    """None, as from a missing cookie, matches nothing."""
    assert not states_match(expected, given)


def test_the_same_state_matches() -> None:
    """A state matches itself."""
    state = new_state()
    assert states_match(state, "".join(state))
