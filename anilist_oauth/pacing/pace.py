"""Decide which request is next and when it may start. All users behind one IP address share one budget."""

import asyncio
import math
import sys
from collections import deque
from itertools import count

from anilist_oauth.arguments import expect, is_seconds
from anilist_oauth.errors import (
    ConfigurationError,
    RateLimitedError,
    ServiceError,
    ServiceUnavailableError,
    SessionStateError,
)
from anilist_oauth.pacing.budget import Budget, budget
from anilist_oauth.pacing.heard import Heard, News
from anilist_oauth.pacing.loop_clock import LoopClock
from anilist_oauth.pacing.rate_limit import DEFAULT_LIMIT, RateLimit
from anilist_oauth.pacing.retries import outage_wait
from anilist_oauth.pacing.turn_queue import TurnQueue, User, Waiter
from anilist_oauth.tokens.access_token import Token

_GRACE = 0.01  # seconds by which a wait may exceed max_wait, so that a turn at just that moment is used
_TOLERANCE = 1e-6  # seconds by which a timer may be early


class Pace:
    """A budget of requests. All sessions with the same `Pace` share it, in one event loop at a time.

    In any 60 seconds, two requests fewer than the limit may start: up to ten at once, and the others at even intervals.
    The limit is 30 unless AniList's headers say otherwise. For ten minutes after a 429, it is 30 whatever they say.
    Users (tokens) take turns, and the calls of one user start in the order in which they were made.

    Args:
        ceiling: The upper bound of the limit, in requests per minute.
        processes: The number of processes behind one IP address that use such a pace. Each uses an equal share of the
            budget. To share the whole budget instead, use `RedisStore.pace`.

    Raises:
        ConfigurationError: An argument is not a positive integer.
    """

    def __init__(self, ceiling: int = 90, *, processes: int = 1) -> None:
        if type(ceiling) is not int or ceiling < 1:
            raise ConfigurationError("ceiling: a positive number of requests a minute is needed, such as 90")
        if type(processes) is not int or processes < 1:
            raise ConfigurationError("processes: a positive number of processes is needed, such as 4")
        self._ceiling = ceiling
        self._processes = processes
        self._heard = Heard()
        self._starts: deque[float] = deque(maxlen=min(2 * ceiling, sys.maxsize))  # oldest first
        self._queue = TurnQueue()
        self._numbers = count()
        self._timer: asyncio.TimerHandle | None = None
        self._clock = LoopClock()

    @property
    def limit(self) -> int:
        """The requests per minute that AniList allows, as far as is known. This is the limit for all processes."""
        return self._budget(self._clock.now()).limit

    @property
    def halted(self) -> bool:
        """Whether AniList announced an outage that has not ended yet."""
        return self._clock.now() < self._heard.halted

    def delay(self, token: Token | str | None = None) -> float:
        """Return how many seconds a request with this token would wait for its turn if it were made now."""
        expect(token, Token | str | None, "token: a Token or an access token is needed, or None")
        return self._delay_behind(self._queue.turns_before(_user(token)))

    async def turn(
        self, token: Token | str | None = None, *, max_wait: float | None = None, number: int | None = None
    ) -> int:
        """Wait until a request may start. The caller must then start it at once.

        Args:
            token: The user's token. All requests without a token together count as one more user.
            max_wait: The longest wait in seconds. With 0, the call starts at once or not at all, and never takes the
                turn of a waiting call.
            number: To repeat a call, the number that the first try returned. Then the call comes before later calls of
                the same user.

        Returns:
            The number of the call.

        Raises:
            RateLimitedError: The wait would be longer than `max_wait`, or `max_wait` is None and AniList announced a
                pause of more than a minute. `retry_after` is the wait in seconds.
            ServiceUnavailableError: AniList announced an outage that has not ended yet.
            SessionStateError: Calls are waiting in another running event loop.
            ConfigurationError: `max_wait` is not a number.
        """
        user = _user(token)
        del token  # so that crash reporters do not show it
        if max_wait is not None and not is_seconds(max_wait):
            raise ConfigurationError("max_wait: a number of seconds is needed, or None to wait for the turn")
        now = self._enter(loop := asyncio.get_running_loop())
        self._refuse(max_wait, now)
        number = next(self._numbers) if number is None else number
        if max_wait is not None and max_wait <= 0:
            await self._start_now(max_wait)
        elif not self._starts_at_once(user, now, loop):
            until = math.inf if max_wait is None else now + max_wait
            turn = loop.create_future()
            await self._wait(Waiter(user, number=number, max_wait=max_wait, until=until, turn=turn), loop)
        return number

    def observe(self, said: RateLimit) -> None:
        """Use the limit in the headers of a response."""
        if said.limit is not None and said.limit != self._heard.limit:
            self._hear(News(limit=said.limit))

    def heed(self, error: ServiceError, *, status: int, jitter: float = 0.0) -> None:
        """Make everybody wait if an error is a 429, and refuse all calls if it announces an outage.

        Args:
            error: The error.
            status: Its HTTP status.
            jitter: Seconds to add to the pause after a 429. Different values keep several processes from continuing at
                the same moment.
        """
        if isinstance(error, RateLimitedError):
            self.pause(error.retry_after or 0.0, jitter=jitter)
        elif isinstance(error, ServiceUnavailableError) and (wait := outage_wait(error, status=status)) is not None:
            self.halt(wait)

    def pause(self, seconds: float, *, jitter: float = 0.0) -> None:
        """Make everybody wait after a 429. For ten minutes, no header may raise the limit above 30."""
        self._hear(News.of_refusal(seconds, jitter=jitter))

    def halt(self, seconds: float) -> None:
        """Refuse all calls for this many seconds, including waiting ones, because AniList announced an outage."""
        self._hear(News(halted=seconds))

    def pause_exchanges(self, seconds: float) -> None:
        """Refuse exchanges for this many seconds after a 429 from the token endpoint, which has a separate limit."""
        self._enter(asyncio.get_running_loop())
        self._hear(News(exchanges=seconds))

    def refuse_exchanges(self) -> None:
        """Raise `RateLimitedError` while a 429 from the token endpoint lasts. Nothing is sent."""
        wait = self._heard.exchanges - self._enter(asyncio.get_running_loop())
        if wait > 0:
            raise RateLimitedError(
                f"AniList does not accept logins for {wait:.0f} more seconds, because there were too many; nothing was "
                "sent. Open the same address again then",
                retry_after=wait,
            )

    async def publish(self) -> None:
        """Report a 429 or an outage to the other processes at once. A pace for one process does nothing here."""

    def _hear(self, news: News) -> None:
        """Record news, and refuse the waiting calls that must not wait until the pause or outage has ended."""
        now = self._clock.now()
        self._heard.take(news, now=now)
        for waiter in self._queue:
            refusal = self._heard.refusal(now=now, max_wait=waiter.max_wait)
            if refusal is not None and self._queue.remove(waiter) and not waiter.turn.done():
                waiter.turn.set_exception(refusal)
        self._plan()

    def _refuse(self, max_wait: float | None, now: float) -> None:
        refusal = self._heard.refusal(now=now, max_wait=max_wait)
        if refusal is not None:
            raise refusal

    def _starts_at_once(self, user: User, now: float, loop: asyncio.AbstractEventLoop) -> bool:
        """Start a call now, if the budget allows it and no other call waits or has started in this loop iteration."""
        queue = self._queue
        if queue.size or queue.served or now < self._heard.paused:
            return False
        if not self._budget(now).may_start(self._starts, now=now):
            return False
        self._starts.append(now)
        queue.served.add(user)
        loop.call_soon(queue.served.clear)
        return True

    async def _start_now(self, max_wait: float) -> None:
        """Start a call now if that takes no turn from a waiting call. Otherwise refuse it."""
        if (wait := self._delay_behind(self._queue.size)) > max_wait:
            raise too_long(wait, max_wait)
        self._starts.append(self._clock.now())

    async def _wait(self, waiter: Waiter, loop: asyncio.AbstractEventLoop) -> None:
        expiry = None
        if waiter.max_wait is not None:
            if (wait := self._delay_behind(self._queue.turns_before(waiter.user))) > waiter.max_wait:
                raise too_long(wait, waiter.max_wait)
            expiry = loop.call_later(waiter.max_wait + _GRACE, self._expire, waiter)
        self._queue.add(waiter)
        if self._timer is None:
            self._plan()
        started = False
        try:
            await waiter.turn
            self._refuse(waiter.max_wait, self._clock.now())
            started = True
        finally:
            if expiry is not None:
                expiry.cancel()
            if not started:
                self._give_up(waiter)

    def _give_turns(self) -> None:
        """Start the calls whose time has come."""
        self._timer = None
        now = self._clock.now()
        while self._queue.size and self._next_start(now) <= now + _TOLERANCE:
            waiter = self._queue.next()
            if not waiter.turn.done():
                self._starts.append(now)
                waiter.turn.set_result(now)
        self._plan()

    def _plan(self) -> None:
        """Schedule the next turn, at the earliest in the next loop iteration, so that calls made at once take turns."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        loop = self._clock.loop
        if self._queue.size and loop is not None and not loop.is_closed():
            when = self._clock.loop_time(self._next_start(self._clock.now()))
            self._timer = loop.call_at(when, self._give_turns)

    def _budget(self, now: float) -> Budget:
        """Return the budget now. The limit is 30 until AniList announces another, and at most 30 after a 429."""
        limit = DEFAULT_LIMIT if self._heard.limit is None else self._heard.limit
        if now < self._heard.cautious:
            limit = min(limit, DEFAULT_LIMIT)
        return budget(min(limit, self._ceiling), processes=self._processes)

    def _next_start(self, now: float) -> float:
        return max(self._heard.paused, self._budget(now).next_start(self._starts))

    def _delay_behind(self, ahead: int) -> float:
        """Return how many seconds a call would wait with this many others before it."""
        now = self._clock.now()
        share, earliest = self._budget(now), max(now, self._heard.paused, self._heard.halted)
        if not self._queue.size and share.may_start(self._starts, now=earliest):
            return earliest - now
        return share.start_after(self._starts, ahead=ahead, earliest=earliest) - now

    def _expire(self, waiter: Waiter) -> None:
        """Refuse a call that has waited too long, because other calls came before it or a 429 delayed all calls."""
        if not waiter.turn.done():
            wait = self._delay_behind(self._queue.turns_before(waiter.user))
            waiter.turn.set_exception(too_long(wait, waiter.max_wait or 0.0))

    def _give_up(self, waiter: Waiter) -> None:
        """Remove a call from the queue, or give back a turn that was granted but is not used."""
        turn = waiter.turn
        if not self._queue.remove(waiter) and turn.done() and not turn.cancelled() and turn.exception() is None:
            self._starts.remove(turn.result())
        self._plan()

    def _enter(self, loop: asyncio.AbstractEventLoop) -> float:
        """Continue in an event loop, unless calls wait in another, and return the time."""
        last = self._clock.loop
        if loop is not last:
            if last is not None and self._queue.size and not last.is_closed():
                raise SessionStateError("the pace is in use in another event loop; create one for each running loop")
            self._leave_loop()
            self._clock.set(loop)
        return self._clock.now()

    def _leave_loop(self) -> None:
        """Forget the calls that wait in a closed loop, because they can never continue."""
        self._queue.clear()
        self._plan()


def _user(token: Token | str | None) -> User:
    """Identify a user by the hash of the token. A `Token` and its string are the same user."""
    return hash(getattr(token, "access_token", token))


def too_long(wait: float, max_wait: float) -> RateLimitedError:
    """Return the error for a call whose turn does not come in time."""
    return RateLimitedError(
        f"the next turn is in {wait:.0f} s, but max_wait is {max_wait:g} s; nothing was sent, try again later",
        retry_after=wait,
    )
