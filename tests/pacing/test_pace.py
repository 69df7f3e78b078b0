"""All users behind one address share one budget and take turns."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anilist_oauth.errors import (
    ConfigurationError,
    RateLimitedError,
    ServiceError,
    ServiceUnavailableError,
    SessionStateError,
    UnexpectedResponseError,
)
from anilist_oauth.pacing.pace import Pace
from anilist_oauth.pacing.rate_limit import RateLimit
from anilist_oauth.tokens.access_token import Token
from tests import virtual_time
from tests.pacing.test_budget import busiest_minute

Scenario = Callable[[], Coroutine[Any, Any, None]]


class Crowd:
    """Users who make calls, and the times of their turns."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.started: list[tuple[str | None, int, float]] = []  # user, the how-manieth of the user's, time
        self._loop = asyncio.get_running_loop()

    async def one(self, user: str | None, place: int = 0, max_wait: float | None = None) -> None:
        """Take one turn."""
        await self.pace.turn(user, max_wait=max_wait)
        self.started.append((user, place, self._loop.time()))

    async def ask(self, user: str | None, times: int) -> None:
        """Ask several times in this instant."""
        await asyncio.gather(*(self.one(user, place) for place in range(times)))

    def times(self, user: str | None) -> list[float]:
        """Give the times at which a user's turns came."""
        return [time for who, _, time in self.started if who == user]


def before_it_wakes(action: Callable[[], Any]) -> None:
    """Call a function after a call has got its turn, but before it continues."""
    loop = asyncio.get_running_loop()
    loop.call_soon(lambda: loop.call_soon(lambda: loop.call_soon(action)))


def in_virtual_time(scenario: Scenario) -> None:
    """Run a scenario."""
    virtual_time.run(scenario())


def exchange_wait(pace: Pace) -> float | None:
    """Return for how many seconds exchanges are refused."""
    with pytest.raises(RateLimitedError, match="does not accept logins") as caught:
        pace.refuse_exchanges()
    return caught.value.retry_after


@pytest.mark.parametrize("number", [0, -1, 90.0, "90", True])
@pytest.mark.parametrize("name", ["ceiling", "processes"])
def test_its_numbers_are_positive(name: str, number: Any) -> None:
    """Other values are refused at once, with the argument's name."""
    with pytest.raises(ConfigurationError, match=name):
        Pace(**{name: number})


def test_a_ceiling_may_be_as_high_as_you_like() -> None:
    """It then has no effect, and the limit is AniList's."""
    assert Pace(ceiling=10**30).limit == 30


@pytest.mark.requirement("R14")
def test_processes_that_keep_to_their_shares_keep_to_the_limit_together() -> None:
    """Four paces with twenty callers each start at most 28 requests in any minute, and 85 in three minutes."""

    async def scenario() -> None:
        crowds = [Crowd(Pace(processes=4)) for _ in range(4)]
        asking = [asyncio.create_task(crowd.ask(None, 30)) for crowd in crowds]
        await asyncio.sleep(181)
        times = sorted(time for crowd in crowds for time in crowd.times(None))
        assert busiest_minute(times) <= 28
        assert len(times) >= 85
        for task in asking:
            task.cancel()

    in_virtual_time(scenario)


@pytest.mark.requirement("R14")
@pytest.mark.parametrize("processes", range(2, 29))
def test_processes_that_start_together_are_not_refused(processes: int) -> None:
    """Their first requests arrive 0.2 seconds late, because they connect. AniList's minute begins when one arrives."""

    async def scenario() -> None:
        crowds = [Crowd(Pace(processes=processes)) for _ in range(processes)]
        asking = [asyncio.create_task(crowd.ask(None, 30)) for crowd in crowds]
        await asyncio.sleep(181)
        starts = sorted(time for crowd in crowds for time in crowd.times(None))
        arrivals = [time + 0.2 if time < 1 else time for time in starts]
        while arrivals:
            ends = arrivals[0] + 60
            assert sum(time < ends for time in arrivals) <= 30
            arrivals = [time for time in arrivals if time >= ends]
        for task in asking:
            task.cancel()

    in_virtual_time(scenario)


