"""The system's clock."""

from datetime import UTC, datetime, timedelta

from anilist_oauth.clock import utc_now


def test_the_time_is_aware() -> None:
    """In UTC, so that every value takes it."""
    now = utc_now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)
