"""The headers of responses are reported."""

from datetime import UTC, datetime
from typing import Any

import pytest

from anilist_oauth.cli.response_headers import Witness
from anilist_oauth.clock import utc_now
from anilist_oauth.oauth.endpoints import ANILIST


@pytest.mark.parametrize("date", [None, "", "yesterday", "Thu, 99 Jan 2026 00:00:00 GMT"])
async def test_a_server_without_a_legible_clock_is_unknown(date: str | None) -> None:
    """No time is guessed."""
    witness = Witness(utc_now)
    await tell(witness, {} if date is None else {"Date": date})
    assert (witness.clock().level, witness.rate_limit(ANILIST.graphql).level) == ("unknown", "unknown")


async def tell(witness: Witness, headers: dict[str, str]) -> None:
    """Record a response of the GraphQL endpoint with these headers."""
    ended: Any = type("Ended", (), {"url": ANILIST.graphql, "response": type("Answer", (), {"headers": headers})})
    await witness._note(None, None, ended)


async def test_a_date_without_a_zone_is_utc() -> None:
    """This is HTTP's default."""
    witness = Witness(lambda: datetime(2026, 1, 1, tzinfo=UTC))
    await tell(witness, {"Date": "Thu, 01 Jan 2026 00:00:00 -0000", "X-RateLimit-Limit": "30"})
    assert (witness.clock().level, witness.rate_limit(ANILIST.graphql).text) == ("good", "30 requests a minute")
