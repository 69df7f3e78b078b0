"""Read the server's clock and rate limit from the headers of its responses."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import attrs
from yarl import URL

from anilist_oauth.cli.findings import Finding, good, problem, unknown
from anilist_oauth.pacing.rate_limit import RateLimit

_TOLERATED = timedelta(minutes=2)


@attrs.frozen
class _Answer:
    url: URL
    headers: Mapping[str, str]
    at: datetime


class Witness:
    """Records the headers of every response.

    Args:
        clock: Returns this machine's time (aware).

    Attributes:
        trace: Pass it to a session as a trace config, so that its responses are recorded.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._answers: list[_Answer] = []
        self.trace: aiohttp.TraceConfig = aiohttp.TraceConfig()
        self.trace.on_request_end.append(self._note)

    async def _note(self, session: Any, context: Any, ended: aiohttp.TraceRequestEndParams) -> None:
        del session, context
        self._answers.append(_Answer(ended.url, ended.response.headers, self._clock()))

    def clock(self) -> Finding:
        """Compare this machine's clock with the server's."""
        if not self._answers:
            return unknown("clock", "not compared: the server did not answer")
        dates = [(answer, _date(answer.headers.get("Date"))) for answer in self._answers]
        skews = [answer.at - date for answer, date in dates if date is not None]
        if not skews:
            return unknown("clock", "not compared: the server does not send its time")
        ahead = min(skews, key=abs)
        if abs(ahead) <= _TOLERATED:
            return good("clock", f"right to within {max(1, round(abs(ahead).total_seconds()))} s")
        by = f"{round(abs(ahead).total_seconds() / 60)} minutes {'ahead of' if ahead > timedelta() else 'behind'}"
        remedy = "set the clock (NTP), because logins and tokens expire by it"
        return problem("clock", f"this machine is {by} AniList", remedy)

    def rate_limit(self, graphql: URL) -> Finding:
        """Report the current rate limit."""
        for answer in self._answers:
            said = RateLimit.from_headers(answer.headers, now=answer.at)
            if answer.url == graphql and said.limit is not None:
                left = "" if said.remaining is None else f", {said.remaining} left in this minute"
                return good("rate_limit", f"{said.limit} requests a minute{left}")
        silent = "not known: the server did not answer"
        return unknown("rate_limit", "the server does not send one" if self._answers else silent)


def _date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text or "")
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
