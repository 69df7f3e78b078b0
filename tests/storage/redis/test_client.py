"""Calls of Redis end in time, and their errors are safe."""

import asyncio
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from anilist_oauth.errors import ConfigurationError, StorageError
from anilist_oauth.login.store_retry import retry_store
from anilist_oauth.storage import Outcome, RedisStore
from anilist_oauth.storage import calls as store_calls
from anilist_oauth.storage.redis import client as redis_client
from anilist_oauth.storage.redis.url import redis_address
from tests.services import PASSWORD, RedisServer, free_port, redis_server
from tests.storage.openers import Clock
from tests.storage.records import key, pending, stored


async def failure(store: RedisStore) -> StorageError:
    """Try to open a store, and return the error."""
    with pytest.raises(StorageError) as caught:
        await store.open()
    return caught.value


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis server that a test stops and starts."""
    with redis_server("--appendonly", "yes", "--appendfsync", "always") as server:
        yield server


async def test_a_server_that_is_not_there_may_be_tried_again() -> None:
    """The server does not listen at the port."""
    error = await failure(RedisStore(f"redis://:{PASSWORD}@127.0.0.1:{free_port()}"))
    assert error.retryable
    assert PASSWORD not in str(error)


@pytest.mark.requirement("S19")
@pytest.mark.parametrize(("old", "new"), [(PASSWORD, "canary%2Fpassword"), (f":{PASSWORD}@", ""), ("/0", "/99")])
async def test_a_refusal_does_not_show_the_url(redis: RedisServer, old: str, new: str) -> None:
    """It is not retryable, and neither text nor cause contains a password."""
    error = await failure(RedisStore(redis.url.replace(old, new)))
    assert not error.retryable
    assert PASSWORD not in str(error)
    assert "canary/" not in str(error)
    assert error.__cause__ is error.__context__ is None


@pytest.mark.requirement("S19")
async def test_the_command_is_not_shown() -> None:
    """Redis repeats a command that it does not know, and a driver may repeat the URL."""
    client = redis_client.connect(redis_address("rediss://u:canary%2Fpassword@host"), at_once=None)
    for said in (
        "unknown command 'EVAL', with args beginning with: 'canary'",
        "redis://u:canary%2Fpassword@host",
        "no user has canary/password, nor canary%2Fpassword",
    ):
        assert "canary" not in str(client._failure(RuntimeError(said)))
    await client.aclose()


@pytest.mark.parametrize("url", ["redis://:canary@host:canary", "redis://:canary#x@host", "redis://:canary@[::1"])
async def test_a_url_that_cannot_be_read_is_refused(url: str) -> None:
    """The error shows no part of it."""
    with pytest.raises(ConfigurationError, match="cannot be read") as caught:
        await RedisStore(url).open()
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is caught.value.__context__ is None


async def test_a_full_server_may_be_tried_again(own_redis: RedisServer) -> None:
    """It refuses writes until there is room, and deletes nothing."""
    async with RedisStore(own_redis.url, clock=Clock()) as store:
        own_redis.command("CONFIG SET maxmemory 1")
        with pytest.raises(StorageError, match="OutOfMemory") as caught:
            await store.tokens.put(stored())
        assert caught.value.retryable


@pytest.mark.requirement("R6")
async def test_a_server_that_cannot_save_is_waited_for(tmp_path: Path) -> None:
    """While its disk fails it refuses writes (MISCONF), and the call is repeated."""
    with redis_server("--dir", str(tmp_path), "--save", "3600 1") as own:
        (tmp_path / "dump.rdb" / "in-the-way").mkdir(parents=True)
        async with RedisStore(own.url, clock=Clock()) as store:
            save(own, "err")
            with pytest.raises(StorageError, match="MISCONF") as caught:
                await store.tokens.put(stored())
            assert caught.value.retryable
            putting = asyncio.ensure_future(retry_store(lambda: store.tokens.put(stored())))
            (tmp_path / "dump.rdb" / "in-the-way").rmdir()
            (tmp_path / "dump.rdb").rmdir()
            save(own, "ok")
            assert await putting


def save(server: RedisServer, status: str) -> None:
    """Let Redis save until the result is this."""
    server.command("BGSAVE")
    until = time.monotonic() + 30
    while f"rdb_last_bgsave_status:{status}".encode() not in server.command("INFO persistence"):
        assert time.monotonic() < until


async def test_a_restarted_server_is_found_again(own_redis: RedisServer) -> None:
    """While it is down the error is retryable, and then the next call works."""
    async with RedisStore(own_redis.url, clock=Clock()) as store:
        await store.tokens.put(stored())
        own_redis.stop()
        with pytest.raises(StorageError) as caught:
            await store.tokens.get("discord:42", client_id="12345")
        assert caught.value.retryable
        own_redis.start()
        assert await store.tokens.get("discord:42", client_id="12345") == stored()


async def test_a_wait_survives_a_restart(own_redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The subscription is made again."""
    monkeypatch.setattr(redis_client, "AGAIN_AFTER", 0.01)
    async with RedisStore(own_redis.url, clock=Clock()) as store:
        await store.logins.add(key(), pending())
        waiting = asyncio.ensure_future(store.logins.settled(key(), timeout=30))
        await asyncio.wait_for(store._own_logins._waiters._watching.wait(), 30)
        own_redis.stop()
        own_redis.start()
        await store.logins.settle(key(), Outcome(subject="discord:42"))
        assert await waiting == Outcome(subject="discord:42")


