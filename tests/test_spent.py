"""Which codes a session has sent."""

from anilist_oauth.spent import KEPT, MOST, SpentCodes


def test_a_code_is_spent_once() -> None:
    """The second time gives nothing, until it is forgotten."""
    spent = SpentCodes()
    digest = spent.spend("code", now=0)
    assert digest is not None
    assert spent.spend("code", now=1) is None
    spent.forget(digest)
    assert spent.spend("code", now=2) is not None


def test_a_code_is_kept_for_fifteen_minutes() -> None:
    """Longer than a code lives, and then its digest is let go."""
    spent = SpentCodes()
    spent.spend("code", now=0)
    spent.spend("another", now=KEPT)
    assert spent.spend("code", now=KEPT) is None
    spent.spend("a third", now=KEPT + 1)
    assert spent.spend("code", now=KEPT + 1) is not None


def test_memory_is_bounded_and_ten_thousand_are_kept() -> None:
    """A flood pushes out the oldest, never the last 10,000."""
    spent = SpentCodes()
    for number in range(MOST + 10):
        spent.spend(f"{number}", now=0)
    assert len(spent) == MOST
    assert all(spent.spend(f"{number}", now=0) is None for number in range(MOST, MOST + 10))
    assert MOST >= 10_000
