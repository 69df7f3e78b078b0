"""The memory stores, beyond the tests for every store."""

import asyncio
import gc
import heapq
import tracemalloc
import warnings
from datetime import timedelta
from typing import Any

import attrs
import pytest

from anilist_oauth.errors import StorageError
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.storage import MemoryLoginStore, Outcome, open_store
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.memory import logins as memory
from anilist_oauth.storage.records import PendingLogin, Taken
from tests.flows import COOKIE, staged
from tests.storage.openers import Clock
from tests.storage.records import NOON, key, pending

CODE = digest("code")


@pytest.mark.requirement("R17")
@pytest.mark.requirement("S30")
@pytest.mark.requirement("S40")
async def test_at_the_bound_nothing_live_is_pushed_out() -> None:
    """`add` raises a retryable error until logins have expired, and taken logins stay longer."""
    clock = Clock()
    store = MemoryLoginStore(max_logins=4, clock=clock)
    for number in range(4):
        await store.add(key(number), pending(None, expires_at=NOON + timedelta(minutes=number + 1)))
    await store.take(key(0), claim="a", code=CODE)
    for _ in range(2):
        with pytest.raises(StorageError, match="max_logins") as caught:
            await store.add(key(4), pending(None))
        assert caught.value.retryable
    assert [await store.look(key(number)) is None for number in range(4)] == [False] * 4
    clock.advance(timedelta(minutes=1))
    with pytest.raises(StorageError):
        await store.add(key(4), pending(None))
    clock.advance(timedelta(minutes=1))
    await store.add(key(4), pending(None))
    assert [await store.look(key(number)) is None for number in range(5)] == [False, True, False, False, False]


async def test_a_login_is_kept_to_the_end_of_its_ten_minutes() -> None:
    """It is deleted exactly then."""
    clock = Clock()
    store = MemoryLoginStore(clock=clock)
    await store.add(key(0), pending(None, expires_at=NOON + timedelta(seconds=1.5)))
    clock.advance(timedelta(seconds=2))
    await store.add(key(1), pending(None, expires_at=NOON + timedelta(hours=1)))
    clock.advance(timedelta(minutes=10, seconds=-0.9))  # in the second of its end, before it
    await store.add(key(2), pending(None, expires_at=NOON + timedelta(hours=1)))
    assert await store.look(key(0)) is not None
    clock.advance(timedelta(seconds=1))
    await store.add(key(3), pending(None, expires_at=NOON + timedelta(hours=1)))
    assert await store.look(key(0)) is None