async def test_a_permanent_failure_ends_a_wait(own_redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The password was changed, so the subscription is refused."""
    monkeypatch.setattr(redis_client, "AGAIN_AFTER", 0.01)
    async with RedisStore(own_redis.url, clock=Clock()) as store:
        await store.logins.add(key(), pending())
        waiting = asyncio.ensure_future(store.logins.settled(key(), timeout=30))
        await asyncio.wait_for(store._own_logins._waiters._watching.wait(), 30)
        for _ in range(3):  # its own first look is over by then
            await store.logins.look(key())
        own_redis.command("CONFIG SET requirepass another", "CLIENT KILL TYPE pubsub")
        with pytest.raises(StorageError) as caught:
            await waiting
        assert not caught.value.retryable


async def test_a_frozen_server_does_not_hang_a_call(own_redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each call ends with a retryable error, and later the next call works."""
    async with RedisStore(own_redis.url, clock=Clock()) as store:
        await store.tokens.put(stored())
        monkeypatch.setattr(store_calls, "LIMIT", 0.3)
        own_redis.signal(signal.SIGSTOP)
        began = time.monotonic()
        calls = [store.tokens.get("discord:42", client_id="12345") for _ in range(30)]
        errors = await asyncio.gather(*calls, return_exceptions=True)
        assert time.monotonic() - began < 5
        assert all(isinstance(error, StorageError) and error.retryable for error in errors)
        own_redis.signal(signal.SIGCONT)
        assert await store.tokens.get("discord:42", client_id="12345") == stored()


async def test_a_frozen_server_is_subscribed_to_when_it_thaws(
    own_redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The subscription is tried again, each time with a time limit."""
    async with RedisStore(own_redis.url, clock=Clock()) as store:
        await store.logins.add(key(), pending())
        monkeypatch.setattr(redis_client, "LIMIT", 0.1)
        monkeypatch.setattr(store_calls, "LIMIT", 0.1)
        monkeypatch.setattr(redis_client, "AGAIN_AFTER", 0.01)
        own_redis.signal(signal.SIGSTOP)
        waiting = asyncio.ensure_future(store.logins.settled(key(), timeout=30))
        with pytest.raises(StorageError):
            await store.logins.look(key())
        own_redis.signal(signal.SIGCONT)
        monkeypatch.setattr(redis_client, "LIMIT", 10)
        monkeypatch.setattr(store_calls, "LIMIT", 10)
        await store.logins.settle(key(), Outcome(subject="discord:42"))
        assert await waiting == Outcome(subject="discord:42")


async def test_a_cancelled_call_leaves_the_store_usable(redis: RedisServer) -> None:
    """No call gets the answer of another."""
    async with RedisStore(redis.url, prefix="cancelled:", clock=Clock()) as store:
        for number in range(20):
            call = asyncio.ensure_future(store.tokens.get(f"discord:{number}", client_id="12345"))
            for _ in range(number % 7):
                await asyncio.sleep(0)
            call.cancel()
            await asyncio.wait([call])
        await store.tokens.put(stored())
        assert await store.tokens.get("discord:42", client_id="12345") == stored()
