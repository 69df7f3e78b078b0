"""Waiting for a login that another process finishes, in virtual time."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from anilist_oauth.errors import ConfigurationError, LoginTimeoutError, OutcomeUnknownError, StorageError
from anilist_oauth.login import waiting as waiting_module
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.records import new_claim
from tests.flaky import logins, takes, tokens, virtually
from tests.flows import COOKIE, Stage, staged

CODE = digest("code")
TICK = 15.0  # seconds


@pytest.fixture(autouse=True)
def _few_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check the clock less often, because each check stops virtual time for some milliseconds."""
    assert waiting_module._TICK <= 1
    monkeypatch.setattr(waiting_module, "_TICK", TICK)


def test_a_wait_ends_at_its_timeout() -> None:
    """The login continues, so it can be awaited again and finished."""

    async def test(stage: Stage) -> None:
        login, callback = await stage.begin()
        with takes(at_least=90, at_most=90.1), pytest.raises(LoginTimeoutError) as caught:
            await stage.flow.wait(login, timeout=90)
        assert caught.value.reason == "timeout"
        await stage.flow.finish(callback)
        assert (await stage.flow.wait(login)).display_name == "mika"

    virtually(test)


@pytest.mark.parametrize("minutes", [0, 9, 600])
def test_a_wait_ends_when_the_login_expires(minutes: int) -> None:
    """The session's clock counts, and a jump of it is noticed within a second."""

    async def test(stage: Stage) -> None:
        login = await stage.flow.begin()
        asyncio.get_running_loop().call_later(30, lambda: stage.advance(minutes=minutes))
        end = max(30, 600 - 60 * minutes)
        with takes(at_least=end, at_most=end + TICK), pytest.raises(LoginTimeoutError) as caught:
            await stage.flow.wait(login, timeout=700)
        assert caught.value.reason == "expired"

    virtually(test)


def test_a_dead_taker_is_known_when_the_clock_jumps() -> None:
    """This works although the store was not read since the login was taken."""

    async def test(stage: Stage) -> None:
        login = await stage.flow.begin()
        waiting = asyncio.ensure_future(stage.flow.wait(login, timeout=800))
        await asyncio.sleep(5)
        await stage.flow.logins.take(digest(login.state), claim=new_claim(stage.sandbox.now()), code=CODE)
        stage.advance(seconds=91)
        with takes(at_most=TICK), pytest.raises(OutcomeUnknownError):
            await waiting

    virtually(test)


def test_a_wait_that_is_cancelled_leaves_nothing_running() -> None:
    """No task is left, not even for one iteration of the loop."""

    async def test(stage: Stage) -> None:
        login = await stage.flow.begin()
        before = asyncio.all_tasks()
        waiting = asyncio.ensure_future(stage.flow.wait(login))
        await asyncio.sleep(3 * TICK)
        waiting.cancel()
        await asyncio.wait((waiting,))
        assert waiting.cancelled()
        assert asyncio.all_tasks() == before

    virtually(test)


def test_a_login_taken_in_time_is_waited_for_beyond_its_life() -> None:
    """The user came back in the last second."""

    async def test(stage: Stage) -> None:
        login, callback = await stage.begin(binding=COOKIE)
        waiting = asyncio.ensure_future(stage.flow.wait(login, timeout=700))
        await asyncio.sleep(599)
        tokens(stage).weather.fail_for(25, "put")
        done = await stage.flow.finish(callback, binding=COOKIE)
        assert stage.sandbox.now() > login.expires_at
        assert await waiting == done

    virtually(test)


@pytest.mark.parametrize("taken_at", [1, 59, 61, 300, 599])
def test_a_dead_taker_is_known_after_90_seconds(taken_at: int) -> None:
    """The time counts from when the login was taken."""

    async def test(stage: Stage) -> None:
        login = await stage.flow.begin()
        waiting = asyncio.ensure_future(stage.flow.wait(login, timeout=800))
        await asyncio.sleep(taken_at)
        await stage.flow.logins.take(digest(login.state), claim=new_claim(stage.sandbox.now()), code=CODE)
        with takes(at_least=89.9, at_most=90.1), pytest.raises(OutcomeUnknownError):
            await waiting

    virtually(test)


def test_a_login_that_is_pushed_out_is_cancelled() -> None:
    """If its subject begins twenty newer logins, the wait ends at once."""

    async def test(stage: Stage) -> None:
        login = await stage.flow.begin(subject="discord:42")
        waiting = asyncio.ensure_future(stage.flow.wait(login))
        await asyncio.sleep(0)
        for _ in range(20):
            await stage.flow.begin(subject="discord:42")
        with takes(at_most=0), pytest.raises(LoginTimeoutError) as caught:
            await waiting
        assert caught.value.reason == "cancelled"

    virtually(test)


def test_a_deleted_login_is_expired() -> None:
    """Long after its expiry, the store no longer contains it."""

    async def test(stage: Stage) -> None:
        flow = LoginFlow(stage.session)
        login = await flow.begin()
        stage.advance(minutes=30)
        await flow.begin()
        assert await flow.logins.look(digest(login.state)) is None
        with pytest.raises(LoginTimeoutError) as caught:
            await flow.wait(login)
        assert caught.value.reason == "expired"

    virtually(test)


def test_a_store_that_comes_back_is_waited_for() -> None:
    """A restart of the database does not end a wait."""

    async def test(stage: Stage) -> None:
        login, callback = await stage.begin()
        logins(stage).weather.fail_for(20, "look", "settled")
        waiting = asyncio.ensure_future(stage.flow.wait(login))
        await asyncio.sleep(21)
        done = await stage.flow.finish(callback)
        assert await waiting == done

    virtually(test)


def test_a_store_that_stays_away_ends_the_wait() -> None:
    """The wait ends after 30 seconds, or after its own timeout."""

    async def test(stage: Stage) -> None:
        login = await stage.flow.begin()
        logins(stage).weather.fail_for(timedelta(hours=1).total_seconds(), "look")
        with takes(at_least=25, at_most=30), pytest.raises(StorageError):
            await stage.flow.wait(login)
        with takes(at_most=5), pytest.raises(StorageError):
            await stage.flow.wait(login, timeout=5)

    virtually(test)


@pytest.mark.parametrize("timeout", [None, "600", timedelta(minutes=10), float("nan"), 10**400])
async def test_a_timeout_is_a_number_of_seconds(timeout: Any) -> None:
    """Another value, such as nan or a number that no float holds, raises our error."""
    async with staged() as stage:
        with pytest.raises(ConfigurationError, match=r"^timeout: a number of seconds is needed"):
            await stage.flow.wait(await stage.flow.begin(), timeout=timeout)