@pytest.mark.requirement("S30")
async def test_beginning_never_looks_through_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cost of a new login does not grow with the number of logins."""
    looked_at = []

    def popped(heap: list[Any]) -> Any:
        looked_at.append(entry := pop(heap))
        return entry

    pop = heapq.heappop
    monkeypatch.setattr(heapq, "heappop", popped)
    clock = Clock()
    store = MemoryLoginStore(max_logins=1000, clock=clock)
    for number in range(1000):
        await store.add(key(number), pending(None, expires_at=NOON + timedelta(minutes=10, seconds=number % 7)))
    for number in range(1000, 1100):
        with pytest.raises(StorageError):
            await store.add(key(number), pending(None))
    assert not looked_at
    clock.advance(timedelta(hours=1))
    for number in range(1100, 1130):
        await store.add(key(number), pending(None, expires_at=clock.now + timedelta(minutes=10)))
        assert len(looked_at) <= 200
        looked_at.clear()
    assert len(store) == 30


@pytest.mark.requirement("S30")
async def test_a_subject_without_end_leaves_nothing_behind() -> None:
    """Logins that newer ones replaced are deleted, and soon also from the schedule."""
    clock = Clock()
    store = MemoryLoginStore(clock=clock)
    for number in range(1000):
        await store.add(key(number), pending())
    assert len(store) == 20
    assert len(store._due) < 200
    clock.advance(timedelta(minutes=11))
    await store.add(key(1000), pending("another", expires_at=clock.now + timedelta(minutes=10)))
    for number in range(1001, 1021):
        await store.add(key(number), pending(expires_at=clock.now + timedelta(minutes=10)))
    assert not store._expired
    assert len(store) == 21


async def fill(store: MemoryLoginStore, login: PendingLogin) -> None:
    """Begin logins of different subjects."""
    for number in range(20, 1000):
        await store.add(key(number), attrs.evolve(login, subject=f"user:{number}"))


@pytest.mark.requirement("R17")
@pytest.mark.requirement("S40")
async def test_memory_is_bounded_by_bytes() -> None:
    """Long texts of strangers count, and expired logins make room."""
    clock = Clock()
    store = MemoryLoginStore(max_bytes=100_000, clock=clock)
    long = attrs.evolve(pending(), return_to="/" + "x" * 2000, label="ミ" * 600)
    for added in range(20):
        await store.add(key(added), attrs.evolve(long, subject=f"user:{added}"))
    with pytest.raises(StorageError, match="max_bytes") as caught:
        await fill(store, long)
    assert caught.value.retryable
    added = len(store)
    assert 20 < added < 40
    clock.advance(timedelta(minutes=11))
    await store.add(key(1000), long)
    for number in range(added):
        await store.settle(key(number), Outcome(subject="x"))
    clock.advance(timedelta(hours=1))
    await store.add(key(1001), pending(None))
    assert len(store) == 1
    assert store._bytes < 2000


@pytest.mark.requirement("R17")
async def test_how_logins_ended_is_counted_too() -> None:
    """Each outcome is kept for ten minutes."""
    store = MemoryLoginStore(max_bytes=10_000, clock=Clock())
    for number in range(5):
        await store.add(key(number), pending(None))
    before = store._bytes
    for number in range(5):
        await store.settle(key(number), Outcome(subject="x"))
    assert store._bytes == before + 5 * 1024
    with pytest.raises(StorageError, match="max_bytes"):
        await fill(store, pending(None))


async def test_expiry_is_exact_within_its_second() -> None:
    """At the limit, a login that is valid for another half second is kept."""
    clock = Clock()
    store = MemoryLoginStore(max_logins=1, clock=clock)
    await store.add(key(1), pending(None, expires_at=NOON + timedelta(milliseconds=500)))
    clock.advance(timedelta(milliseconds=499))
    with pytest.raises(StorageError):
        await store.add(key(2), pending(None))
    clock.advance(timedelta(milliseconds=1))
    await store.add(key(2), pending(None))
    assert await store.look(key(1)) is None


async def test_a_login_taken_after_its_expiry_is_kept() -> None:
    """It can be finished, even if the store is full."""
    clock = Clock()
    store = MemoryLoginStore(max_logins=2, clock=clock)
    await store.add(key(1), pending(None, expires_at=NOON))
    await store.add(key(2), pending(None))
    await store.take(key(1), claim="a", code=CODE)
    for _ in range(2):
        with pytest.raises(StorageError):
            await store.add(key(3), pending(None))
    assert await store.look(key(1)) is not None


@pytest.mark.requirement("S30")
async def test_a_settled_login_is_forgotten_with_all_its_parts() -> None:
    """Nothing is left after it was taken, settled and deleted."""
    clock = Clock()
    store = MemoryLoginStore(clock=clock)
    for number in range(30):
        await store.add(key(number), pending(f"user:{number % 3}"))
        await store.take(key(number), claim="a", code=CODE)
        await store.settle(key(number), Outcome(subject="x"))
    for number in range(30, 60):
        await store.add(key(number), pending(f"user:{number % 3}"))
    clock.advance(timedelta(hours=1))
    await store.add(key(60), pending("last", expires_at=clock.now))
    assert [len(part) for part in (store._logins, store._unfinished, store._outcomes, store._forget_at)] == [1, 1, 0, 0]
    await store.settled(key(60), timeout=0)
    clock.advance(timedelta(hours=1))
    await store.add(key(61), pending())
    assert not store._waiters


@pytest.mark.requirement("R12")
async def test_a_close_ends_every_wait_for_a_login() -> None:
    """A wait of an hour ends at once, with an error that says why. A wait that was cancelled leaves nothing to log."""
    store = await open_store("memory:").open()
    for number in range(2):
        await store.logins.add(key(number), pending())
    waits = [asyncio.ensure_future(store.logins.settled(key(number), timeout=3600)) for number in (0, 0, 1)]
    await asyncio.sleep(0)
    waits.pop().cancel()
    await store.aclose()
    for error in await asyncio.gather(*waits, return_exceptions=True):
        assert isinstance(error, StorageError)
        assert "the store was closed" in str(error)
    assert await store.logins.settled(key(0), timeout=0) is None


def test_several_workers_are_warned_of_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """WEB_CONCURRENCY is greater than 1."""
    memory._warn_of_workers.cache_clear()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for workers in ("", "1", "auto", "2", "2"):
            monkeypatch.setenv("WEB_CONCURRENCY", workers)
            MemoryLoginStore()
    assert [warning.category for warning in caught] == [RuntimeWarning]
    assert "WEB_CONCURRENCY is 2" in str(caught[0].message)
    assert caught[0].filename == __file__


@pytest.mark.slow
@pytest.mark.requirement("S30")
async def test_a_hundred_thousand_logins_take_under_80_mb() -> None:
    """They have subject, binding and label, and the next one is refused."""
    async with staged() as stage:
        flow = LoginFlow(stage.session)
        await flow.begin(subject="warm up", binding=COOKIE, label="x")
        gc.collect()
        tracemalloc.start()
        try:
            for number in range(99_999):
                await flow.begin(
                    subject=f"discord:{10**17 + number}", binding=COOKIE, label=f"@mika{number} on Discord"
                )
            gc.collect()
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert held < 80 * 1024 * 1024
        assert held / 99_999 < 850
        with pytest.raises(StorageError):
            await flow.begin(subject="one more")
        assert len(vars(flow.logins)["_logins"]) == 100_000


async def test_a_login_that_is_added_as_taken_stays_taken() -> None:
    """The first claim has it, as if it had been taken in this store."""
    store, taken = MemoryLoginStore(), Taken(claim="a", code=CODE)
    await store.add(key(1), attrs.evolve(pending(), taken=taken))
    assert await store.take(key(1), claim="b", code=CODE) == taken
    assert (await store.look(key(1))) == attrs.evolve(pending(), taken=taken)
