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
    """A code is valid for 10 minutes, and its digest is kept longer."""
    assert KEPT > 10 * 60
    spent = SpentCodes()
    for number in range(16):
        spent.spend(str(number), now=number * 60)
    assert all(is_refused(spent, str(number), now=KEPT) for number in range(16))
    assert not is_refused(spent, "16", now=KEPT + 1)
    assert len(spent) == 16
    assert not is_refused(spent, "0", now=KEPT + 1)


@pytest.mark.requirement("S6")
def test_memory_is_bounded_and_ten_thousand_are_kept() -> None:
    """Many codes replace the oldest, but never the last 10,000."""
    assert MOST >= 10_000
    spent = SpentCodes()
    for number in range(MOST + 10):
        spent.spend(str(number), now=0)
    assert len(spent) == MOST
    assert all(is_refused(spent, str(number), now=0) for number in range(10, MOST + 10))


def is_refused(spent: SpentCodes, code: str, *, now: float) -> bool:
    """Return whether a code was spent before. If not, it is spent now."""
    try:
        spent.spend(code, now=now)
    except InvalidCodeError as error:
        return error.reason == "sent"
    return False
