"""Which codes a session has sent."""

import pytest

from anilist_oauth.session.spent_codes import KEPT, MOST, SpentCodes


@pytest.mark.requirement("S6")
def test_a_code_is_spent_once() -> None:
    """The second time gives nothing, until it is forgotten."""
    spent = SpentCodes()
    digest = spent.spend(b"code", now=0)
    assert digest is not None
    assert spent.spend(b"code", now=1) is None
    spent.forget(digest)
    assert spent.spend(b"code", now=2) is not None


@pytest.mark.requirement("S6")
def test_a_code_is_forgotten_in_either_generation() -> None:
    """The answer that takes it back may come late."""
    spent = SpentCodes()
    digest = spent.spend(b"code", now=0)
    spent.spend(b"another", now=KEPT + 1)
    assert digest is not None
    spent.forget(digest)
    assert spent.spend(b"code", now=KEPT + 1) is not None


@pytest.mark.requirement("S6")
def test_a_code_is_kept_for_fifteen_minutes() -> None:
    """Longer than a code lives, which is 10 minutes, and then its digest is let go."""
    assert KEPT > 10 * 60
    spent = SpentCodes()
    for number in range(16):
        spent.spend(b"%d" % number, now=number * 60)  # of which the first begins a generation
    assert spent.spend(b"16", now=KEPT + 1) is not None  # and this one the next
    assert all(spent.spend(b"%d" % number, now=number * 60 + KEPT) is None for number in range(1, 17))
    assert spent.spend(b"17", now=2 * KEPT + 2) is not None
    assert spent.spend(b"0", now=2 * KEPT + 2) is not None


@pytest.mark.requirement("S6")
def test_memory_is_bounded_and_ten_thousand_are_kept() -> None:
    """A flood pushes out the oldest, never the last 10,000."""
    spent = SpentCodes()
    for number in range(2 * MOST + 10):
        spent.spend(b"%d" % number, now=0)
    assert len(spent) == MOST + 10
    assert all(spent.spend(b"%d" % number, now=0) is None for number in range(MOST, 2 * MOST + 10))
    assert MOST >= 10_000
