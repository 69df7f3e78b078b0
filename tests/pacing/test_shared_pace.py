"""One budget for several processes, as seen from one of them. The ledger itself is tested with Redis."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from anilist_oauth.errors import RateLimitedError, ServiceUnavailableError, SessionStateError, StorageError
from anilist_oauth.pacing.heard import News
from anilist_oauth.pacing.ledger import Grant, Wish
from anilist_oauth.pacing.rate_limit import RateLimit
from anilist_oauth.pacing.shared_pace import ANSWER, APART, SharedPace
from tests import virtual_time
from tests.pacing.test_budget import busiest_minute
from tests.pacing.test_pace import Crowd, exchange_wait

NO_NEWS = News()


def grant(*, started: bool = False, wait: float = 0.0, places: int = 1, news: News = NO_NEWS) -> Grant:
    """Answer a wish; there are three processes."""
    return Grant(started=started, wait=wait, places=places, processes=3, news=news)


class ScriptedLedger:
    """Answers each wish with the next answer of a list, and then grants every turn."""

    def __init__(self, *answers: Grant | Exception | Callable[[], Awaitable[Grant]]) -> None:
        self.answers = list(answers)
        self.wishes: list[Wish] = []

    @property
    def wants(self) -> list[str]:
        """The wishes so far."""
        return [wish.want for wish in self.wishes]

    async def ask(self, wish: Wish) -> Grant:
        """Give the next answer."""
        self.wishes.append(wish)
        if not self.answers:
            return grant(started=wish.want.startswith("turn"))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Grant) else await answer()


def in_virtual_time(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a scenario."""
    virtual_time.run(scenario())


def test_a_turn_takes_one_question() -> None:
    """A single call asks the ledger once, and leaves no task running."""

    async def scenario() -> None:
        ledger = ScriptedLedger()
        crowd = Crowd(SharedPace(ledger))
        await crowd.one("a")
        await asyncio.sleep(0)
        assert ledger.wants == ["turn"]
        assert crowd.times("a") == [0]
        assert len(asyncio.all_tasks()) == 1

    in_virtual_time(scenario)


@pytest.mark.requirement("R14")
def test_turns_are_handed_on_in_the_order_of_the_queue() -> None:
    """The ledger is asked once per turn, with a place for the next one, and users take turns."""

    async def scenario() -> None:
        ledger = ScriptedLedger(
            grant(started=True, wait=2.0), grant(started=True, wait=3.0), grant(wait=0.5), grant(started=True)
        )
        crowd = Crowd(SharedPace(ledger))
        await asyncio.gather(crowd.one("a", 0), crowd.one("a", 1), crowd.one("b", 0))
        assert crowd.started == [("a", 0, 0.0), ("b", 0, 2.0), ("a", 1, 5.5)]
        assert ledger.wants == ["turn_and_place", "turn_and_place", "turn", "turn"]

    in_virtual_time(scenario)


def test_a_place_that_nobody_needs_is_given_back() -> None:
    """If all waiting calls give up, the place is given back at once and no task is left."""

    async def scenario() -> None:
        ledger = ScriptedLedger(grant(wait=30.0))
        pace, loop = SharedPace(ledger), asyncio.get_running_loop()
        asking = asyncio.create_task(pace.turn("a"))
        await asyncio.sleep(1)
        asking.cancel()
        await asyncio.wait([asking])
        for _ in range(5):
            await asyncio.sleep(0)
        assert ledger.wants == ["turn", "leave"]
        assert (len(asyncio.all_tasks()), loop.time()) == (1, 1)

    in_virtual_time(scenario)


def test_a_call_that_comes_while_a_place_is_given_back_is_served() -> None:
    """The task that asks for turns continues as long as calls wait."""

    async def scenario() -> None:
        async def slowly() -> Grant:
            await asyncio.sleep(0.5)
            return grant()

        ledger = ScriptedLedger(grant(wait=30.0), slowly)
        crowd = Crowd(SharedPace(ledger))
        asking = asyncio.create_task(crowd.one("a"))
        await asyncio.sleep(1)
        asking.cancel()
        await asyncio.sleep(0.1)
        await crowd.one("b")
        assert ledger.wants == ["turn", "leave", "turn"]
        assert crowd.times("b") == [1.5]

    in_virtual_time(scenario)


def test_a_turn_passes_over_a_call_that_gave_up() -> None:
    """If a call is cancelled while the ledger is asked, the next call gets its turn."""

    async def scenario() -> None:
        async def and_cancel() -> Grant:
            next(iter(crowd.pace._queue)).turn.cancel()  # as a cancellation does, before the call itself wakes
            return grant(started=True)

        ledger = ScriptedLedger(and_cancel)
        crowd = Crowd(SharedPace(ledger))
        asking = [asyncio.create_task(crowd.one(user)) for user in "ab"]
        await asyncio.wait(asking)
        assert [user for user, _, _ in crowd.started] == ["b"]

    in_virtual_time(scenario)