def test_twenty_users_share_thirty_a_minute() -> None:
    """Of 200 calls at once, no minute has too many, users take turns, and each user's calls stay in order."""

    async def scenario() -> None:
        crowd = Crowd(Pace())
        users = [f"user-{number}" for number in range(20)]
        await asyncio.gather(*(crowd.ask(user, 10) for user in users))
        times = [time for _, _, time in crowd.started]
        assert times[:10] == [0.0] * 10
        assert busiest_minute(times) == 28
        assert times[-1] < 7.5 * 60
        for user in users:
            assert [place for who, place, _ in crowd.started if who == user] == list(range(10))
            assert all(time <= 60 * k * 20 / 28 for k, time in enumerate(crowd.times(user), start=1))

    in_virtual_time(scenario)


def test_turns_go_round_from_the_first() -> None:
    """The first caller starts at once, and again only after all others, as `delay` predicted."""

    async def scenario() -> None:
        crowd, foretold = Crowd(Pace(ceiling=3)), []  # of which one may start a minute

        async def late() -> None:
            foretold.append(crowd.pace.delay("c"))
            await crowd.one("c")

        await asyncio.gather(*(crowd.one(user) for user in "aaabb"), late())
        assert [user for user, _, _ in crowd.started] == ["a", "b", "c", "a", "b", "a"]
        assert foretold == pytest.approx([crowd.times("c")[0]])

    in_virtual_time(scenario)


def test_a_start_is_remembered_for_a_minute_and_not_for_ever() -> None:
    """No more starts are kept than the limit needs, for any number of calls."""

    async def scenario() -> None:
        crowd = Crowd(Pace(ceiling=5))
        await crowd.ask(None, 50)
        assert busiest_minute(crowd.times(None)) == 3
        assert len(crowd.pace._starts) <= 10

    in_virtual_time(scenario)


def test_a_call_that_comes_later_starts_without_waiting() -> None:
    """Only calls of one loop iteration take turns, and the next iteration begins a new round."""

    async def scenario() -> None:
        crowd = Crowd(Pace())
        await crowd.one("a")
        await asyncio.sleep(0)
        with pytest.raises(StopIteration):
            crowd.one("a").send(None)  # it ends without having waited once

    in_virtual_time(scenario)


def test_a_busy_user_does_not_hold_up_another() -> None:
    """Ten calls beside 190 of another user start within 75 seconds."""

    async def scenario() -> None:
        crowd = Crowd(Pace())
        await asyncio.gather(crowd.ask("busy", 190), crowd.ask("other", 10))
        assert max(crowd.times("other")) < 75
        assert max(crowd.times("busy")) < 7.5 * 60

    in_virtual_time(scenario)


def test_slow_calls_never_wait() -> None:
    """Calls that come more slowly than the limit start at once."""

    async def scenario() -> None:
        crowd, loop = Crowd(Pace()), asyncio.get_running_loop()
        for _ in range(40):
            came = loop.time()
            assert crowd.pace.delay() == 0
            await crowd.one(None)
            assert loop.time() == came
            await asyncio.sleep(7)

    in_virtual_time(scenario)


def test_the_limit_follows_the_headers_up_to_the_ceiling() -> None:
    """The limit begins at 30 and changes, and headers without it or above the ceiling have no effect."""

    async def scenario() -> None:
        pace = Pace(ceiling=60)
        assert pace.limit == 30
        pace.observe(RateLimit(limit=45))
        assert pace.limit == 45
        pace.observe(RateLimit())
        assert pace.limit == 45
        pace.observe(RateLimit(limit=90))
        assert pace.limit == 60
        assert Pace(ceiling=20).limit == 20

    in_virtual_time(scenario)


def test_a_higher_limit_wakes_those_who_wait() -> None:
    """A new limit applies from the response that reports it."""

    async def scenario() -> None:
        crowd = Crowd(Pace())
        asking = asyncio.create_task(crowd.ask(None, 80))
        await asyncio.sleep(1)
        crowd.pace.observe(RateLimit(limit=90))
        await asking
        assert max(crowd.times(None)) < 60

    in_virtual_time(scenario)


def test_a_429_holds_everybody_up_and_sets_the_limit_for_ten_minutes() -> None:
    """All calls wait for the announced time, and the limit is 30 for ten minutes, whatever headers say."""

    async def scenario() -> None:
        crowd, loop = Crowd(Pace()), asyncio.get_running_loop()
        crowd.pace.observe(RateLimit(limit=90))
        asking = [asyncio.create_task(crowd.ask(user, 20)) for user in ("a", "b")]
        await asyncio.sleep(5)
        before = len(crowd.started)
        crowd.pace.pause(30)
        assert crowd.pace.limit == 30
        assert crowd.pace.delay("c") >= 30
        await asyncio.wait(asking)
        assert crowd.started[before][2] >= 35
        crowd.pace.observe(RateLimit(limit=90))
        assert crowd.pace.limit == 30
        crowd.pace.observe(RateLimit(limit=20))
        assert crowd.pace.limit == 20
        crowd.pace.observe(RateLimit(limit=90))
        await asyncio.sleep(604 - loop.time())
        assert crowd.pace.limit == 30
        await asyncio.sleep(605 - loop.time())
        assert crowd.pace.limit == 90

    in_virtual_time(scenario)


