"""The limit of requests per minute, and what its headers tell a client."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal

import attrs

WINDOW = timedelta(minutes=1)
WindowName = Literal["fixed", "sliding"]


def _check_limit(_limit: Any, _field: Any, number: int | None) -> None:
    if number is not None and (type(number) is not int or number < 0):
        raise ValueError(f"limit: a number of requests a minute is needed, or None, not {number!r}")


@attrs.define(kw_only=True)
class MinuteLimit:
    """A limit of requests per minute.

    Attributes:
        nominal: The limit that the headers name if none is enforced.
        given: The enforced limit, or None to refuse nothing.
        degraded: The limit that is enforced while `throttled`, if none is given. If None, it is `nominal`.
        now: Returns the time.
        window: ``fixed``: a minute begins with its first request (Laravel's throttle). ``sliding``: it is the last one.
        advertised: The limit that the headers name instead of the real one.
        throttled: Whether a limit is enforced although none is given.
    """

    nominal: int
    given: int | None = attrs.field(validator=_check_limit)
    now: Callable[[], datetime]
    degraded: int | None = None
    window: WindowName = "fixed"
    advertised: int | None = attrs.field(default=None, validator=_check_limit)
    throttled: bool = False
    _passed: list[datetime] = attrs.field(factory=list, init=False)  # this minute's

    def request(self) -> tuple[bool, dict[str, str]]:
        """Count a request. Return whether it may pass, and the headers of its answer."""
        now, enforced = self.now(), self.given
        if self.throttled and enforced is None:
            enforced = self.degraded or self.nominal
        if self._passed and now >= self._passed[0] + WINDOW:
            self._passed = [moment for moment in self._passed if self.window == "sliding" and now < moment + WINDOW]
        is_allowed = enforced is None or len(self._passed) < enforced
        if is_allowed:
            self._passed.append(now)
        limit = self.advertised or enforced or self.nominal
        least = 1 if enforced is None else 0  # so that a careful client does not wait needlessly
        left = max(least, limit - len(self._passed))
        headers = {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(left)}
        if not is_allowed:
            ends = (self._passed or [now])[0] + WINDOW
            headers["Retry-After"] = str(max(1, int((ends - now).total_seconds())))
            headers["X-RateLimit-Reset"] = str(int(ends.timestamp()))
        return is_allowed, headers
