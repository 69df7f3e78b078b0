"""Whose turn it is, and when: one budget for every user behind one address."""

import asyncio
import math
from bisect import insort
from collections import OrderedDict
from itertools import chain, count

import attrs

from anilist_oauth.errors import (
    ConfigurationError,
    RateLimitedError,
    ServiceError,
    ServiceUnavailableError,
    SessionStateError,
)
from anilist_oauth.pacing.budget import may_start, next_start, start_after
from anilist_oauth.pacing.loop_clock import LoopClock
from anilist_oauth.pacing.rate_limit import DEFAULT_LIMIT, RateLimit
from anilist_oauth.pacing.retries import outage_wait
from anilist_oauth.tokens.access_token import Token

CAUTION = 600.0  # seconds after a 429 in which no header raises the limit
_ROUNDING = 1.0  # seconds; a Retry-After is whole seconds, and may have been cut
_GRACE = 0.01  # seconds; by so much a wait may exceed max_wait, so that a turn that comes just then is taken
_TOLERANCE = 1e-6  # seconds; by so much a timer may be early


@attrs.define(eq=False)
class _Waiter:
    """A call that waits; its future holds the time it may start."""

    number: int
    turn: asyncio.Future[float]


class Pace:
    """A budget of requests, shared by all sessions that are given the same one; in one event loop at a time.

    In any 60 seconds there start at most two fewer than the limit: ten at once, the rest evenly. The limit is 30, moved
    by what AniList's headers say; for ten minutes after a 429 it is 30 whatever they say. Turns go round among users
    (tokens), and within one it is first come, first served.

    Args:
        ceiling: Requests a minute that the limit never exceeds.

    Raises:
        ConfigurationError: The ceiling is no positive integer.
    """

    def __init__(self, ceiling: int = 90) -> None:
        if type(ceiling) is not int or ceiling < 1:
            raise ConfigurationError("ceiling: a positive number of requests a minute is needed, such as 90")
        self._ceiling = ceiling
        self._heard = DEFAULT_LIMIT
        self._cautious_until = self._paused_until = self._halted_until = self._exchanges_paused_until = 0.0
        self._starts: list[float] = []  # oldest first
        self._waiting: OrderedDict[int | None, list[_Waiter]] = OrderedDict()  # the first user is the next
        self._served: set[int | None] = set()  # who started at once in this step of the loop
        self._numbers = count()
        self._timer: asyncio.TimerHandle | None = None
        self._clock = LoopClock()

    @property
    def limit(self) -> int:
        """Requests allowed in a minute, as far as is known."""
        return self._limit(self._clock.now())

    @property
    def halted(self) -> bool:
        """Whether an outage was announced, and its time is not over."""
        return self._clock.now() < self._halted_until

    def delay(self, token: Token | str | None = None) -> float:
        """Tell how many seconds a request with this token would wait for its turn, if it came now."""
        return self._delay(_user(token))

    async def turn(
        self, token: Token | str | None = None, *, max_wait: float | None = None, number: int | None = None
    ) -> int:
        """Wait until a request may start, which the caller then does at once.

        Args:
            token: Whose request it is; None is a user like others.
            max_wait: Seconds that the wait may take. With 0 the call starts in this very step of the event loop or not
                at all.
            number: What the first turn of the same call gave: a repeat comes before its user's later calls.

        Returns:
            The number of the call.

        Raises:
            RateLimitedError: The turn does not come within `max_wait`; `retry_after` says when it would.
            ServiceUnavailableError: AniList announced an outage, and its time is not over.
            SessionStateError: Calls of another running event loop are waiting.
            ConfigurationError: `max_wait` is no number.
        """
        if max_wait is not None and (not isinstance(max_wait, int | float) or math.isnan(max_wait)):
            raise ConfigurationError("max_wait: a number of seconds is needed, or None to wait for the turn")
        self._enter(loop := asyncio.get_running_loop())
        self._refuse_in_outage()
        user, expiry = _user(token), None
        number = next(self._numbers) if number is None else number
        if max_wait is not None and max_wait <= 0:
            self._start_now(max_wait)
            return number
        if self._starts_at_once(user, loop):
            return number
        waiter = _Waiter(number, loop.create_future())
        if max_wait is not None:
            if (wait := self._delay(user)) > max_wait:
                raise _too_long(wait, max_wait)
            expiry = loop.call_later(max_wait + _GRACE, self._expire, user, waiter, max_wait)
        insort(self._waiting.setdefault(user, []), waiter, key=lambda other: other.number)
        for served in self._served & self._waiting.keys():
            self._waiting.move_to_end(served)  # behind who had no turn in this round
        if self._timer is None:
            self._plan()
        started = False
        try:
            await waiter.turn
            self._refuse_in_outage()
            started = True
        finally:
            if expiry is not None:
                expiry.cancel()
            if not started:
                self._give_up(user, waiter)
        return number

    def observe(self, said: RateLimit) -> None:
        """Take in what an answer's headers say of the limit."""
        if said.limit is not None and said.limit != self._heard:
            self._heard = said.limit
            self._plan()

    def heed(self, error: ServiceError, *, status: int, jitter: float = 0.0) -> None:
        """Take in what an answer became, and its HTTP status: a 429 and an outage concern everybody.

        The jitter, in seconds, is added to the pause after a 429, so that processes behind one address come back apart.
        """
        if isinstance(error, RateLimitedError):
            self.pause((error.retry_after or 0.0) + jitter)
        elif isinstance(error, ServiceUnavailableError) and (wait := outage_wait(error, status=status)) is not None:
            self.halt(wait)

    def pause(self, seconds: float) -> None:
        """Let everybody wait after a 429, and trust no header for ten minutes."""
        now = self._clock.now()
        self._cautious_until = now + CAUTION
        self._paused_until = max(self._paused_until, now + seconds + _ROUNDING)
        self._plan()

    def pause_exchanges(self, seconds: float) -> None:
        """Note a 429 of the token endpoint, which has a limit of its own: until then an exchange is refused."""
        self._enter(asyncio.get_running_loop())
        self._exchanges_paused_until = max(self._exchanges_paused_until, self._clock.now() + seconds)

    def exchange_delay(self) -> float:
        """Tell for how many seconds the token endpoint still refuses everybody after a 429; 0 where it does not."""
        self._enter(asyncio.get_running_loop())
        return max(0.0, self._exchanges_paused_until - self._clock.now())

    def halt(self, seconds: float) -> None:
        """Turn everybody away after an outage was announced, those who wait included."""
        self._halted_until = max(self._halted_until, self._clock.now() + seconds)
        for waiter in chain.from_iterable(self._waiting.values()):
            if not waiter.turn.done():
                waiter.turn.set_exception(self._outage())
        self._waiting.clear()

    def _starts_at_once(self, user: int | None, loop: asyncio.AbstractEventLoop) -> bool:
        """Start a call in this very step, if nobody waits and none did so before: turns go round among the others."""
        now = self._clock.now()
        free = not self._waiting and not self._served and self._paused_until <= now
        if not free or not may_start(self._starts, limit=self._limit(now), now=now):
            return False
        self._note_start(now)
        self._served.add(user)
        loop.call_soon(self._served.clear)
        return True

    def _start_now(self, max_wait: float) -> None:
        """Start a call in this very step, if that takes no turn from those who wait; else refuse it."""
        waiting = sum(map(len, self._waiting.values()))
        if (wait := self._delay_behind(waiting)) > max_wait:
            raise _too_long(wait, max_wait)
        self._note_start(self._clock.now())

    def _note_start(self, now: float) -> None:
        self._starts.append(now)
        if len(self._starts) > 2 * self._ceiling:
            del self._starts[: -self._ceiling]

    def _give_turns(self) -> None:
        """Let those start whose time has come."""
        self._timer = None
        now = self._clock.now()
        while self._waiting and self._next_start() <= now + _TOLERANCE:
            user, waiters = self._waiting.popitem(last=False)
            waiter = waiters.pop(0)
            if waiters:
                self._waiting[user] = waiters  # at the end, behind the other users
            if not waiter.turn.done():
                self._note_start(now)
                waiter.turn.set_result(now)
        self._plan()

    def _plan(self) -> None:
        """Wake up for the next turn, never in this very step: turns go round among all who come in one instant."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        loop = self._clock.loop
        if self._waiting and loop is not None and not loop.is_closed():
            self._timer = loop.call_at(self._clock.loop_time(self._next_start()), self._give_turns)

    def _limit(self, now: float) -> int:
        heard = min(self._heard, DEFAULT_LIMIT) if now < self._cautious_until else self._heard
        return min(heard, self._ceiling)

    def _next_start(self) -> float:
        return max(self._paused_until, next_start(self._starts, limit=self.limit))

    def _delay(self, user: int | None) -> float:
        return self._delay_behind(self._turns_before(user))

    def _delay_behind(self, ahead: int) -> float:
        """Tell how many seconds a call would wait that has so many others before it."""
        now = self._clock.now()
        limit, earliest = self._limit(now), max(now, self._paused_until, self._halted_until)
        if not self._waiting and may_start(self._starts, limit=limit, now=earliest):
            return earliest - now
        return start_after(self._starts, limit=limit, ahead=ahead, earliest=earliest) - now

    def _expire(self, user: int | None, waiter: _Waiter, max_wait: float) -> None:
        """Send a call away whose wait grew too long, since others came before it or a 429 holds everybody up."""
        if not waiter.turn.done():
            waiter.turn.set_exception(_too_long(self._delay(user), max_wait))

    def _give_up(self, user: int | None, waiter: _Waiter) -> None:
        """Leave the queue, or give back a turn that came but is not used."""
        turn = waiter.turn
        if waiter in (waiters := self._waiting.get(user, [])):
            waiters.remove(waiter)
            if not waiters:
                del self._waiting[user]
        elif turn.done() and not turn.cancelled() and turn.exception() is None:
            self._starts.remove(turn.result())
        self._plan()

    def _turns_before(self, user: int | None) -> int:
        """Count the turns that others and the user's own calls take before one more call of this user's."""
        own = ahead = len(self._waiting.get(user, ()))
        rounds = own + 1  # in which users that come before this one have a turn
        for other, waiters in self._waiting.items():
            if other == user or other in self._served:
                rounds = own
            if other != user:
                ahead += min(len(waiters), rounds)
        return ahead

    def _enter(self, loop: asyncio.AbstractEventLoop) -> None:
        last = self._clock.loop
        if loop is last:
            return
        if last is not None and self._waiting and not last.is_closed():
            raise SessionStateError("the pace is in use in another event loop; give each running loop its own")
        self._waiting.clear()  # nobody wakes who waits in a closed loop
        self._served.clear()
        self._plan()
        self._clock.set(loop)

    def _refuse_in_outage(self) -> None:
        if self.halted:
            raise self._outage()

    def _outage(self) -> ServiceUnavailableError:
        wait = self._halted_until - self._clock.now()
        return ServiceUnavailableError(
            f"AniList announced an outage, so that nothing was sent; try again in {wait:.0f} s",
            retry_after=wait,
            retryable=True,
        )


def _user(token: Token | str | None) -> int | None:
    """Name a user by Python's own hash of the token, so that no token is kept here; two that meet share their turns."""
    if token is None:
        return None
    return hash(token.access_token if isinstance(token, Token) else token)


def _too_long(wait: float, max_wait: float) -> RateLimitedError:
    return RateLimitedError(
        f"the next turn is in {wait:.0f} s, and max_wait allows {max_wait:g} s; nothing was sent, try again later",
        retry_after=wait,
    )
