"""A Redis user without channels, as hosting services create them since Redis 7."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta

import pytest

from anilist_oauth.clock import utc_now
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.storage import Outcome, RedisStore, open_store
from anilist_oauth.storage.records import PendingLogin
from anilist_oauth.storage.redis import client as redis_client
from tests.flows import COOKIE, Stage, staged
from tests.services import RedisServer
from tests.storage.records import key, pending

DONE = Outcome(subject="discord:42")
SLOWER = "`ACL SETUSER <user> &anilist_oauth:{logins}:settled` allows it"


@pytest.fixture
async def store(redis: RedisServer) -> AsyncIterator[RedisStore]:
    """An empty store, opened as such a user."""
    redis.command("FLUSHALL")
    async with RedisStore(redis.user_without_channels()) as opened:
        yield opened


@pytest.mark.requirement("V32")
async def test_logins_go_through_and_waiters_hear_of_them(store: RedisStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """All ten logins succeed and are noticed by another flow."""
    monkeypatch.setattr(redis_client, "LOOK_EVERY", 0.05)
    async with staged(logins=store.logins, tokens=store.tokens) as stage:
        for number in range(10):
            assert await log_in(stage, f"discord:{number}") == f"discord:{number}"
        assert stage.posts() == 10


@pytest.mark.requirement("V32")
async def test_no_step_of_a_login_is_refused(store: RedisStore) -> None:
    """The scripts publish outcomes, and the refusal of that undoes nothing and raises nothing."""
    for number in range(21):  # one more than a subject may have, so that the oldest goes
        await store.logins.add(key(number), fresh())
    assert await store.logins.look(key(0)) is None
    assert await store.logins.take(key(1), claim="a", code="c") is not None
    await store.logins.settle(key(1), DONE)
    assert await store.logins.settled(key(1), timeout=0) == DONE


def fresh() -> PendingLogin:
    """Return a login that begins now."""
    return pending(expires_at=utc_now() + timedelta(minutes=10))


async def log_in(stage: Stage, subject: str) -> str | None:
    """Log a user in with a separate flow that waits. Return the subject that it got."""
    login, callback = await stage.begin(subject=subject, binding=COOKIE)
    other = LoginFlow(stage.session, logins=stage.flow.logins, tokens=stage.flow.tokens)
    waiting = asyncio.ensure_future(other.wait(login, timeout=30))
    done = await stage.flow.finish(callback, binding=COOKIE)
    assert await waiting == done
    return done.login.subject


@pytest.mark.requirement("V32")
async def test_opening_says_once_what_is_slower(redis: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    """The warning names the missing permission, and a user with the permission gets none."""
    redis.command("FLUSHALL")
    with caplog.at_level(logging.WARNING, "anilist_oauth"):
        async with open_store(redis.url):
            assert not caplog.records
        async with open_store(redis.user_without_channels()) as store:
            await store.logins.look("0" * 64)
    warned = [record.getMessage() for record in caplog.records if SLOWER in record.getMessage()]
    assert len(warned) == 1
    assert warned[0].startswith("this Redis user may not use channels, so it takes some seconds longer until")


@pytest.mark.requirement("V32")
async def test_whoever_loses_the_right_while_waiting_looks_instead(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis ends the subscription, and the store is read instead."""
    monkeypatch.setattr(redis_client, "LOOK_EVERY", 0.05)
    monkeypatch.setattr(redis_client, "AGAIN_AFTER", 0.01)
    redis.command("FLUSHALL")
    url = redis.user_without_channels()
    redis.command("ACL SETUSER bot &*")
    async with RedisStore(url) as store, aclosing(store._client.news(store._keys.settled)) as news:
        assert await anext(news) is None
        assert redis.command("CLIENT LIST TYPE pubsub").count(b"user=bot") == 1
        redis.command("ACL SETUSER bot resetchannels", "CLIENT KILL TYPE pubsub")
        for _ in range(5):
            assert await asyncio.wait_for(anext(news), 30) is None
        assert redis.command("CLIENT LIST TYPE pubsub").count(b"user=bot") == 0
