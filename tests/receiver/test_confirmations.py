"""Callbacks are held until the user confirms them."""

import pickle
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from yarl import URL

from anilist_oauth.login.login import Login
from anilist_oauth.oauth.callback_query import CallbackQuery
from anilist_oauth.receiver.confirmations import Confirmations

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@attrs.define
class Clock:
    """A clock that a test moves."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


def callback(code: str) -> CallbackQuery:
    """Return a callback with this code."""
    return CallbackQuery.of({"code": code, "state": "s"})


def login(state: str) -> Login:
    """Return a login that is valid for ten minutes."""
    return Login(url=URL("https://anilist.co"), state=state, expires_at=NOW + timedelta(minutes=10))


def test_a_login_has_at_most_sixteen_tickets() -> None:
    """The oldest one is deleted, and those of other logins are kept."""
    tickets = Confirmations(Clock())
    other = tickets.issue(login("other"), callback("x"))
    issued = [tickets.issue(login("one"), callback(str(number))) for number in range(20)]
    assert [tickets.find(ticket) is not None for ticket in issued] == [False] * 4 + [True] * 16
    assert tickets.find(other) is not None
    assert len(set(issued)) == 20


def test_nothing_outlives_its_login() -> None:
    """After the expiry a callback is not found, and the next call deletes it."""
    clock = Clock()
    tickets = Confirmations(clock)
    ticket = tickets.issue(login("one"), callback("x"))
    clock.now += timedelta(minutes=10)
    assert tickets.find(ticket) is None
    later = login("two")
    tickets.issue(attrs.evolve(later, expires_at=clock.now + timedelta(minutes=10)), None)
    assert list(tickets._held) != [ticket]
    assert len(tickets._held) == 1


@pytest.mark.requirement("S19")
def test_a_confirmed_callback_is_dropped() -> None:
    """The code is dropped at once and the page after a minute, and the repr shows neither."""
    clock = Clock()
    tickets = Confirmations(clock)
    ticket = tickets.issue(login("one"), callback("canary"))
    held = tickets.find(ticket)
    assert held is not None
    assert "canary" not in repr(held)
    with pytest.raises(TypeError, match="HeldCallback holds a secret"):
        pickle.dumps(held)
    tickets.answered(held)
    assert held.brought is None
    assert tickets.find(ticket) is held
    clock.now += timedelta(minutes=1)
    assert tickets.find(ticket) is None
    tickets.drop("none-such")
