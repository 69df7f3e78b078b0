"""How long a browser waits while its code is exchanged, in virtual time."""

import asyncio
from typing import Any

import pytest

from anilist_oauth.errors import ConnectionFailedError, OutcomeUnknownError, RateLimitedError, StateMismatchError
from anilist_oauth.http_messages import Request, Response
from anilist_oauth.sandbox import Fault
from tests.flaky import takes, virtually
from tests.flows import COOKIE, Stage

SUBJECT = "discord:42"


def too_many(seconds: str | None) -> Fault:
    """Refuse an exchange for some seconds, or without saying for how long."""
    headers = {} if seconds is None else {"Retry-After": seconds}
    return Fault(status=429, headers=headers, body={"message": "Too Many Attempts."})


def unreachable(stage: Stage, *, seconds: float, after: int = 0) -> list[float]:
    """Let no request be sent for some time after so many tries. Return the times of the tries."""
    transport: Any = stage.session._transport
    loop, send = asyncio.get_running_loop(), transport.send
    tries = list[float]()

    async def fail(request: Request) -> Response:
        tries.append(loop.time())
        if len(tries) > after and loop.time() < tries[after] + seconds:
            raise ConnectionFailedError("anilist.co could not be reached (ClientConnectorDNSError); nothing was sent")
        answer: Response = await send(request)
        return answer

    transport.send = fail
    return tries


@pytest.mark.requirement("R3")
def test_an_exchange_that_never_left_is_repeated_for_ten_seconds() -> None:
    """A short failure of DNS ends no login, and the code is sent once."""

    async def test(stage: Stage) -> None:
        tries = unreachable(stage, seconds=9)
        with takes(at_least=9, at_most=12):
            done = await stage.log_in(subject=SUBJECT)
        assert done.login.subject == SUBJECT
        assert stage.posts() == 1
        assert 5 < len(tries) < 20

    virtually(test)


@pytest.mark.requirement("R3")
def test_one_that_stays_unreachable_ends_the_login_in_words_that_fit() -> None:
    """The message does not say to repeat the call, because the callback cannot be used again."""

    async def test(stage: Stage) -> None:
        unreachable(stage, seconds=3600)
        login, callback = await stage.begin(subject=SUBJECT)
        with takes(at_least=8, at_most=10.1), pytest.raises(ConnectionFailedError, match="start a new one") as caught:
            await stage.flow.finish(callback)
        assert not caught.value.retryable
        assert "again" not in str(caught.value)
        with pytest.raises(ConnectionFailedError, match="start a new one"):
            await stage.flow.wait(login)
        assert stage.posts() == 0

    virtually(test)


@pytest.mark.requirement("R4")
def test_a_429_that_ends_within_thirty_seconds_is_waited_out() -> None:
    """The code was not processed, so it is sent again."""

    async def test(stage: Stage) -> None:
        stage.sandbox.next("token", too_many("12"), too_many("14"))
        with takes(at_least=26, at_most=31):
            done = await stage.log_in(subject=SUBJECT)
        assert done.login.subject == SUBJECT
        assert stage.posts() == 3

    virtually(test)


@pytest.mark.requirement("R4")
def test_logins_that_wait_for_the_same_end_do_not_come_back_in_one_instant() -> None:
    """Each is repeated within a second after it, at a random moment."""

    async def test(stage: Stage) -> None:
        stage.sandbox.next("token", *[too_many("12")] * 10)
        tries = unreachable(stage, seconds=0)
        callbacks = [(await stage.begin(subject=f"chat:{number}"))[1] for number in range(10)]
        await asyncio.gather(*map(stage.flow.finish, callbacks))
        again = [when - tries[0] for when in tries[10:]]
        assert 12 <= min(again) < max(again) <= 14
        assert len(set(again)) == 10

    virtually(test)


@pytest.mark.requirement("R4")
@pytest.mark.parametrize(("said", "told"), [("31", 31), (None, 60)])
def test_a_longer_429_ends_the_login_and_says_for_how_long(said: str | None, told: float) -> None:
    """The error always has a time to wait."""

    async def test(stage: Stage) -> None:
        stage.sandbox.next("token", too_many(said))
        _, callback = await stage.begin(subject=SUBJECT)
        with takes(at_most=1), pytest.raises(RateLimitedError, match=f"in {told:.0f} seconds") as caught:
            await stage.flow.finish(callback)
        assert (caught.value.retry_after, caught.value.retryable) == (told, False)

    virtually(test)


@pytest.mark.requirement("R4")
def test_callbacks_that_come_before_its_end_consume_nothing() -> None:
    """They are refused before the login is taken, and the same address works afterwards."""

    async def test(stage: Stage) -> None:
        stage.sandbox.next("token", too_many("40"))
        _, first = await stage.begin()
        _, callback = await stage.begin(binding=COOKIE)
        with pytest.raises(RateLimitedError):
            await stage.flow.finish(first)
        with pytest.raises(RateLimitedError) as caught:
            await stage.flow.finish(callback, binding=COOKIE)
        assert caught.value.retryable
        assert caught.value.retry_after == pytest.approx(40, abs=1)
        with pytest.raises(StateMismatchError):
            await stage.flow.finish(callback, binding="another")
        await asyncio.sleep(41)
        assert (await stage.flow.finish(callback, binding=COOKIE)).display_name == "mika"
        assert stage.posts() == 2

    virtually(test)


@pytest.mark.requirement("R3")
def test_an_exchange_that_never_left_after_a_429_is_repeated_for_ten_seconds_as_well() -> None:
    """The wait for the end of the 429 does not count."""

    async def test(stage: Stage) -> None:
        stage.sandbox.next("token", too_many("12"))
        tries = unreachable(stage, seconds=8, after=1)
        with takes(at_least=20, at_most=24):
            done = await stage.log_in(subject=SUBJECT)
        assert done.login.subject == SUBJECT
        assert stage.posts() == 2
        assert len(tries) > 5

    virtually(test)


def test_whatever_may_have_arrived_is_not_repeated() -> None:
    """The code may be spent."""

    async def test(stage: Stage) -> None:
        stage.sandbox.next("token", Fault(close="before"))
        _, callback = await stage.begin()
        with pytest.raises(OutcomeUnknownError):
            await stage.flow.finish(callback)
        assert stage.posts() == 1

    virtually(test)


def test_tries_are_counted_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """The last log record has their number."""
    caplog.set_level("INFO")

    async def test(stage: Stage) -> None:
        stage.sandbox.next("token", too_many("1"))
        await stage.log_in(subject=SUBJECT)

    virtually(test)
    fields: dict[str, Any] = vars(caplog.records[-1])
    assert (fields["event"], fields["subject"], fields["attempt"]) == ("login_finished", SUBJECT, 2)
    assert fields["milliseconds"] >= 0
