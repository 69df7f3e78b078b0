"""Share one budget among all processes behind one IP address. Each process asks a shared ledger for its turns."""

import asyncio
import contextlib
import logging
from secrets import token_hex

from anilist_oauth.errors import AniListOAuthError
from anilist_oauth.pacing.budget import Budget, budget
from anilist_oauth.pacing.heard import Heard, News
from anilist_oauth.pacing.ledger import Grant, Ledger, Want, Wish
from anilist_oauth.pacing.pace import Pace, too_long
from anilist_oauth.pacing.turn_queue import User

ANSWER = 1.0  # seconds within which a ledger must answer
APART = 5.0  # seconds after a failure for which the ledger is not asked
UNKNOWN = 4  # the assumed number of processes, until the ledger reports it

logger: logging.Logger = logging.getLogger("anilist_oauth")


class SharedPace(Pace):
    """A pace that shares its budget with all processes that use the same ledger.

    While the ledger cannot be reached, this process uses an equal share of the budget.
    """

    def __init__(self, ledger: Ledger, ceiling: int = 90) -> None:
        super().__init__(ceiling, processes=UNKNOWN)
        self._ledger = ledger
        self._name = token_hex(8)
        self._untold = Heard()
        self._untold_starts: list[float] = []
        self._apart = False  # whether the ledger has failed, so that this process works without it
        self._ask_again_at = 0.0
        self._free_at = 0.0  # the time at which this process could start a request, as far as is known
        self._places = 0
        self._has_place = False
        self._driver: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._now_or_never = asyncio.Lock()

    async def publish(self) -> None:
        """Report a 429 or an outage to the other processes at once."""
        if self._untold.news(now=self._clock.now()) != News():
            await self._ask("nothing")

    def _hear(self, news: News) -> None:
        self._untold.take(news, now=self._clock.now())
        super()._hear(news)
        self._changed.set()

    def _starts_at_once(self, _user: User, _now: float, _loop: asyncio.AbstractEventLoop) -> bool:
        return False

    async def _start_now(self, max_wait: float) -> None:
        async with self._now_or_never:  # one call at a time asks, and what it learns is used for the others
            if (wait := self._delay_behind(self._queue.size)) > max_wait:
                raise too_long(wait, max_wait)
            grant = await self._ask("turn_now")
        if not grant.started:
            self._refuse(max_wait, self._clock.now())
            raise too_long(grant.wait, max_wait)

    def _plan(self) -> None:
        """While calls wait, run one task that asks the ledger."""
        loop = self._clock.loop
        if self._driver is None and self._queue.size and loop is not None and not loop.is_closed():
            self._changed = asyncio.Event()
            self._driver = loop.create_task(self._drive())
        elif not self._queue.size:
            self._changed.set()

    def _leave_loop(self) -> None:
        self._driver, self._changed, self._now_or_never = None, asyncio.Event(), asyncio.Lock()
        super()._leave_loop()

    async def _drive(self) -> None:
        """Ask for one turn after another, and give them to the calls in the order of the queue."""
        try:
            while self._queue.size or self._has_place:
                grant = await self._ask(
                    "leave" if not self._queue.size else "turn" if self._queue.size == 1 else "turn_and_place"
                )
                if grant.started:
                    self._hand_on()
                if self._queue.size and grant.wait > 0:
                    self._turn_away(grant.wait)
                    await self._sleep(grant.wait)
        finally:
            self._driver = None
            for waiter in self._queue:  # only if somebody cancelled every task of the loop
                waiter.turn.cancel()

    def _hand_on(self) -> None:
        """Give a turn to the next call that still waits."""
        while self._queue.size:
            waiter = self._queue.next()
            if not waiter.turn.done():
                waiter.turn.set_result(self._starts[-1])
                return

    def _turn_away(self, wait: float) -> None:
        """Refuse the calls that cannot start in time, because no call of this process can start earlier."""
        now = self._clock.now()
        for waiter in self._queue:
            if waiter.max_wait is not None and waiter.until < now + wait and not waiter.turn.done():
                waiter.turn.set_exception(too_long(wait, waiter.max_wait))

    async def _sleep(self, seconds: float) -> None:
        self._changed.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

    async def _ask(self, want: Want) -> Grant:
        """Ask the ledger. If it does not answer, decide from this process's share."""
        now = self._clock.now()
        if self._apart and now < self._ask_again_at:
            return self._grant_apart(want, now)
        untold, self._untold = self._untold, Heard()
        starts, self._untold_starts = self._untold_starts, []
        wish = Wish(
            process=self._name,
            want=want,
            ceiling=self._ceiling,
            news=untold.news(now=now),
            started=tuple(now - start for start in starts),
        )
        try:
            async with asyncio.timeout(ANSWER):
                grant = await self._ledger.ask(wish)
        except (AniListOAuthError, TimeoutError) as error:
            now = self._clock.now()
            self._untold.take(untold.news(now=now), now=now)
            self._untold_starts = starts + self._untold_starts
            self._part(error)
            return self._grant_apart(want, now)
        self._take(grant, want)
        return grant

    def _part(self, error: Exception) -> None:
        """Work without the ledger for some seconds."""
        if not self._apart:
            said = str(error) or type(error).__name__
            logger.warning(
                "the shared pace cannot be reached, so for now this process uses 1/%d of the budget: %s",
                self._processes,
                said,
                extra={"event": "pace_apart", "processes": self._processes},
            )
        self._apart, self._ask_again_at = True, self._clock.now() + APART

    def _take(self, grant: Grant, want: Want) -> None:
        now, self._apart = self._clock.now(), False
        super()._hear(grant.news)
        self._free_at, self._places, self._processes = now + grant.wait, grant.places, max(1, grant.processes)
        if want not in {"nothing", "turn_now"}:
            self._has_place = want == "turn_and_place" or (want == "turn" and not grant.started)
        if grant.started:
            self._starts.append(now)

    def _grant_apart(self, want: Want, now: float) -> Grant:
        """Answer a wish from this process's own starts, which are reported when the ledger answers again."""
        self._has_place = False
        started = want not in {"nothing", "leave"} and self._next_start(now) <= now
        if started:
            self._starts.append(now)
            self._untold_starts = [*self._untold_starts, now][-self._ceiling :]
        wait = max(0.0, self._next_start(now) - now)
        return Grant(started=started, wait=wait, places=0, processes=self._processes, news=News())

    def _budget(self, now: float) -> Budget:
        """Return this process's share. While the ledger answers, only processes with a place have a share."""
        processes = self._processes if self._apart else max(1, self._places)
        return budget(super()._budget(now).limit, processes=processes)

    def _delay_behind(self, ahead: int) -> float:
        """Estimate the wait. What other processes will do is not known."""
        now = self._clock.now()
        wait, known = super()._delay_behind(ahead), self._free_at - now
        if self._apart or known <= 0:
            return wait
        share = self._budget(now)
        return max(wait, known + ahead * share.seconds / share.requests)