@pytest.mark.requirement("R15")
def test_a_pause_of_more_than_a_minute_raises_at_once() -> None:
    """Waiting and new calls raise with the time to wait, unless they allow such a wait."""

    async def scenario() -> None:
        crowd, loop = Crowd(Pace()), asyncio.get_running_loop()
        asking = [asyncio.create_task(crowd.one(None)) for _ in range(12)]
        patient = asyncio.create_task(crowd.one(None, 12, max_wait=4000))
        await asyncio.sleep(1)
        crowd.pace.pause(3600)
        results = await asyncio.gather(*asking, return_exceptions=True)
        refused = [error for error in results if isinstance(error, RateLimitedError)]
        assert [(error.retry_after, error.retryable) for error in refused] == [(3601, True)] * 2
        with pytest.raises(RateLimitedError, match="announced a pause") as caught:
            await crowd.one("c")
        assert caught.value.retry_after == 3601
        assert loop.time() == 1
        await asyncio.sleep(3540)
        await crowd.one("c")  # a minute is left
        await patient
        assert crowd.times(None)[-1] == 3602 == crowd.times("c")[0]

    in_virtual_time(scenario)


def test_a_pause_of_a_minute_is_waited_out() -> None:
    """AniList asks for this pause when the limit is exceeded, and only longer ones raise."""

    async def scenario() -> None:
        crowd = Crowd(Pace())
        crowd.pace.pause(60)
        await crowd.one(None)
        assert crowd.times(None) == [61]

    in_virtual_time(scenario)


def test_an_outage_turns_everybody_away_at_once() -> None:
    """Waiting and new calls raise with the time to wait, and afterwards calls start again."""

    async def scenario() -> None:
        crowd, loop = Crowd(Pace()), asyncio.get_running_loop()
        asking = [asyncio.create_task(crowd.one(None)) for _ in range(15)]
        await asyncio.sleep(1)
        assert len(crowd.started) == 10
        asking[-1].cancel()
        crowd.pace.halt(60)
        results = await asyncio.gather(*asking, return_exceptions=True)
        turned_away: list[type] = [ServiceUnavailableError] * 4 + [asyncio.CancelledError]
        assert [type(result) for result in results] == [type(None)] * 10 + turned_away
        with pytest.raises(ServiceUnavailableError, match="nothing was sent") as caught:
            await crowd.one(None)
        assert (caught.value.retry_after, caught.value.retryable) == (60, True)
        assert loop.time() == 1
        assert crowd.pace.delay() == 60
        await asyncio.sleep(60)
        await crowd.one(None)
        assert loop.time() == 61

    in_virtual_time(scenario)


def test_a_refused_call_does_not_show_the_failure_of_another() -> None:
    """Its error has no context, although the outage is reported while the error of another call is handled."""

    async def scenario() -> None:
        crowd = Crowd(Pace())
        asking = [asyncio.create_task(crowd.one(None)) for _ in range(11)]
        await asyncio.sleep(1)
        try:
            int("the failure of another call")
        except ValueError:
            crowd.pace.halt(60)
        with pytest.raises(ServiceUnavailableError, match="nothing was sent") as caught:
            await asking[-1]
        assert caught.value.__context__ is None

    in_virtual_time(scenario)


def test_an_outage_stops_a_turn_that_just_came() -> None:
    """A call whose turn came at the same moment does not start, and its place is free again."""

    async def scenario() -> None:
        crowd = Crowd(Pace())
        first = asyncio.create_task(crowd.one("whoever comes first need not wait"))
        asking = asyncio.create_task(crowd.one(None))
        before_it_wakes(lambda: crowd.pace.halt(1))
        with pytest.raises(ServiceUnavailableError):
            await asking
        await first
        assert len(crowd.pace._starts) == 1

    in_virtual_time(scenario)


