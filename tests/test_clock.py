"""The system clock."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest

from anilist_oauth.clock import aware, aware_utc, checked_clock, checked_now, utc_now
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.oauth.application import Application
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.storage import MemoryLoginStore, MemoryTokenStore, RedisStore, SQLStore
from anilist_oauth.storage.records import PendingLogin

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def test_the_time_is_aware() -> None:
    """The time is in UTC."""
    now = utc_now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_clock_is_not_changed() -> None:
    """Any clock that returns aware times is accepted."""
    assert checked_clock(utc_now) is utc_now


@pytest.mark.parametrize(
    ("clock", "text"),
    [
        (None, "clock: a function that returns an aware datetime is needed, not NoneType"),
        (datetime(2030, 1, 1, tzinfo=UTC), "clock: a function that returns an aware datetime is needed, not datetime"),
        (lambda: 1893456000, "clock: an aware datetime is needed, such as datetime.now(UTC), not int"),
        (
            lambda: utc_now().replace(tzinfo=None),
            "clock: an aware datetime is needed, such as datetime.now(UTC), not a naive one",
        ),
    ],
)
def test_a_naive_clock_is_refused_at_once(clock: Any, text: str) -> None:
    """The session and every store check it before a code is spent."""
    application = Application(client_id=1, redirect_uri="https://bot.example/callback")
    for make in (
        lambda: OAuthSession(application, clock=clock),
        lambda: MemoryLoginStore(clock=clock),
        lambda: MemoryTokenStore(clock=clock),
        lambda: SQLStore("sqlite:///tokens.db", clock=clock),
        lambda: RedisStore("redis://localhost", clock=clock),
    ):
        with pytest.raises(ConfigurationError) as caught:
            make()
        assert str(caught.value).startswith(text)


class Nowhere(tzinfo):
    """A zone without an offset, so that its times are naive."""

    def utcoffset(self, _time: datetime | None) -> None:
        """Return no offset."""

    def dst(self, _time: datetime | None) -> None:
        """Return nothing."""

    def tzname(self, _time: datetime | None) -> None:
        """Return nothing."""


@pytest.mark.parametrize(
    "given", [None, "2030-01-01", 1893456000, NOON.replace(tzinfo=None), NOON.replace(tzinfo=Nowhere())]
)
def test_a_time_with_an_offset_is_aware(given: Any) -> None:
    """The same check is used for clocks, ``now=`` and expiry times."""
    for take in (
        lambda: aware(given, "x"),
        lambda: checked_now(given),
        lambda: checked_clock(lambda: given),
        lambda: PendingLogin(client_id="1", expires_at=given),
    ):
        with pytest.raises(ConfigurationError, match=r"^(x|now|clock|expires_at): an aware datetime is needed"):
            take()


def test_a_time_at_an_end_of_the_calendar_is_our_error() -> None:
    """UTC has no year for it."""
    east, west = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
    for time in (datetime(1, 1, 1, tzinfo=east), datetime(9999, 12, 31, 23, tzinfo=west)):
        with pytest.raises(ConfigurationError, match=r"^x: it is outside the years 1 to 9999"):
            aware_utc(time, "x")
    assert aware_utc(NOON.astimezone(east), "x") == NOON
