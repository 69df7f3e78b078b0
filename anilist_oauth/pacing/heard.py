"""Keep what AniList announced for all requests from this IP address: the limit, a pause, an outage."""

from typing import NamedTuple

from anilist_oauth.errors import RateLimitedError, ServiceError, ServiceUnavailableError
from anilist_oauth.pacing.retries import LONGEST_PAUSE

CAUTION = 600.0  # seconds after a 429 during which no header may raise the limit
ROUNDING = 1.0  # seconds added to Retry-After, which has whole seconds and may have been rounded down


class News(NamedTuple):
    """What AniList announced, seen from one moment. Durations are in seconds from that moment on, and 0 means none.

    Attributes:
        limit: Requests allowed per minute, or None if AniList announced no new limit.
        cautious: How long no header may raise the limit.
        announced: How long the pause lasts that AniList announced with a 429.
        paused: How long no request may start: `announced` and a little more.
        halted: How long AniList is out of service.
        exchanges: How long the token endpoint, which has a separate limit, refuses every request.
    """

    limit: int | None = None
    cautious: float = 0.0
    announced: float = 0.0
    paused: float = 0.0
    halted: float = 0.0
    exchanges: float = 0.0

    @classmethod
    def of_refusal(cls, seconds: float, *, jitter: float = 0.0) -> "News":
        """Return the news of a 429 with a pause of `seconds`.

        Different jitters, in seconds, keep several processes from continuing at the same moment.
        """
        return cls(cautious=CAUTION, announced=seconds, paused=seconds + ROUNDING + jitter)


class Heard:
    """Everything that AniList announced so far. Ends are times on one clock that begins at 0."""

    def __init__(self) -> None:
        self.limit: int | None = None
        self.cautious: float = 0.0
        self.announced: float = 0.0
        self.paused: float = 0.0
        self.halted: float = 0.0
        self.exchanges: float = 0.0

    def take(self, news: News, *, now: float) -> None:
        """Add news. A pause or outage ends at the later of two times, and the last limit counts."""
        self.limit = self.limit if news.limit is None else news.limit
        self.cautious = max(self.cautious, now + news.cautious)
        self.announced = max(self.announced, now + news.announced)
        self.paused = max(self.paused, now + news.paused)
        self.halted = max(self.halted, now + news.halted)
        self.exchanges = max(self.exchanges, now + news.exchanges)

    def news(self, *, now: float) -> News:
        """Return everything that is still valid."""
        return News(
            limit=self.limit,
            cautious=max(0.0, self.cautious - now),
            announced=max(0.0, self.announced - now),
            paused=max(0.0, self.paused - now),
            halted=max(0.0, self.halted - now),
            exchanges=max(0.0, self.exchanges - now),
        )

    def refusal(self, *, now: float, max_wait: float | None) -> ServiceError | None:
        """Return the error for a call during an outage, or during a pause for which it must not wait, or else None."""
        if now < self.halted:
            wait = self.halted - now
            return ServiceUnavailableError(
                f"AniList announced an outage, so nothing was sent; try again in {wait:.0f} s",
                retry_after=wait,
                retryable=True,
            )
        if max_wait is None and self.announced - now > LONGEST_PAUSE:
            wait = self.paused - now
            return RateLimitedError(
                f"AniList announced a pause of {wait:.0f} s, so nothing was sent; try again then, or pass a larger "
                "max_wait to let the call wait",
                retry_after=wait,
            )
        return None
