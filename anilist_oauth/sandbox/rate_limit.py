"""Requests a minute: how many are left, and what a client is told of it."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

import attrs

WINDOW = timedelta(minutes=1)
WindowName = Literal["fixed", "sliding"]


@attrs.frozen(kw_only=True)
class Verdict:
    """Whether a request may pass, and the headers its answer carries."""

    allowed: bool
    headers: dict[str, str]


class MinuteLimit:
    """At most so many requests in a minute.

    Args:
        nominal: What the headers say where nothing is enforced.
        enforced: What is enforced, or None to refuse nothing.
        now: The clock.
        window: ``fixed``: a minute begins with the first request (Laravel's throttle). ``sliding``: it is the last one.
        advertised: What the headers say in the place of the truth.
    """

    def __init__(
        self,
        *,
        nominal: int,
        enforced: int | None,
        now: Callable[[], datetime],
        window: WindowName = "fixed",
        advertised: int | None = None,
    ) -> None:
        for limit in (enforced, advertised):
            if limit is not None and (type(limit) is not int or limit < 0):
                raise ValueError(f"limit: a number of requests a minute is needed, or None, not {limit!r}")
        self.enforced = enforced
        self._nominal = nominal
        self._now = now
        self._window = window
        self._advertised = advertised
        self._passed: deque[datetime] = deque()  # this minute's

    def request(self) -> Verdict:
        """Count a request."""
        now = self._now()
        self._forget(now)
        allowed = self.enforced is None or len(self._passed) < self.enforced
        if allowed:
            self._passed.append(now)
        limit = self._advertised or self.enforced or self._nominal
        left = max(0, limit - len(self._passed))
        if self.enforced is None:
            left = max(1, left)  # lest a careful client should wait for nothing
        headers = {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(left)}
        if not allowed:
            ends = self._passed[0] + WINDOW
            headers["Retry-After"] = str(max(1, int((ends - now).total_seconds())))
            headers["X-RateLimit-Reset"] = str(int(ends.timestamp()))
        return Verdict(allowed=allowed, headers=headers)

    def _forget(self, now: datetime) -> None:
        if self._window == "fixed":
            if self._passed and now >= self._passed[0] + WINDOW:
                self._passed.clear()
            return
        while self._passed and now >= self._passed[0] + WINDOW:
            self._passed.popleft()
