"""The Redis store, beyond the tests for every store."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import attrs
import pytest
from redis import ConnectionPool as BlockingPool
from redis import Redis as BlockingRedis

from anilist_oauth.clock import utc_now
from anilist_oauth.errors import ConfigurationError, StorageError
from anilist_oauth.storage import Outcome, RedisStore
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.records import PendingLogin, Taken
from anilist_oauth.storage.redis import client as redis_client
from anilist_oauth.storage.redis import logins as redis_logins
from anilist_oauth.storage.redis import tokens as redis_tokens
from anilist_oauth.storage.redis.keys import Keys
from tests.services import RedisServer
from tests.storage.records import key, pending, stored

DONE = Outcome(subject="discord:42")


@pytest.fixture
async def store(redis: RedisServer) -> AsyncIterator[RedisStore]:
    """An open store with an empty Redis."""
    redis.command("FLUSHALL")
    async with RedisStore(redis.url) as opened:
        yield opened


def fresh(subject: str | None = "discord:42") -> PendingLogin:
    """Return a login that begins now."""
    return pending(subject, expires_at=utc_now() + timedelta(minutes=10))


@pytest.mark.requirement("S30")
async def test_nothing_of_a_login_stays_for_good(store: RedisStore) -> None:
    """All its keys expire ten minutes after the login."""
    await store.logins.add(key(), fresh())
    await store.logins.take(key(), claim="a", code=digest("code"))
    [names] = await store._run(("KEYS", "anilist_oauth:{logins}:*"))
    assert len(names) == 2
    for name in names:
        [left] = await store._run(("PTTL", name))
        assert 1_190_000 < left <= 1_200_000


async def test_nothing_of_a_deleted_token_stays(store: RedisStore) -> None:
    """Only the application's client id is left."""
    await store.tokens.put(stored())
    await store.tokens.delete("discord:42", client_id="12345")
    [names] = await store._run(("KEYS", "*"))
    assert sorted(names) == ["anilist_oauth:applications", "anilist_oauth:version"]


async def test_every_key_is_under_one_prefix(store: RedisStore) -> None:
    """So a list of permissions can name them, and a cluster keeps an application's tokens in one slot."""
    await store.logins.add(key(), fresh())
    await store.tokens.put(stored("a{b}", client_id="{1}"))
    [names] = await store._run(("KEYS", "*"))
    assert sorted(names) == sorted(
        [
            "anilist_oauth:{logins}:" + key(),
            "anilist_oauth:{logins}:of:" + digest('["12345", "discord:42"]'),
            "anilist_oauth:{%7B1%7D}:token:a{b}",
            "anilist_oauth:{%7B1%7D}:expiry",
            "anilist_oauth:applications",
            "anilist_oauth:version",
        ]
    )


async def test_two_prefixes_are_two_stores(redis: RedisServer) -> None:
    """Two stores in one Redis do not affect each other."""
    redis.command("FLUSHALL")
    async with RedisStore(redis.url, prefix="bot:") as store, RedisStore(redis.url) as other:
        await store.logins.add(key(), fresh())
        await store.tokens.put(stored())
        assert await other.logins.look(key()) is None
        assert await other.tokens.get("discord:42", client_id="12345") is None
        [names] = await store._run(("KEYS", "*"))
    assert {name.partition(":")[0] for name in names} == {"bot", "anilist_oauth"}
    assert [name for name in names if not name.startswith("bot:")] == ["anilist_oauth:version"]


async def test_the_bound_of_a_subject_counts_live_logins(store: RedisStore) -> None:
    """Logins that have expired in Redis do not count."""
    for number in range(20):
        await store.logins.add(key(number), fresh())
    for number in range(1, 20):
        await store._run(("DEL", "anilist_oauth:{logins}:" + key(number)))
    for number in range(20, 39):
        await store.logins.add(key(number), fresh())
    assert await store.logins.look(key(0)) is not None


