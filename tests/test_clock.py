"""The system's clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from anilist_oauth.clock import checked_clock, utc_now
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.oauth.application import Application
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.storage import MemoryLoginStore, MemoryTokenStore, RedisStore, SQLStore


def test_the_time_is_aware() -> None:
    """In UTC, so that every value takes it."""
    now = utc_now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_clock_is_taken_as_it_is() -> None:
    """Whatever else it tells, as long as it is aware."""
    assert checked_clock(utc_now) is utc_now


@pytest.mark.parametrize(
    ("clock", "text"),
    [
        (None, "clock: a function that tells an aware datetime is needed, not NoneType"),
        (datetime(2030, 1, 1, tzinfo=UTC), "clock: a function that tells an aware datetime is needed, not datetime"),
        (lambda: 1893456000, "clock: it must tell an aware datetime, such as datetime.now(UTC), not int"),
        (lambda: utc_now().replace(tzinfo=None), "clock: it tells a naive datetime"),
    ],
)
def test_a_clock_that_would_cost_a_token_is_refused(clock: Any, text: str) -> None:
    """By the session and every store, before a code is spent: afterwards it is too late."""
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
