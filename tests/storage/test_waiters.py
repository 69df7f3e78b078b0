"""The calls of one process that wait for logins."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

import pytest

from anilist_oauth.errors import StorageError
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.waiters import Waiters

DONE = Outcome(subject="discord:42")
SOON = 10.0  # seconds; only a broken store waits so long


class Store:
    """A store with logins and messages that the test sets."""

    def __init__(self) -> None:
        self.logins: dict[str, Outcome | None] = {"a": None, "b": None}
        self.news: asyncio.Queue[str | StorageError | None] = asyncio.Queue()
        self.failure: StorageError | None = None
        self.looks: list[list[str]] = []
        self.watchers = 0
        self.waiters = Waiters(read=self.read, watch=self.watch)

    async def read(self, keys: Sequence[str]) -> dict[str, Outcome | None]:
        """Return the outcomes, or raise an error."""
        self.looks.append(list(keys))
        if self.failure is not None:
            raise self.failure
        return {key: self.logins[key] for key in keys if key in self.logins}

    async def watch(self) -> AsyncGenerator[str | None, None]:
        """Pass the news on."""
        self.watchers += 1
        try:
            while True:
                item = await self.news.get()
                if isinstance(item, StorageError):
                    raise item
                yield item
        finally:
            self.watchers -= 1


@pytest.fixture
def store() -> Store:
    """A store with two logins begun."""
    return Store()


async def turns(count: int = 20) -> None:
    """Let all tasks run."""
    for _ in range(count):
        await asyncio.sleep(0)


def waiting(store: Store, *keys: str) -> asyncio.Future[list[Outcome | None]]:
    """Wait for logins in tasks."""
    return asyncio.gather(*(store.waiters.wait(key, timeout=SOON) for key in keys))


async def test_it_watches_before_it_reads(store: Store) -> None:
    """So no outcome is missed in between."""
    waits = waiting(store, "a")
    await turns()
    assert store.looks == []
    store.logins["a"] = DONE
    store.news.put_nowait(None)
    assert await waits == [DONE]


async def test_one_watcher_serves_all(store: Store) -> None:
    """It starts with the first waiting call and ends with the last."""
    waits = waiting(store, *"aaab")
    store.news.put_nowait(None)
    await turns()
    assert store.watchers == 1
    store.logins |= {"a": DONE, "b": DONE}
    store.news.put_nowait("a")
    await turns()
    assert store.watchers == 1
    store.news.put_nowait("b")
    assert await waits == [DONE] * 4
    await turns()
    assert store.watchers == 0


async def test_a_later_call_reads_at_once(store: Store) -> None:
    """The watcher is already running."""
    waits = waiting(store, "a")
    store.news.put_nowait(None)
    await turns()
    store.logins["b"] = DONE
    assert await store.waiters.wait("b", timeout=SOON) == DONE
    store.waiters.resolve("a", DONE)
    assert await waits == [DONE]


async def test_messages_about_other_logins_are_ignored(store: Store) -> None:
    """They cause no reading."""
    waits = waiting(store, "a")
    store.news.put_nowait(None)
    await turns()
    store.looks.clear()
    store.news.put_nowait("elsewhere")
    await turns()
    assert store.looks == []
    store.waiters.resolve("a", DONE)
    assert await waits == [DONE]


async def test_none_reads_all_logins(store: Store) -> None:
    """One reading finds every missed outcome."""
    waits = waiting(store, "a", "b")
    store.news.put_nowait(None)
    await turns()
    store.looks.clear()
    store.logins |= {"a": DONE, "b": DONE}
    store.news.put_nowait(None)
    assert await waits == [DONE, DONE]
    assert store.looks == [["a", "b"]]


async def test_a_login_that_vanishes_is_none(store: Store) -> None:
    """The wait ends, because the login was deleted."""
    waits = waiting(store, "a")
    store.news.put_nowait(None)
    await turns()
    del store.logins["a"]
    store.news.put_nowait(None)
    assert await waits == [None]


async def test_without_a_watcher_the_wait_ends_with_a_reading(store: Store) -> None:
    """The login is read at the timeout."""
    store.logins["a"] = DONE
    assert await store.waiters.wait("a", timeout=0) == DONE
    assert await store.waiters.wait("b", timeout=0) is None


async def test_an_outage_while_waiting_is_waited_out(store: Store) -> None:
    """A short failure of the store does not end the wait."""
    waits = waiting(store, "a")
    store.news.put_nowait(None)
    await turns()
    store.failure = StorageError("down", retryable=True)
    store.news.put_nowait(None)
    await turns()
    store.failure = None
    store.logins["a"] = DONE
    store.news.put_nowait(None)
    assert await waits == [DONE]


async def test_a_failure_of_the_first_reading_is_raised(store: Store) -> None:
    """A wait that begins during an outage raises."""
    store.failure = StorageError("down", retryable=True)
    store.news.put_nowait(None)
    with pytest.raises(StorageError, match="down"):
        await store.waiters.wait("a", timeout=SOON)


@pytest.mark.parametrize("where", ["look", "watch"])
async def test_a_permanent_failure_is_raised(store: Store, where: str) -> None:
    """All waiting calls raise, and a later call starts a new watcher."""
    first = [asyncio.ensure_future(store.waiters.wait(key, timeout=SOON)) for key in "ab"]
    store.news.put_nowait(None)
    await turns()
    broken = StorageError("refused", retryable=False)
    if where == "look":
        store.failure = broken
        store.news.put_nowait(None)
    else:
        store.news.put_nowait(broken)
    assert await asyncio.gather(*first, return_exceptions=True) == [broken, broken]
    store.failure = None
    waits = waiting(store, "a")
    store.news.put_nowait(None)
    await turns()
    store.waiters.resolve("a", DONE)
    assert await waits == [DONE]


async def test_closing_ends_all_waits(store: Store) -> None:
    """They raise, whether or not the watcher has started, and it may be closed twice."""
    waits = waiting(store, "a", "b")
    await turns()
    await store.waiters.aclose()
    await store.waiters.aclose()
    with pytest.raises(StorageError, match="closed"):
        await waits
    assert store.watchers == 0


async def test_one_waiter_cancelled_leaves_the_others(store: Store) -> None:
    """Each call has its own future."""
    one = asyncio.ensure_future(store.waiters.wait("a", timeout=SOON))
    waits = waiting(store, "a")
    store.news.put_nowait(None)
    await turns()
    one.cancel()
    await turns()
    store.waiters.resolve("a", DONE)
    assert await waits == [DONE]
    assert one.cancelled()


async def test_a_watcher_that_outlives_its_cancellation_ends_at_the_next_news() -> None:
    """A driver may swallow a cancellation, and then another watcher is running."""

    class Stubborn(Store):
        async def watch(self) -> AsyncGenerator[str | None, None]:
            self.watchers += 1
            try:
                while True:
                    try:
                        item = await self.news.get()
                    except asyncio.CancelledError:
                        continue
                    assert not isinstance(item, StorageError)
                    yield item
            finally:
                self.watchers -= 1

    store = Stubborn()
    waits = waiting(store, "a")
    store.news.put_nowait(None)
    await turns()
    store.waiters.resolve("a", DONE)
    assert await waits == [DONE]
    await turns()
    store.news.put_nowait("a")
    await turns()
    assert store.watchers == 0