def test_max_wait_refuses_at_once() -> None:
    """If the wait would be longer than allowed, the call raises at once and names the wait."""

    async def scenario() -> None:
        crowd, loop = Crowd(Pace()), asyncio.get_running_loop()
        await crowd.ask("a", 10)
        wait = crowd.pace.delay("b")
        with pytest.raises(RateLimitedError) as caught:
            await crowd.one("b", max_wait=wait - 0.1)
        assert caught.value.retry_after == wait
        assert caught.value.retryable
        assert loop.time() == 0
        await crowd.one("b", max_wait=wait)
        assert loop.time() == pytest.approx(wait)
        await asyncio.sleep(100)
        await crowd.one("b", max_wait=0)
        assert loop.time() == pytest.approx(wait + 100)

    in_virtual_time(scenario)


def test_a_call_that_may_not_wait_starts_in_this_very_step_or_never() -> None:
    """Of fifteen such calls at once, ten start and the others raise without waiting."""

    async def scenario() -> None:
        crowd, loop = Crowd(Pace()), asyncio.get_running_loop()
        began = [crowd.one(str(place), place, max_wait=0) for place in range(15)]
        for call in began[:10]:
            with pytest.raises(StopIteration):
                call.send(None)  # it ends without having waited once
        for call in began[10:]:
            with pytest.raises(RateLimitedError) as caught:
                call.send(None)
            assert caught.value.retry_after == crowd.pace.delay() > 0
        assert (len(crowd.started), loop.time()) == (10, 0)
        assert crowd.pace._queue.size == 0

    in_virtual_time(scenario)


def test_a_call_that_may_not_wait_takes_no_turn_from_those_who_wait() -> None:
    """It is refused while others wait, and starts only if there are turns for all of them."""

    async def scenario() -> None:
        crowd = Crowd(Pace())
        asking = [asyncio.create_task(crowd.one("a", place)) for place in range(9)]
        await asyncio.sleep(0)
        await crowd.one("b", max_wait=0)  # eight wait for the next step, and there are nine turns
        with pytest.raises(RateLimitedError):
            await crowd.one("b", max_wait=0)
        await asyncio.wait(asking)
        assert crowd.times("a") == [0.0] * 9
        with pytest.raises(RateLimitedError):
            await crowd.one("c", max_wait=-1)

    in_virtual_time(scenario)


def test_a_refusal_of_the_token_endpoint_is_remembered_apart() -> None:
    """Exchanges wait for its end, and GraphQL requests, which have another limit, continue."""

    async def scenario() -> None:
        pace = Pace()
        pace.refuse_exchanges()
        pace.pause_exchanges(30)
        pace.pause_exchanges(10)
        assert (exchange_wait(pace), pace.delay()) == (30, 0)
        await asyncio.sleep(12)
        assert exchange_wait(pace) == 18
        await asyncio.sleep(18)
        pace.refuse_exchanges()

    in_virtual_time(scenario)


@pytest.mark.parametrize("max_wait", [float("nan"), "5", 10**400])
def test_a_max_wait_is_a_number_of_seconds(max_wait: Any) -> None:
    """Another value is refused at once and takes no turn."""

    async def scenario() -> None:
        pace = Pace()
        with pytest.raises(ConfigurationError):
            await pace.turn(max_wait=max_wait)
        assert not pace._starts

    in_virtual_time(scenario)


def test_max_wait_holds_when_the_wait_grows() -> None:
    """A 429 for another call does not make a call wait longer than it allows."""

    async def scenario() -> None:
        crowd, loop = Crowd(Pace()), asyncio.get_running_loop()
        await crowd.ask("a", 10)
        asking = asyncio.create_task(crowd.one("b", max_wait=20))
        await asyncio.sleep(1)
        crowd.pace.pause(60)
        with pytest.raises(RateLimitedError):
            await asking
        assert loop.time() == pytest.approx(20, abs=0.1)
        assert crowd.pace._queue.size == 0

    in_virtual_time(scenario)


def test_a_busy_loop_does_not_cost_a_turn_that_came() -> None:
    """If turn and deadline are noticed together, too late, the turn is used."""

    async def scenario() -> None:
        crowd, loop = Crowd(Pace()), asyncio.get_running_loop()
        assert isinstance(loop, virtual_time.VirtualTimeLoop)
        asking = [asyncio.create_task(crowd.one("a", place, max_wait=0.001)) for place in range(2)]
        await asyncio.sleep(0)
        loop.jump(5)  # something else kept the loop busy
        await asyncio.gather(*asking)
        assert len(crowd.started) == 2

    in_virtual_time(scenario)


