"""The codes that a session has sent."""

import pytest

from anilist_oauth.session.spent_codes import KEPT, MOST, SpentCodes


@pytest.mark.requirement("S6")
def test_a_code_is_spent_once() -> None:
    """The second time returns None, until the code is forgotten."""
    spent = SpentCodes()
    digest = spent.spend("code", now=0)
    assert digest is not None
    assert spent.spend("code", now=1) is None
    spent.forget(digest)
    assert spent.spend("code", now=2) is not None


@pytest.mark.requirement("S6")
def test_a_code_is_kept_for_fifteen_minutes() -> None:
    """A code is valid for 10 minutes, and its digest is kept longer."""
    assert KEPT > 10 * 60
    spent = SpentCodes()
    for number in range(16):
        spent.spend(str(number), now=number * 60)
    assert all(spent.spend(str(number), now=KEPT) is None for number in range(16))
    assert spent.spend("16", now=KEPT + 1) is not None
    assert len(spent) == 16
    assert spent.spend("0", now=KEPT + 1) is not None


@pytest.mark.requirement("S6")
def test_memory_is_bounded_and_ten_thousand_are_kept() -> None:
    """Many codes replace the oldest, but never the last 10,000."""
    assert MOST >= 10_000
    spent = SpentCodes()
    for number in range(MOST + 10):
        spent.spend(str(number), now=0)
    assert len(spent) == MOST
    assert all(spent.spend(str(number), now=0) is None for number in range(10, MOST + 10))
