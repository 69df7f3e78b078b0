"""The one place that reads the system's clock; whoever wants another passes ``clock=``."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Read the system's clock, in UTC."""
    return datetime.now(UTC)