def test_a_failed_answer_concerns_everybody_if_it_says_so() -> None:
    """A 429 pauses all calls, an outage refuses them, and any other failure only concerns its caller."""

    async def scenario() -> None:
        cases: list[tuple[ServiceError, int, float, bool]] = [
            (RateLimitedError("", retry_after=5), 429, 6.5, False),
            (ServiceUnavailableError("", retry_after=60), 403, 60, True),
            (ServiceUnavailableError("", retry_after=3), 503, 0, False),
            (ServiceUnavailableError(""), 500, 0, False),
            (UnexpectedResponseError(""), 200, 0, False),
        ]
        for error, status, delay, halted in cases:
            crowd = Crowd(Pace())
            await crowd.one(None)
            crowd.pace.heed(error, status=status, jitter=0.5)
            assert (crowd.pace.delay(), crowd.pace.halted) == (delay, halted)

    in_virtual_time(scenario)


@pytest.mark.parametrize("user", ["a", "b", "c", "d", None])
def test_a_delay_is_predicted(user: str | None) -> None:
    """The turn comes when `delay` says, with any number of waiting users."""

    async def scenario() -> None:
        crowd, loop = Crowd(Pace()), asyncio.get_running_loop()
        asking = [asyncio.create_task(crowd.ask(other, times)) for other, times in (("a", 30), ("b", 3), ("c", 37))]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        foretold = crowd.pace.delay(user)
        await crowd.one(user)
        assert loop.time() == pytest.approx(foretold)
        await asyncio.wait(asking)

    in_virtual_time(scenario)


def test_a_cancelled_call_gives_its_place_up() -> None:
    """No other call waits for a turn that is not used."""

    async def scenario() -> None:
        crowd = Crowd(Pace())
        asking = [asyncio.create_task(crowd.one("a", place)) for place in range(40)]
        last = asyncio.create_task(crowd.one("a", 40))
        await asyncio.sleep(1)
        foretold = crowd.pace.delay("a")
        for task in asking[11:]:
            task.cancel()
        await asyncio.wait(asking)
        assert crowd.pace.delay("a") < foretold - 50
        await last
        assert [place for _, place, _ in crowd.started] == [*range(11), 40]

    in_virtual_time(scenario)


def test_a_turn_that_came_to_a_cancelled_call_is_given_back() -> None:
    """A call that is cancelled at the moment of its turn does not use the budget."""

    async def scenario() -> None:
        crowd = Crowd(Pace())
        first = asyncio.create_task(crowd.one("whoever comes first need not wait"))
        asking = asyncio.create_task(crowd.one("a"))
        before_it_wakes(asking.cancel)
        await asyncio.wait([first, asking])
        assert asking.cancelled()
        assert crowd.times("a") == []
        assert len(crowd.pace._starts) == 1

    in_virtual_time(scenario)


def test_a_cancelled_call_is_passed_over() -> None:
    """If a call is cancelled just before its turn, the next call gets it."""

    async def scenario() -> None:
        crowd = Crowd(Pace())
        users = ("whoever comes first need not wait", "a", "a")
        _, first, second = (asyncio.create_task(crowd.one(user, place)) for place, user in enumerate(users))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        first.cancel()  # its future is cancelled now, the call itself wakes later
        await asyncio.wait([first, second])
        assert [place for user, place, _ in crowd.started if user == "a"] == [2]
        assert len(crowd.pace._starts) == 2

    in_virtual_time(scenario)


events = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.integers(1, 30)),
        st.tuples(st.just("cancel"), st.integers(1, 20)),
        st.tuples(st.just("limit"), st.sampled_from([1, 3, 12, 30, 60, 90, 500])),
        st.tuples(st.just("refused"), st.integers(0, 60)),
        st.tuples(st.just("pass"), st.sampled_from([0, 1, 7, 30, 61])),
    ),
    max_size=40,
)


