"""All processes share one budget in a real Redis."""

import asyncio
import json
import signal
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from anilist_oauth.errors import ConfigurationError, RateLimitedError, ServiceUnavailableError
from anilist_oauth.pacing.heard import News
from anilist_oauth.pacing.ledger import Grant, Want, Wish
from anilist_oauth.pacing.pace import Pace
from anilist_oauth.pacing.rate_limit import RateLimit
from anilist_oauth.storage.redis import pace as pace_module
from anilist_oauth.storage.redis.keys import Keys
from anilist_oauth.storage.redis.pace import RedisLedger
from anilist_oauth.storage.redis.store import RedisStore
from tests.pacing.test_pace import exchange_wait
from tests.services import RedisServer, redis_server

NO_NEWS = News()
MINUTE = 600  # milliseconds to a minute, in tests that wait for one

PACE = Keys().pace


@pytest.fixture
async def store(redis: RedisServer) -> AsyncIterator[RedisStore]:
    """An empty Redis."""
    redis.command("FLUSHALL")
    async with RedisStore(redis.url) as opened:
        yield opened


@pytest.fixture
def short_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a minute of the ledger much shorter."""
    assert " 60010, " in pace_module.ASK
    monkeypatch.setattr(pace_module, "ASK", pace_module.ASK.replace(" 60010, ", f" {MINUTE}, "))


async def state_of(store: RedisStore) -> dict[str, Any]:
    """Read the ledger."""
    [kept] = await store._run(("GET", PACE))
    state: dict[str, Any] = json.loads(kept)
    return state


async def put(store: RedisStore, **state: Any) -> None:
    """Write the ledger. Times are seconds from now."""
    [[seconds, microseconds]] = await store._run(("TIME",))
    now = int(seconds) * 1000 + int(microseconds) // 1000

    def absolute(value: Any) -> Any:
        if isinstance(value, list):
            return sorted(absolute(item) for item in value)
        if isinstance(value, dict):
            return {name: absolute(item) for name, item in value.items()}
        return now + round(value * 1000)

    limit = {"limit": state.pop("limit")} if "limit" in state else {}
    kept = {"starts": [], "places": {}, "seen": {}} | {name: absolute(value) for name, value in state.items()} | limit
    await store._run(("SET", PACE, json.dumps(kept)))


async def ask(store: RedisStore, want: Want, *, started: tuple[float, ...] = (), news: News = NO_NEWS) -> Grant:
    """Ask as the process "mine"."""
    return await RedisLedger(store._run, PACE).ask(
        Wish(process="mine", want=want, ceiling=90, news=news, started=started)
    )


async def at_once(*paces: Pace, times: int) -> int:
    """Ask for turns without waiting, and return how many were granted."""
    given = 0
    for number in range(times):
        try:
            await paces[number % len(paces)].turn(max_wait=0)
        except RateLimitedError:
            continue
        given += 1
    return given


@pytest.mark.requirement("R14")
async def test_processes_start_ten_at_once_together(store: RedisStore) -> None:
    """Four processes have one budget, so after ten turns the next is in 60/19 seconds for each."""
    paces = [store.pace() for _ in range(4)]
    assert await at_once(*paces, times=40) == 10
    for pace in paces:
        assert pace.delay() == pytest.approx(60.01 / 19, abs=0.5)


@pytest.mark.requirement("R14")
@pytest.mark.usefixtures("short_minutes")
async def test_no_minute_is_overfull_and_turns_go_round_among_processes(store: RedisStore) -> None:
    """Each of four processes gets a quarter, even if one has more callers, and no minute has over 28 starts."""
    given: Counter[int] = Counter()

    async def ask(number: int, pace: Pace) -> None:
        while True:
            await pace.turn()
            given[number] += 1

    calls = [
        asyncio.create_task(ask(number, pace))
        for number, pace in enumerate(store.pace() for _ in range(4))
        for _ in range(50 if number == 0 else 2)
    ]
    starts: set[int] = set()
    while sum(given.values()) < 100:
        await asyncio.sleep(0.05)
        starts |= set((await state_of(store))["starts"])
    for call in calls:
        call.cancel()
    await asyncio.wait(calls)
    ordered = sorted(starts)
    assert all(sum(start <= other < start + MINUTE for other in ordered) <= 28 for start in ordered)
    assert min(given.values()) >= 15
    assert max(given.values()) <= 40  # ten were taken at once by whoever came first


@pytest.mark.requirement("R14")
async def test_a_place_is_no_turn_where_the_minute_is_full(store: RedisStore) -> None:
    """A place is delayed while the last minute has as many starts as allowed."""
    await put(store, starts=[-59.0, *[-20.0] * 27], places={"mine": -0.1})
    grant = await ask(store, "turn")
    assert (grant.started, grant.places) == (False, 1)
    assert grant.wait == pytest.approx(10, abs=0.2)


@pytest.mark.requirement("R14")
async def test_nobody_starts_before_those_who_have_a_place(store: RedisStore) -> None:
    """The place of another process counts as a start, and a call that must not wait gets no turn."""
    await put(store, starts=[-1.0] * 9, places={"another": 5.0})
    grant = await ask(store, "turn")
    assert not grant.started
    assert grant.wait > 5
    for name in ("mine", "another"):
        await put(store, places={name: 5.0})
        assert not (await ask(store, "turn_now")).started
    await put(store)
    assert (await ask(store, "turn_now")).started


@pytest.mark.requirement("R14")
async def test_a_place_for_the_next_turn_comes_with_a_turn(store: RedisStore) -> None:
    """A process that wants more turns has a place at once, and one that leaves has none."""
    await put(store, starts=[-1.0] * 9)
    grant = await ask(store, "turn_and_place")
    assert (grant.started, grant.places) == (True, 1)
    assert grant.wait == pytest.approx(60.01 / 19, abs=0.2)
    grant = await ask(store, "leave")
    assert (grant.started, grant.places) == (False, 0)


@pytest.mark.requirement("R14")
async def test_a_429_makes_everybody_ask_anew(store: RedisStore) -> None:
    """All places are lost, and no request starts before the pause is over."""
    await put(store, places={"another": 5.0, "mine": 2.0})
    grant = await ask(store, "nothing", news=News.of_refusal(30.0))
    assert grant.places == 0
    grant = await ask(store, "turn")
    assert (grant.started, grant.places) == (False, 1)
    assert grant.wait == pytest.approx(31, abs=0.5)


@pytest.mark.requirement("R14")
async def test_a_limit_that_was_heard_counts_unless_there_was_a_429(store: RedisStore) -> None:
    """With a limit of 90, a 29th request may start in the minute, but not for ten minutes after a 429."""
    await put(store, starts=[-50.0] * 28, limit=90)
    assert (await ask(store, "turn_now")).started
    await put(store, starts=[-50.0] * 28, limit=90, cautious=500.0)
    grant = await ask(store, "turn_now")
    assert not grant.started
    assert grant.wait == pytest.approx(10.01, abs=0.2)


@pytest.mark.requirement("R14")
async def test_nobody_starts_in_an_outage(store: RedisStore) -> None:
    """A process that waits for a turn learns how long it lasts."""
    await put(store, halted=60.0)
    wants: tuple[Want, ...] = ("turn_now", "nothing")
    for want in wants:
        grant = await ask(store, want)
        assert not grant.started
        assert grant.wait == pytest.approx(60, abs=0.2) == grant.news.halted


@pytest.mark.requirement("R14")
async def test_starts_that_are_reported_late_count(store: RedisStore) -> None:
    """A process may have started requests while it could not reach Redis."""
    assert (await ask(store, "nothing", started=(1.0,) * 10)).wait > 0
    assert not (await ask(store, "turn_now")).started


@pytest.mark.requirement("R14")
async def test_a_429_of_one_is_heeded_by_all(store: RedisStore) -> None:
    """All wait until its pause is over, and the limit is 30 for all, whatever a header said."""
    one, other = store.pace(), store.pace()
    one.observe(RateLimit(limit=90))
    await one.turn(max_wait=0)
    await other.turn(max_wait=0)
    assert other.limit == 90
    one.pause(30)
    await one.publish()
    with pytest.raises(RateLimitedError) as caught:
        await other.turn(max_wait=0)
    assert caught.value.retry_after == pytest.approx(31, abs=0.5)
    assert (one.limit, other.limit) == (30, 30)


@pytest.mark.requirement("R14")
async def test_an_outage_that_one_hears_of_turns_all_away(store: RedisStore) -> None:
    """Waiting calls raise as well, and a refusal of the token endpoint is shared too."""
    one, other = store.pace(), store.pace()
    await one.turn(max_wait=0)
    one.halt(60)
    one.pause_exchanges(20)
    await one.publish()
    with pytest.raises(ServiceUnavailableError) as caught:
        await other.turn()
    assert caught.value.retry_after == pytest.approx(60, abs=0.5)
    assert exchange_wait(other) == pytest.approx(20, abs=0.5)


@pytest.mark.requirement("R14")
@pytest.mark.requirement("R15")
async def test_a_long_pause_that_one_hears_of_is_told_by_all(store: RedisStore) -> None:
    """A pause of an hour raises in every process."""
    one, other = store.pace(), store.pace()
    one.pause(3600)
    await one.publish()
    with pytest.raises(RateLimitedError) as caught:
        await other.turn()
    assert caught.value.retry_after == pytest.approx(3601, abs=0.5)


async def test_the_ceiling_of_a_process_counts_for_it(store: RedisStore) -> None:
    """With a ceiling of 4, two requests a minute may start."""
    assert await at_once(store.pace(4), times=5) == 2
    with pytest.raises(ConfigurationError):
        store.pace(0)


@pytest.mark.usefixtures("short_minutes")
async def test_a_place_is_given_back_or_lost_with_its_process(store: RedisStore) -> None:
    """A place that is given up or not used in time is free again."""
    one, other = store.pace(), store.pace()
    assert await at_once(one, times=10) == 10
    asking = asyncio.create_task(one.turn())
    async with asyncio.timeout(30):
        while not (await state_of(store))["places"]:
            pass
        asking.cancel()
        await asyncio.wait([asking])
        while (await state_of(store))["places"]:
            pass
    state = await state_of(store)
    dead = state | {"places": {"a process that died": state["starts"][-1] - 6000}, "starts": []}
    await store._run(("SET", PACE, json.dumps(dead)))
    await other.turn(max_wait=0)
    assert (await state_of(store))["places"] == {}


async def test_processes_that_are_gone_are_not_counted(store: RedisStore) -> None:
    """A process that has not asked for two minutes has no share."""
    one, other = store.pace(), store.pace()
    await one.turn(max_wait=0)
    await other.turn(max_wait=0)
    assert len((await state_of(store))["seen"]) == 2
    state = await state_of(store)
    state["seen"] = {name: seen - 121_000 for name, seen in state["seen"].items()}
    await store._run(("SET", PACE, json.dumps(state)))
    await other.turn(max_wait=0)
    assert len((await state_of(store))["seen"]) == 1


async def test_a_clock_that_was_set_back_costs_a_minute_at_most(store: RedisStore) -> None:
    """After a failover, starts in the future count as starts of now."""
    pace = store.pace()
    assert await at_once(pace, times=10) == 10
    state = await state_of(store)
    state["starts"] = [start + 3_600_000 for start in state["starts"]]
    await store._run(("SET", PACE, json.dumps(state)))
    with pytest.raises(RateLimitedError) as caught:
        await store.pace().turn(max_wait=0)
    assert caught.value.retry_after is not None
    assert caught.value.retry_after < 60


async def test_the_ledger_expires(store: RedisStore) -> None:
    """A day after the last process asked, the key is gone."""
    await store.pace().turn(max_wait=0)
    [left] = await store._run(("PTTL", PACE))
    assert 24 * 3600 * 1000 < left <= 25 * 3600 * 1000


@pytest.mark.requirement("R14")
@pytest.mark.parametrize("frozen", [False, True])
async def test_without_redis_each_process_keeps_to_its_share(*, frozen: bool) -> None:
    """Of 28 requests a minute, two processes may start 14 each, five of them at once."""
    with redis_server() as server:
        async with RedisStore(server.url) as store:
            paces = [store.pace(), store.pace()]
            for pace in (*paces, paces[0]):
                await pace.turn(max_wait=0)
            server.signal(signal.SIGSTOP) if frozen else server.stop()
            given = [await at_once(pace, times=8) for pace in paces]
            assert given == [3, 4]  # beside the two and the one from before


async def test_a_store_that_is_not_open_shares_nothing(redis: RedisServer) -> None:
    """The pace can be created before the store is opened, and uses a quarter until then."""
    store = RedisStore(redis.url)
    pace = store.pace()
    assert await at_once(pace, times=8) == 2