def test_a_turn_is_lost_if_all_calls_gave_up() -> None:
    """All calls gave up while the ledger was asked."""

    async def scenario() -> None:
        async def and_cancel() -> Grant:
            asking.cancel()
            return grant(started=True)

        pace = SharedPace(ScriptedLedger(and_cancel))
        asking = asyncio.create_task(pace.turn("a"))
        await asyncio.wait([asking])
        assert asking.cancelled()
        await pace.turn("b")

    in_virtual_time(scenario)


@pytest.mark.requirement("R14")
def test_a_call_that_may_not_wait_is_told_of_an_outage() -> None:
    """If the ledger reports an outage instead of giving a turn, the error is not that of a call without a turn."""

    async def scenario() -> None:
        pace = SharedPace(ScriptedLedger(grant(wait=60.0, news=News(halted=60.0))))
        with pytest.raises(ServiceUnavailableError) as caught:
            await pace.turn(max_wait=0)
        assert caught.value.retry_after == 60

    in_virtual_time(scenario)


@pytest.mark.requirement("R14")
def test_news_of_other_processes_are_followed() -> None:
    """The ledger's answer reports outages, pauses, limits and refusals of the token endpoint."""

    async def scenario() -> None:
        pace = SharedPace(ScriptedLedger(grant(wait=60.0, news=News(halted=60.0))))
        with pytest.raises(ServiceUnavailableError) as caught:
            await pace.turn()
        assert caught.value.retry_after == 60
        assert (pace.halted, pace.delay()) == (True, 60)
        pace = SharedPace(ScriptedLedger(grant(wait=3601.0, news=News(announced=3600.0, paused=3601.0))))
        with pytest.raises(RateLimitedError):
            await pace.turn()
        pace = SharedPace(ScriptedLedger(grant(started=True, news=News(limit=45, exchanges=20.0))))
        await pace.turn()
        assert (pace.limit, exchange_wait(pace)) == (45, 20)
        pace = SharedPace(ScriptedLedger(grant(started=True, news=News(limit=45, cautious=500.0))))
        await pace.turn()
        assert pace.limit == 30

    in_virtual_time(scenario)


@pytest.mark.requirement("R14")
def test_news_are_reported_to_other_processes() -> None:
    """A 429 or an outage is reported at once, a limit with the next question, and nothing twice."""

    async def scenario() -> None:
        ledger = ScriptedLedger()
        pace = SharedPace(ledger, ceiling=60)
        await pace.publish()
        assert ledger.wishes == []
        await pace.turn(max_wait=0)
        pace.observe(RateLimit(limit=45))
        pace.pause(20, jitter=0.5)
        pace.pause_exchanges(7)
        await asyncio.sleep(1)
        await pace.publish()
        await pace.publish()
        expected = News(limit=45, cautious=599.0, announced=19.0, paused=20.5, exchanges=6.0)
        assert ledger.wishes[1:] == [
            Wish(process=ledger.wishes[0].process, want="nothing", ceiling=60, news=expected, started=())
        ]
        pace.halt(60)
        await pace.publish()
        assert ledger.wishes[-1].news == News(halted=60.0)

    in_virtual_time(scenario)


def test_news_change_the_place_of_waiting_calls() -> None:
    """After a 429, a call that waits for its place asks again and gets a later place."""

    async def scenario() -> None:
        ledger = ScriptedLedger(grant(wait=10.0), grant(wait=31.0), grant(started=True))
        crowd = Crowd(SharedPace(ledger))
        asking = asyncio.create_task(crowd.one("a"))
        await asyncio.sleep(1)
        crowd.pace.pause(30)
        await asking
        assert crowd.times("a") == [32]
        assert ledger.wishes[1].news.paused == 31

    in_virtual_time(scenario)


def test_a_call_that_may_not_wait_asks_once() -> None:
    """Of many such calls at once only one asks, and a wait that is too long is refused at once."""

    async def scenario() -> None:
        ledger, loop = ScriptedLedger(grant(started=True), grant(wait=5.0)), asyncio.get_running_loop()
        pace = SharedPace(ledger)
        results = await asyncio.gather(*(pace.turn(max_wait=0) for _ in range(10)), return_exceptions=True)
        assert [type(result) for result in results] == [int] + [RateLimitedError] * 9
        assert ledger.wants == ["turn_now"] * 2
        with pytest.raises(RateLimitedError) as caught:
            await pace.turn(max_wait=4.0)
        assert (caught.value.retry_after, loop.time()) == (5, 0)
        await asyncio.sleep(5)
        ledger.answers = [grant(wait=9.0)]
        with pytest.raises(RateLimitedError) as caught:
            await pace.turn(max_wait=4.0)
        assert (caught.value.retry_after, loop.time()) == (9, 5)
        ledger.answers = [grant(wait=60.0, news=News(halted=60.0))]
        with pytest.raises(RateLimitedError):
            await pace.turn(max_wait=0)
        await asyncio.sleep(9)
        with pytest.raises(ServiceUnavailableError):
            await pace.turn(max_wait=0)

    in_virtual_time(scenario)


