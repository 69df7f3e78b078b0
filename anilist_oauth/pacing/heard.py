"""What AniList said that concerns everybody behind one address: its limit, a refusal, an outage."""

import attrs

from anilist_oauth.errors import RateLimitedError, ServiceError, ServiceUnavailableError
from anilist_oauth.pacing.rate_limit import DEFAULT_LIMIT
from anilist_oauth.pacing.retries import LONGEST_PAUSE

CAUTION = 600.0  # seconds after a 429 in which no header raises the limit
ROUNDING = 1.0  # seconds; a Retry-After is whole seconds, and may have been cut


@attrs.frozen(kw_only=True)
class News:
    """What is known at one moment; times are seconds from then on, 0 for those that are over.

    Attributes:
        limit: Requests allowed in a minute, or None where nothing new was said.
        cautious: For how long no header may raise the limit.
        announced: How long the pause is that AniList announced with a 429.
        paused: How long nobody may start: the same, and a little more.
        halted: For how long AniList is out of service.
        exchanges: For how long the token endpoint, which has a limit of its own, refuses everybody.
    """

    limit: int | None = None
    cautious: float = 0.0
    announced: float = 0.0
    paused: float = 0.0
    halted: float = 0.0
    exchanges: float = 0.0

    @classmethod
    def of_refusal(cls, seconds: float, *, jitter: float = 0.0) -> "News":
        """Give the news of a 429 with a pause of so many seconds; the jitter lets processes come back apart."""
        return cls(cautious=CAUTION, announced=seconds, paused=seconds + ROUNDING + jitter)


@attrs.define(kw_only=True)
class Heard:
    """The news so far, as times on one clock that begins at 0."""

    limit: int | None = None
    cautious: float = 0.0
    announced: float = 0.0
    paused: float = 0.0
    halted: float = 0.0
    exchanges: float = 0.0

    def take(self, news: News, *, now: float) -> None:
        """Add what is new: the later end of each time counts, and the last word on the limit."""
        self.limit = self.limit if news.limit is None else news.limit
        self.cautious = max(self.cautious, now + news.cautious)
        self.announced = max(self.announced, now + news.announced)
        self.paused = max(self.paused, now + news.paused)
        self.halted = max(self.halted, now + news.halted)
        self.exchanges = max(self.exchanges, now + news.exchanges)

    def news(self, *, now: float) -> News:
        """Give it all as it stands now."""
        return News(
            limit=self.limit,
            cautious=max(0.0, self.cautious - now),
            announced=max(0.0, self.announced - now),
            paused=max(0.0, self.paused - now),
            halted=max(0.0, self.halted - now),
            exchanges=max(0.0, self.exchanges - now),
        )

    def limit_at(self, now: float, *, ceiling: int) -> int:
        """Tell the limit; it is 30 until AniList says another."""
        limit = DEFAULT_LIMIT if self.limit is None else self.limit
        return min(limit, DEFAULT_LIMIT, ceiling) if now < self.cautious else min(limit, ceiling)

    def refusal(self, *, now: float, max_wait: float | None) -> ServiceError | None:
        """Give the error of a call that must not even wait: in an outage, or in a pause longer than it would expect."""
        if now < self.halted:
            wait = self.halted - now
            return ServiceUnavailableError(
                f"AniList announced an outage, so that nothing was sent; try again in {wait:.0f} s",
                retry_after=wait,
                retryable=True,
            )
        if max_wait is None and self.announced - now > LONGEST_PAUSE:
            wait = self.paused - now
            return RateLimitedError(
                f"AniList announced a pause of {wait:.0f} s, so that nothing was sent; try again then, or let the call "
                "wait with max_wait",
                retry_after=wait,
            )
        return None