async def test_one_subscription_serves_all_who_wait(store: RedisStore, redis: RedisServer) -> None:
    """Thirty waiting calls use one connection, which is closed afterwards."""
    for number in range(30):
        await store.logins.add(key(number), fresh(f"discord:{number}"))
    waits = asyncio.gather(*(store.logins.settled(key(number), timeout=30) for number in range(30)))
    await asyncio.wait_for(store._own_logins._waiters._watching.wait(), 30)
    assert redis.command("CLIENT LIST TYPE pubsub").count(b"cmd=") == 1
    for number in range(30):
        await store.logins.settle(key(number), DONE)
    assert await waits == [DONE] * 30


async def listening(store: RedisStore, *, waits: int = 1) -> None:
    """Return when the store's watcher has subscribed, and each waiting call has read its login once."""
    waiters, over = store._own_logins._waiters, asyncio.Semaphore(0)
    read = waiters._read

    async def noted(keys: Sequence[str]) -> dict[str, Outcome | None]:
        found = await read(keys)
        over.release()
        return found

    waiters._read = noted
    async with asyncio.timeout(30):
        for _ in range(waits):
            await over.acquire()


async def test_an_outcome_of_another_process_is_noticed_at_once(
    store: RedisStore, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outcomes and deletions of logins are published."""
    monkeypatch.setattr(redis_client, "LOOK_EVERY", 1000.0)
    await store.logins.add(key(0), fresh())
    await store.logins.add(key(1), fresh())
    waits = [asyncio.ensure_future(store.logins.settled(key(number), timeout=60)) for number in range(2)]
    await listening(store, waits=2)
    async with RedisStore(redis.url) as other:
        await other.logins.settle(key(1), DONE)
        assert await asyncio.wait_for(waits[1], 30) == DONE
        for number in range(2, 21):
            await other.logins.add(key(number), fresh())
        assert await asyncio.wait_for(waits[0], 30) is None


async def test_a_missed_outcome_is_found(store: RedisStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store is read every five seconds, and in this test sooner."""
    monkeypatch.setattr(redis_client, "LOOK_EVERY", 0.02)
    await store.logins.add(key(), fresh())
    waiting = asyncio.ensure_future(store.logins.settled(key(), timeout=30))
    await listening(store)
    await store._run(("HSET", "anilist_oauth:{logins}:" + key(), "outcome", DONE.to_json()))
    assert await waiting == DONE


async def test_other_messages_do_not_delay_the_reading(store: RedisStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store is read every five seconds, however many messages there are."""
    monkeypatch.setattr(redis_client, "LOOK_EVERY", 0.2)
    await store.logins.add(key(), fresh())
    waiting = asyncio.ensure_future(store.logins.settled(key(), timeout=5))
    await listening(store)
    another = ("PUBLISH", Keys().settled, key(2))
    await store._run(("HSET", "anilist_oauth:{logins}:" + key(), "outcome", DONE.to_json()))
    while not waiting.done():
        await store._run(another)
    assert await waiting == DONE


async def test_a_lost_subscription_is_made_again(
    store: RedisStore, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outcomes that were published meanwhile are found."""
    monkeypatch.setattr(redis_client, "LOOK_EVERY", 1000.0)
    await store.logins.add(key(), fresh())
    waiting = asyncio.ensure_future(store.logins.settled(key(), timeout=30))
    await listening(store)
    await store._run(("HSET", "anilist_oauth:{logins}:" + key(), "outcome", DONE.to_json()))
    redis.command("CLIENT KILL TYPE pubsub")
    assert await waiting == DONE


async def test_more_keys_than_one_transaction_are_asked_in_turn(
    store: RedisStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several transactions are used."""
    monkeypatch.setattr(redis_logins, "KEYS_AT_ONCE", 2)
    for number in range(5):
        await store.logins.add(key(number), fresh(None))
    found = await store._own_logins._outcomes([key(number) for number in range(6)])
    assert found == {key(number): None for number in range(5)}


@asynccontextmanager
async def losing(redis: RedisServer, mark: bytes) -> AsyncIterator[str]:
    """Run a proxy that loses one answer of Redis. Return its URL."""
    left = [1]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", redis.port)
        try:
            while request := await reader.read(65536):
                upstream_writer.write(request)
                answer = await upstream_reader.read(65536)
                if mark in request and left:
                    left.pop()
                    return
                writer.write(answer)
        finally:
            upstream_writer.close()
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield redis.url.replace(str(redis.port), str(server.sockets[0].getsockname()[1]))
    assert not left


@pytest.mark.requirement("S3")
async def test_a_take_whose_answer_was_lost_has_won(redis: RedisServer) -> None:
    """The repeated command has the same claim, which has the login."""
    redis.command("FLUSHALL")
    async with losing(redis, b"claim one") as url, RedisStore(url) as store:
        await store.logins.add(key(), fresh())
        taken = await store.logins.take(key(), claim="claim one", code=digest("code"))
    assert taken == Taken(claim="claim one", code=digest("code"))


async def test_writes_whose_answers_were_lost_are_done_once(redis: RedisServer) -> None:
    """Repeating them changes nothing."""
    redis.command("FLUSHALL")
    for mark in (b'"binding_digest"', b'{"subject": "discord:42"}', b"token-1"):
        async with losing(redis, mark) as url, RedisStore(url) as store:
            login = fresh()
            await store.logins.add(key(), login)
            await store.logins.settle(key(), DONE)
            assert await store.tokens.put(stored())
            assert await store.logins.settled(key(), timeout=0) == DONE
            assert await store.tokens.get("discord:42", client_id="12345") == stored()
        redis.command("FLUSHALL")


async def test_a_stream_leaves_out_who_logged_in_meanwhile(store: RedisStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user who has logged in again since the list was read is left out."""
    monkeypatch.setattr(redis_tokens, "PAGE", 1)
    soon = utc_now() + timedelta(days=1)
    records = [attrs.evolve(stored(name), token=attrs.evolve(stored().token, expires_at=soon)) for name in "abc"]
    for record in records:
        await store.tokens.put(record)
    seen = []
    async for record in store.tokens.expiring(timedelta(days=7)):
        seen.append(record.subject)
        renewed = attrs.evolve(stored("b"), token=attrs.evolve(stored().token, expires_at=soon + timedelta(days=365)))
        await store.tokens.put(renewed)
        await store.tokens.delete("c", client_id="12345")
    assert seen == ["a"]


async def test_text_of_any_kind_is_kept(store: RedisStore) -> None:
    """It may contain NUL and half a surrogate pair."""
    for subject in ("a\0b", "a\ud800b", "a\r\n$5"):
        await store.tokens.put(stored(subject))
        assert await store.tokens.get(subject, client_id="12345") == stored(subject)
    assert len([record async for record in store.tokens.expiring(None)]) == 3


@pytest.mark.parametrize("url", ["redis:canary", "canary", "sqlite:///canary"])
def test_another_store_is_refused(url: str) -> None:
    """The error does not show the URL."""
    with pytest.raises(ConfigurationError, match="redis://") as caught:
        RedisStore(url)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("client", [BlockingRedis(), BlockingPool(), 5])
def test_a_client_that_blocks_is_refused(client: Any) -> None:
    """Only those of redis.asyncio can be used. The error names the class."""
    with pytest.raises(ConfigurationError, match=rf"redis\.asyncio, not .*{type(client).__name__}$"):
        RedisStore(client)


async def test_a_store_that_is_not_open_says_so(redis: RedisServer) -> None:
    """This holds before and after, and opening or closing twice does no harm."""
    store = RedisStore(redis.url)
    with pytest.raises(StorageError, match="not open"):
        await store.logins.look(key())
    for _ in range(2):
        assert await store.open() is store
        assert await store.open() is store
        assert await store.logins.look(key()) is None
        await store.aclose()
        await store.aclose()
    with pytest.raises(StorageError, match="not open"):
        await store.logins.settled(key(), timeout=30)


async def test_missing_extra_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the store is opened, the error has one line with the command."""
    monkeypatch.delitem(sys.modules, redis_client.__name__)
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with pytest.raises(ImportError, match=r"pip install 'anilist-oauth\[redis\]'$"):
        await RedisStore("redis://127.0.0.1").open()


def test_its_repr_shows_no_password() -> None:
    """It shows no part of the URL."""
    assert repr(RedisStore("redis://u:canary@127.0.0.1:6379/0")) == "<RedisStore>"