@pytest.mark.requirement("R14")
@pytest.mark.parametrize("stalls", [False, True])
def test_without_a_ledger_each_process_keeps_to_its_share(caplog: pytest.LogCaptureFixture, *, stalls: bool) -> None:
    """With three processes, this one starts nine requests a minute, and one line is logged."""

    async def stall() -> Grant:
        await asyncio.sleep(ANSWER + 1)
        raise AssertionError("the answer was waited for")

    async def scenario() -> None:
        ledger = ScriptedLedger(*[grant(started=True)] * 4, *[stall if stalls else StorageError("away")] * 1000)
        crowd = Crowd(SharedPace(ledger))
        await crowd.ask("a", 4)
        asking = asyncio.create_task(crowd.ask("a", 40))
        await asyncio.sleep(200)
        assert busiest_minute(crowd.times("a")) == 9
        assert len(crowd.times("a")) >= 28
        assert len(ledger.wishes) <= 4 + 200 / APART + 1
        asking.cancel()

    with caplog.at_level(logging.WARNING, "anilist_oauth"):
        in_virtual_time(scenario)
    (line,) = [record.getMessage() for record in caplog.records]
    assert "uses 1/3 of the budget: " in line
    assert ("TimeoutError" if stalls else "away") in line


def test_a_process_that_never_reached_the_ledger_takes_a_quarter() -> None:
    """It does not know the number of other processes."""

    async def scenario() -> None:
        crowd = Crowd(SharedPace(ScriptedLedger(*[StorageError("away")] * 100)))
        asking = asyncio.create_task(crowd.ask("a", 40))
        await asyncio.sleep(59)
        assert len(crowd.times("a")) == 7
        asking.cancel()

    in_virtual_time(scenario)


@pytest.mark.requirement("R14")
def test_starts_without_the_ledger_are_reported_later() -> None:
    """The first answered question reports the starts and news since the failure."""

    async def scenario() -> None:
        ledger = ScriptedLedger(StorageError("away"))
        pace = SharedPace(ledger)
        await pace.turn(max_wait=0)
        pace.pause_exchanges(30)
        await pace.publish()  # it is not asked so soon again
        await asyncio.sleep(APART)
        await pace.turn(max_wait=0)
        assert ledger.wishes[1].started == (APART,)
        assert ledger.wishes[1].news.exchanges == 30 - APART
        await pace.turn(max_wait=0)
        assert (ledger.wishes[2].started, ledger.wishes[2].news) == ((), NO_NEWS)
        assert len(ledger.wishes) == 3

    in_virtual_time(scenario)


def test_a_failed_report_is_repeated() -> None:
    """A failed question loses neither the news nor the starts."""

    async def scenario() -> None:
        ledger = ScriptedLedger(StorageError("away"), StorageError("still away"))
        pace = SharedPace(ledger)
        await pace.turn(max_wait=0)
        pace.halt(APART + 9)
        await asyncio.sleep(APART)
        await pace.publish()
        await asyncio.sleep(APART)
        await pace.publish()
        assert ledger.wishes[2].started == (2 * APART,)
        assert ledger.wishes[2].news.halted == 9 - APART

    in_virtual_time(scenario)


def test_a_delay_is_estimated() -> None:
    """The delay is the time of the own place, and a share of the minute for each earlier call."""

    async def scenario() -> None:
        pace = SharedPace(ScriptedLedger(*[grant(wait=30.0, places=4)] * 2))
        assert pace.delay() == 0
        asking = [asyncio.create_task(pace.turn("a")) for _ in range(2)]
        await asyncio.sleep(1)
        assert pace.delay("a") == pytest.approx(29 + 2 * 60.25 / 7)
        for task in asking:
            task.cancel()

    in_virtual_time(scenario)


def test_no_call_waits_for_ever_if_all_tasks_are_cancelled() -> None:
    """The task that asks the ledger ends together with the waiting calls."""

    async def scenario() -> None:
        pace = SharedPace(ScriptedLedger(grant(wait=30.0)))
        asking = asyncio.create_task(pace.turn())
        await asyncio.sleep(1)
        assert pace._driver is not None
        pace._driver.cancel()
        await asyncio.wait([asking])
        assert asking.cancelled()

    in_virtual_time(scenario)


def test_it_can_be_used_in_one_loop_after_another() -> None:
    """A closed loop leaves nothing behind, and two running loops cannot share a pace."""
    pace = SharedPace(ScriptedLedger(grant(wait=30.0), grant(wait=30.0)))
    dead, running, other = (virtual_time.VirtualTimeLoop() for _ in range(3))
    tasks = [dead.create_task(pace.turn("a"))]
    dead.run_until_complete(asyncio.sleep(1))
    tasks += asyncio.all_tasks(dead)
    for task in tasks:
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # it is destroyed pending on purpose
    dead.close()
    waiting = running.create_task(pace.turn("b"))
    running.run_until_complete(asyncio.sleep(1))
    with pytest.raises(SessionStateError):
        other.run_until_complete(pace.turn())
    running.run_until_complete(waiting)
    for loop in (running, other):
        loop.close()
    del tasks, task
