"""The codes that a session has sent."""

import pytest

from anilist_oauth.errors import InvalidCodeError
from anilist_oauth.session.spent_codes import KEPT, MOST, SpentCodes


@pytest.mark.requirement("S6")
def test_a_code_is_spent_once() -> None:
    """The second time is refused, until the code is forgotten."""
    spent = SpentCodes()
    digest = spent.spend("code", now=0)
    assert is_refused(spent, "code", now=1)
    spent.forget(digest)
    assert not is_refused(spent, "code", now=2)


@pytest.mark.requirement("S6")
def test_a_code_is_kept_for_fifteen_minutes() -> None:
    """A code is valid for 10 minutes, and its digest is kept for at least 15, and not for ever."""
    assert KEPT > 10 * 60
    spent = SpentCodes()
    for minute in range(100):
        spent.spend(str(minute), now=minute * 60)
        assert all(is_refused(spent, str(before), now=minute * 60) for before in range(max(0, minute - 15), minute))
        assert len(spent) <= 2 * 16
    assert not is_refused(spent, "0", now=100 * 60)


@pytest.mark.requirement("S6")
def test_an_old_code_is_forgotten_too() -> None:
    """A code that was refused before it was processed can be sent again, however long that took."""
    spent = SpentCodes()
    digest = spent.spend("code", now=0)
    spent.spend("other", now=KEPT + 1)
    assert is_refused(spent, "code", now=KEPT + 1)
    spent.forget(digest)
    assert not is_refused(spent, "code", now=KEPT + 1)


@pytest.mark.requirement("S6")
def test_memory_is_bounded_and_ten_thousand_are_kept() -> None:
    """Many codes replace the oldest, but never the last 10,000."""
    assert MOST >= 10_000
    spent = SpentCodes()
    for number in range(2 * MOST + 10):
        spent.spend(str(number), now=0)
    assert len(spent) == MOST + 10
    assert all(is_refused(spent, str(number), now=0) for number in range(MOST, 2 * MOST + 10))


def is_refused(spent: SpentCodes, code: str, *, now: float) -> bool:
    """Return whether a code was spent before. If not, it is spent now."""
    try:
        spent.spend(code, now=now)
    except InvalidCodeError as error:
        return error.reason == "sent"
    return False