@settings(deadline=None)
@given(st.sampled_from([1, 5, 30, 90]), events)
def test_whatever_happens_no_minute_is_overfull(ceiling: int, happening: list[tuple[str, int]]) -> None:
    """With any loads, cancellations, new limits and 429s, no minute has more starts than the limit less two."""

    async def scenario() -> None:
        pace, loop = Pace(ceiling=ceiling), asyncio.get_running_loop()
        starts: list[float] = []

        async def call(user: str) -> None:
            await pace.turn(user)
            starts.append(loop.time())
            assert sum(start > loop.time() - 60 for start in starts) <= max(1, pace.limit - 2)

        await call("a")  # a pace learns its loop from its first call
        calls: list[asyncio.Task[None]] = []
        for what, number in happening:
            if what == "ask":
                calls += [asyncio.create_task(call("abc"[place % 3])) for place in range(number)]
            elif what == "cancel":
                for task in calls[::-2][:number]:
                    task.cancel()
            elif what == "pass":
                await asyncio.sleep(number)
            else:
                await asyncio.sleep(1e-3)  # so that no turn is on its way under the limit of before
                if what == "limit":
                    pace.observe(RateLimit(limit=number))
                else:
                    pace.pause(number)
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert all(result is None or isinstance(result, asyncio.CancelledError) for result in results)
        assert pace._queue.size == 0
        await asyncio.sleep(3600)
        assert pace.delay() == 0

    in_virtual_time(scenario)


def test_a_repeat_comes_before_the_later_calls_of_its_user() -> None:
    """With its number, a refused call keeps its place."""

    async def scenario() -> None:
        crowd, pace = Crowd(Pace()), Pace()
        crowd.pace = pace
        number = await pace.turn("a")
        asking = asyncio.create_task(crowd.ask("a", 20))
        await asyncio.sleep(1)
        before = len(crowd.started)
        assert await pace.turn("a", number=number) == number
        assert len(crowd.started) == before
        await asking

    in_virtual_time(scenario)


@pytest.mark.requirement("S19")
def test_no_token_is_kept() -> None:
    """Only a hash of the token is kept, and a token and its string are the same user."""

    async def scenario() -> None:
        crowd = Crowd(Pace())
        await crowd.ask(None, 10)
        asking = [
            asyncio.create_task(crowd.pace.turn(token))
            for token in ("canary", Token(access_token="canary", expires_at=None), "other")
        ]
        await asyncio.sleep(0)
        first, second, third = crowd.pace._queue
        assert first.user == second.user != third.user
        assert "canary" not in f"{list(crowd.pace._queue)} {crowd.pace!r} {vars(crowd.pace)} {vars(crowd.pace._queue)}"
        await asyncio.wait(asking)

    in_virtual_time(scenario)


def test_the_budget_outlives_an_event_loop() -> None:
    """A pace that is used in one loop after another forgets no start, even if their clocks differ."""
    pace, gap = Pace(), pytest.approx(60 / 19, rel=1e-3)
    assert pace.delay() == 0

    async def first() -> None:
        await asyncio.sleep(100)
        await Crowd(pace).ask("a", 10)

    async def second() -> None:
        crowd = Crowd(pace)
        assert pace.delay() == gap
        await crowd.one("a")
        assert crowd.times("a") == [gap]  # on this loop's clock, which began at 0 again

    in_virtual_time(first)
    assert pace.delay() == gap
    in_virtual_time(second)
    assert len(pace._starts) == 11


def test_those_who_waited_in_a_closed_loop_are_forgotten() -> None:
    """Calls of a closed loop do not delay calls of the next loop."""
    pace = Pace()
    dead = virtual_time.VirtualTimeLoop()
    waiting = [dead.create_task(pace.turn("a")) for _ in range(15)]
    dead.run_until_complete(asyncio.wait(waiting[:1]))
    for task in waiting[10:]:
        task._log_destroy_pending = False  # type: ignore[attr-defined] # it is destroyed pending on purpose
    dead.close()

    async def scenario() -> None:
        await Crowd(pace).one("a")
        assert pace._queue.size == 0

    in_virtual_time(scenario)
    del waiting, task


def test_two_running_loops_cannot_share_a_pace() -> None:
    """While calls of one loop wait, those of another loop are refused."""
    pace = Pace()
    first, second = virtual_time.VirtualTimeLoop(), virtual_time.VirtualTimeLoop()
    waiting = [first.create_task(pace.turn("a")) for _ in range(15)]
    first.run_until_complete(asyncio.wait(waiting[:1]))
    with pytest.raises(SessionStateError):
        second.run_until_complete(pace.turn("a"))
    first.run_until_complete(asyncio.wait(waiting))
    second.run_until_complete(pace.turn("a"))
    first.close()
    second.close()


@pytest.mark.parametrize("token", [5, [], b"token"])
def test_delay_refuses_anything_but_a_token(token: Any) -> None:
    """The error names the type, and not the value."""
    with pytest.raises(ConfigurationError, match=rf"token: .+, not {type(token).__name__}$"):
        Pace().delay(token)
