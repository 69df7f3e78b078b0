"""The limit of requests per minute, and what its headers tell a client."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

import attrs

WINDOW = timedelta(minutes=1)
WindowName = Literal["fixed", "sliding"]


@attrs.frozen(kw_only=True)
class Verdict:
    """Whether a request may pass, and the headers of its answer."""

    allowed: bool
    headers: dict[str, str]


class MinuteLimit:
    """A limit of requests per minute.

    Args:
        nominal: The limit that the headers name if none is enforced.
        enforced: The enforced limit, or None to refuse nothing.
        now: Returns the time.
        window: ``fixed``: a minute begins with its first request (Laravel's throttle). ``sliding``: it is the last one.
        advertised: The limit that the headers name instead of the real one.
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
            left = max(1, left)  # so that a careful client does not wait needlessly
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
