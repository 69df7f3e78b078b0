"""A login is taken by one call, within its time limits, and all calls get the same outcome."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

from anilist_oauth.clock import utc_now
from anilist_oauth.errors import (
    AniListOAuthError,
    LoginTimeoutError,
    OutcomeUnknownError,
    SessionStateError,
    StateMismatchError,
    StorageError,
)
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.login.login import CompletedLogin, Login
from anilist_oauth.login.take import SETTLE_TIME, TAKER_DEAD, WORK_TIME, Take
from anilist_oauth.sandbox import Fault
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.storage import MemoryLoginStore, MemoryTokenStore, Outcome, StoredToken
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.records import new_claim
from tests.flaky import FlakyLogins, OneStepLogins, logins, takes, tokens, virtually
from tests.flows import COOKIE, OPAQUE, Stage, named, staged
from tests.storage.records import stored

SUBJECT = "discord:42"
AWAY = StorageError("the database is away", retryable=True)


@pytest.mark.requirement("R7")
def test_the_times_of_a_taker_are_shorter_than_what_others_grant_it() -> None:
    """They leave five seconds for different clocks, and time for the outcome to arrive."""
    assert WORK_TIME < SETTLE_TIME < TAKER_DEAD.total_seconds() - 5


@pytest.mark.requirement("R7")
@pytest.mark.parametrize("ahead", [-5, 0, 5])
@pytest.mark.parametrize("outage", [28.0, 40.0])
def test_finish_and_wait_tell_the_same_ending(ahead: int, outage: float) -> None:
    """This holds however long the viewer and the store take, and whichever clock is ahead."""

    async def test(stage: Stage) -> None:
        stage.sandbox.next("token", OPAQUE)
        slow = [Fault(status=503, headers={"Retry-After": str(seconds)}, body="{}") for seconds in (25, 27)]
        stage.sandbox.next("graphql", *slow, named(stage.sandbox.user))
        login, callback = await stage.begin(subject=SUBJECT)
        differing = OAuthSession(
            stage.session.application, clock=lambda: stage.sandbox.now() + timedelta(seconds=ahead)
        )
        other = LoginFlow(differing, logins=stage.flow.logins, tokens=stage.flow.tokens)
        finishing = asyncio.ensure_future(stage.flow.finish(callback))
        waiting = asyncio.ensure_future(other.wait(login))
        await asyncio.sleep(50)
        tokens(stage).weather.fail_for(outage, "put")
        told = await asyncio.gather(finishing, waiting, return_exceptions=True)
        assert type(told[0]) is type(told[1])
        if isinstance(told[0], AniListOAuthError):
            assert str(told[0]) == str(told[1])

    virtually(test)


@pytest.mark.requirement("R7")
def test_work_that_takes_too_long_ends_settled_before_anybody_calls_it_dead() -> None:
    """The work is stopped at its time limit, and the login is settled."""

    async def test(stage: Stage) -> None:
        tokens(stage).weather.hangs.add("put")
        login, callback = await stage.begin(subject=SUBJECT)
        waiting = asyncio.ensure_future(stage.flow.wait(login))
        with takes(at_least=WORK_TIME - 1, at_most=WORK_TIME + 1):
            with pytest.raises(StorageError) as caught:
                await stage.flow.finish(callback)
            with pytest.raises(StorageError):
                await waiting
        assert not caught.value.retryable

    virtually(test)


async def exchanging(stage: Stage) -> tuple[Login, asyncio.Future[CompletedLogin]]:
    """Begin a login, and return it with a call that finishes it and waits five seconds for AniList's token."""
    login, callback = await stage.begin(subject=SUBJECT)
    stage.sandbox.next("token", Fault(delay=5))
    finishing = asyncio.ensure_future(stage.flow.finish(callback))
    await stage.reached()
    return login, finishing


@pytest.mark.requirement("R7")
def test_nothing_is_stored_or_called_done_after_the_deadline() -> None:
    """The process may have been suspended in the middle."""

    async def test(stage: Stage) -> None:
        login, finishing = await exchanging(stage)
        loop: Any = asyncio.get_running_loop()
        loop.jump(100)
        with pytest.raises((OutcomeUnknownError, StorageError)):
            await finishing
        assert await stage.flow.tokens.get(SUBJECT, client_id=stage.session.application.client_id) is None
        assert await stage.flow.logins.settled(digest(login.state), timeout=0) is None

    virtually(test)


@pytest.mark.requirement("R7")
def test_a_computer_that_slept_tells_all_the_same_ending() -> None:
    """Only the clock that shows the time of day goes on meanwhile. So it is asked whether others have given up."""

    async def test(stage: Stage) -> None:
        login, finishing = await exchanging(stage)
        stage.sandbox.advance(timedelta(minutes=2))
        with pytest.raises(OutcomeUnknownError, match="stopped"):
            await stage.flow.wait(login)
        with pytest.raises(OutcomeUnknownError, match="stopped"):
            await finishing

    virtually(test)


@pytest.mark.requirement("R7")
def test_a_computer_that_slept_finishes_a_login_that_nobody_gave_up() -> None:
    """The outcome that is stored is its own."""

    async def test(stage: Stage) -> None:
        login, finishing = await exchanging(stage)
        stage.sandbox.advance(timedelta(minutes=2))
        assert await finishing == await stage.flow.wait(login)

    virtually(test)


@pytest.mark.requirement("R7")
def test_a_settling_whose_answer_is_lost_for_good_is_told_as_what_was_kept() -> None:
    """The stored success is returned by `finish` and `wait`."""

    async def test(stage: Stage) -> None:
        logins(stage).weather.hangs_after.add("settle")
        login, callback = await stage.begin(subject=SUBJECT)
        waiting = asyncio.ensure_future(stage.flow.wait(login))
        with takes(at_least=SETTLE_TIME - 1, at_most=SETTLE_TIME + 1):
            done = await stage.flow.finish(callback)
        assert await waiting == done

    virtually(test)


@pytest.mark.requirement("R7")
@pytest.mark.parametrize("trouble", ["fails", "hangs"])
def test_a_settling_that_nobody_can_look_for_is_told_as_an_outage(trouble: str) -> None:
    """The store neither answers nor returns what it has stored."""

    async def test(stage: Stage) -> None:
        weather = logins(stage).weather
        weather.hangs_after.add("settle")
        if trouble == "fails":
            weather.fail_for(200, "settled")
        else:
            weather.hangs.add("settled")
        _, callback = await stage.begin(subject=SUBJECT)
        with takes(at_least=SETTLE_TIME - 1, at_most=SETTLE_TIME + 6), pytest.raises(StorageError) as caught:
            await stage.flow.finish(callback)
        assert not caught.value.retryable

    virtually(test)


@pytest.mark.requirement("R7")
def test_a_second_click_in_a_process_that_was_suspended_is_told_what_happened_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its time limit is over when it continues, but the outcome was stored long before."""

    async def test(stage: Stage) -> None:
        kept = logins(stage).settled

        async def suspended(key: str, *, timeout: float) -> Outcome | None:
            outcome = await kept(key, timeout=timeout)
            return None if timeout else outcome

        _, callback = await stage.begin(subject=SUBJECT, binding=COOKIE)
        done = await stage.flow.finish(callback, binding=COOKIE)
        monkeypatch.setattr(logins(stage), "settled", suspended)
        assert await stage.flow.finish(callback, binding=COOKIE) == done

    virtually(test)


@pytest.mark.requirement("R7")
@pytest.mark.parametrize("other", ["wait", "second click"])
def test_a_suspended_taker_does_not_call_a_login_a_success_that_others_gave_up(
    other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver of its store swallows the cancellation, and sends the outcome long after the time limit."""

    async def test(stage: Stage) -> None:
        login, callback = await stage.begin(subject=SUBJECT, binding=COOKIE)
        waiting = asyncio.ensure_future(stage.flow.wait(login)) if other == "wait" else None
        settle, suspended = logins(stage).settle, asyncio.Event()

        async def settle_late(key: str, outcome: Outcome) -> None:
            monkeypatch.undo()
            suspended.set()
            try:
                await asyncio.sleep(TAKER_DEAD.total_seconds() + 10)
            except asyncio.CancelledError:
                await asyncio.sleep(TAKER_DEAD.total_seconds() + 10 - SETTLE_TIME)
            await settle(key, outcome)

        monkeypatch.setattr(logins(stage), "settle", settle_late)
        finishing = asyncio.ensure_future(stage.flow.finish(callback, binding=COOKIE))
        await suspended.wait()
        giving_up = waiting or asyncio.ensure_future(stage.reopened().finish(callback, binding=COOKIE))
        for told in (giving_up, finishing):
            with pytest.raises(OutcomeUnknownError, match="the process that finished this login stopped"):
                await told

    virtually(test)


@pytest.mark.requirement("R6")
@pytest.mark.parametrize("how", ["fails", "loses an answer", "is away for 28 s"])
def test_a_store_that_comes_back_fails_no_call(how: str) -> None:
    """Each call of the store is repeated for thirty seconds."""

    def trouble(weather: Any, name: str) -> None:
        if how == "fails":
            weather.before[name] = [AWAY]
        elif how == "loses an answer":
            weather.after[name] = [AWAY]
        else:
            weather.fail_for(28, name)

    async def once(stage: Stage, trouble_at: Callable[[str], None], step: str) -> None:
        trouble_at(step)
        login = await stage.flow.begin(subject=SUBJECT, binding=COOKIE)
        assert await stage.flow.look({"state": login.state}) == login
        waiting = asyncio.ensure_future(stage.flow.wait(login))
        done = await stage.flow.finish(await stage.sandbox.approve(login.url), binding=COOKIE)
        assert await waiting == done
        assert await stage.flow.token_for(SUBJECT) == done.token
        await stage.flow.logout(SUBJECT)
        called_off = await stage.flow.begin(subject=SUBJECT)
        await stage.flow.cancel(called_off)
        with pytest.raises(LoginTimeoutError):
            await stage.flow.wait(called_off)

    async def test(stage: Stage) -> None:
        for step in ("add", "look", "take", "settle", "settled"):
            await once(stage, lambda name: trouble(logins(stage).weather, name), step)
        for step in ("get", "put", "delete"):
            await once(stage, lambda name: trouble(tokens(stage).weather, name), step)
        assert stage.posts() == 8

    virtually(test)


@pytest.mark.requirement("R6")
@pytest.mark.parametrize("step", ["look", "take", "settle"])
def test_cancelling_is_repeated_too(step: str) -> None:
    """Waiting calls end when the store works again."""

    async def test(stage: Stage) -> None:
        login = await stage.flow.begin(subject=SUBJECT)
        logins(stage).weather.fail_for(28, step)
        await stage.flow.cancel(login)
        with pytest.raises(LoginTimeoutError) as caught:
            await stage.flow.wait(login)
        assert caught.value.reason == "cancelled"

    virtually(test)


@pytest.mark.requirement("R6")
def test_a_store_that_stays_away_is_told_as_what_it_is() -> None:
    """After thirty seconds the error is raised, and is ``retryable`` only if nothing was consumed."""

    async def test(stage: Stage) -> None:
        for step, retryable in (("look", True), ("take", True), ("put", False), ("settle", False)):
            weather = (tokens(stage) if step == "put" else logins(stage)).weather
            _, callback = await stage.begin(binding=COOKIE)
            weather.fail_for(100, step)
            with takes(at_least=25, at_most=45), pytest.raises(StorageError) as caught:
                await stage.flow.finish(callback, binding=COOKIE)
            assert caught.value.retryable is retryable, step
            weather.until.clear()
            if retryable:
                assert (await stage.flow.finish(callback, binding=COOKIE)).display_name == "mika"

    virtually(test)


@pytest.mark.requirement("R11")
@pytest.mark.parametrize(
    ("kind", "step"),
    [(FlakyLogins, step) for step in ("look", "take", "put", "settle")] + [(OneStepLogins, "check_and_take")],
)
@pytest.mark.parametrize("arrived", [False, True])
def test_a_flow_that_closes_in_the_middle_leaves_the_login_settled_or_as_it_was(
    kind: type[FlakyLogins], step: str, *, arrived: bool
) -> None:
    """Whichever call is running, there is at most one exchange, and no task is left."""

    async def test(stage: Stage) -> None:
        weather = (tokens(stage) if step == "put" else logins(stage)).weather
        login, callback = await stage.begin(subject=SUBJECT, binding=COOKIE)
        hangs = weather.hangs_after if arrived else weather.hangs
        hangs.add(step)
        finishing = asyncio.ensure_future(stage.flow.finish(callback, binding=COOKIE))
        await asyncio.sleep(1)
        asyncio.get_running_loop().call_later(9, hangs.clear)
        await stage.flow.aclose()
        (ended,) = await asyncio.gather(finishing, return_exceptions=True)
        again = stage.reopened()
        pending = await stage.flow.logins.look(digest(login.state))
        assert pending is not None
        if pending.taken is None:
            assert (await again.finish(callback, binding=COOKIE)).login.state == login.state
        else:
            outcome = await stage.flow.logins.settled(digest(login.state), timeout=0)
            assert outcome is not None
            assert (outcome.error is None) is not isinstance(ended, AniListOAuthError)
        assert stage.posts() <= 1

    virtually(test, kind=kind)


@pytest.mark.requirement("R11")
def test_a_cancelled_take_of_a_login_that_another_has_is_left_alone() -> None:
    """Only a login with the own claim is settled."""

    async def test(stage: Stage) -> None:
        login = await stage.flow.begin()
        await stage.flow.logins.take(digest(login.state), claim=new_claim(stage.sandbox.now()), code="x")
        logins(stage).weather.hangs_after.add("take")
        take = Take(stage.flow.logins, digest(login.state), answer="y", clock=stage.sandbox.now)
        taking = asyncio.ensure_future(take.take(stage.flow.logins.take))
        await asyncio.sleep(1)
        logins(stage).weather.hangs_after.clear()
        taking.cancel()
        await asyncio.wait((taking,))
        assert taking.cancelled()
        assert await stage.flow.logins.settled(digest(login.state), timeout=0) is None

    virtually(test)


def test_a_store_that_checks_and_takes_in_one_step_is_asked_once() -> None:
    """There are no other calls, and a repeated call after a lost answer still has the login."""

    async def test(stage: Stage) -> None:
        weather = logins(stage).weather
        for binding in (COOKIE, None):
            login, callback = await stage.begin(subject=SUBJECT, binding=binding)
            weather.calls.clear()
            assert (await stage.flow.finish(callback, binding=binding)).login == login
            assert weather.calls == ["check_and_take", "settle"]
        _, callback = await stage.begin(subject=SUBJECT, binding=COOKIE)
        weather.after["check_and_take"] = [AWAY]
        assert (await stage.flow.finish(callback, binding=COOKIE)).display_name == "mika"
        assert stage.posts() == 3

    virtually(test, kind=OneStepLogins)


@pytest.mark.requirement("S3")
def test_one_step_refuses_whatever_two_would_and_takes_nothing() -> None:
    """It refuses another browser, and an expired, used, unknown or foreign login."""

    async def test(stage: Stage) -> None:
        login, callback = await stage.begin(subject=SUBJECT, binding=COOKIE)
        assert await reason_of(stage, callback, binding="another") == "binding"
        assert await reason_of(stage, callback) == "binding"
        foreign = attrs.evolve(stage.session.application, client_id="999")
        async with OAuthSession(foreign, endpoints=stage.session.endpoints, clock=stage.sandbox.now) as session:
            other = LoginFlow(session, logins=stage.flow.logins, tokens=stage.flow.tokens)
            with pytest.raises(StateMismatchError, match="no login with this state"):
                await other.finish(callback, binding=COOKIE)
        assert await stage.flow.look(callback) == login
        await stage.flow.finish(callback, binding=COOKIE)
        assert await reason_of(stage, callback, binding="another") == "used"
        _, expired = await stage.begin(subject=SUBJECT, binding=COOKIE)
        stage.advance(minutes=11)
        assert await reason_of(stage, expired, binding=COOKIE) == "expired"
        assert await reason_of(stage, callback.replace("state=", "state=a")) == "unknown"
        assert stage.posts() == 1

    virtually(test, kind=OneStepLogins)


async def reason_of(stage: Stage, callback: str, *, binding: str | None = None) -> str:
    """Finish a login that is refused, and return the reason."""
    with pytest.raises(StateMismatchError) as caught:
        await stage.flow.finish(callback, binding=binding)
    return caught.value.reason


@pytest.mark.requirement("R4")
def test_a_login_that_could_not_be_exchanged_now_is_only_looked_at() -> None:
    """The session is closed, so nothing is consumed."""

    async def test(stage: Stage) -> None:
        login, callback = await stage.begin(subject=SUBJECT, binding=COOKIE)
        await stage.session.aclose()
        with pytest.raises(SessionStateError, match="the session is closed"):
            await stage.flow.finish(callback, binding=COOKIE)
        assert "check_and_take" not in logins(stage).weather.calls
        assert await stage.flow.look(callback) == login

    virtually(test, kind=OneStepLogins)


async def test_a_callback_in_another_event_loop_takes_nothing() -> None:
    """A thread with its own loop cannot exchange the code, and the login can still be finished in the right loop."""
    async with staged() as stage:
        login, callback = await stage.begin(subject=SUBJECT, binding=COOKIE)
        with pytest.raises(SessionStateError, match="another event loop"):
            await asyncio.to_thread(asyncio.run, stage.flow.finish(callback, binding=COOKIE))
        assert (await stage.flow.finish(callback, binding=COOKIE)).login == login


async def test_a_callback_takes_nothing_after_the_connector_was_closed() -> None:
    """The owner of the connector closed it too early, so the code cannot be exchanged now."""
    async with staged() as stage:
        login, callback = await stage.begin(subject=SUBJECT, binding=COOKIE)
        connector = stage.session.connector
        assert connector is not None
        await connector.close()
        with pytest.raises(SessionStateError, match="connector was closed"):
            await stage.flow.finish(callback, binding=COOKIE)
        assert await stage.flow.look(callback) == login


@pytest.mark.requirement("S3")
@pytest.mark.requirement("R11")
def test_a_cancelled_callback_of_another_browser_takes_nothing() -> None:
    """The call is repeated to see whether it took the login, and does not take it then either."""

    async def test(stage: Stage) -> None:
        login, callback = await stage.begin(subject=SUBJECT, binding=COOKIE)
        logins(stage).weather.hangs.add("check_and_take")
        finishing = asyncio.ensure_future(stage.flow.finish(callback, binding="another"))
        await asyncio.sleep(1)
        asyncio.get_running_loop().call_later(9, logins(stage).weather.hangs.clear)
        await stage.flow.aclose()
        await asyncio.wait((finishing,))
        assert (await stage.reopened().finish(callback, binding=COOKIE)).login == login

    virtually(test, kind=OneStepLogins)


@pytest.mark.requirement("R8")
def test_a_login_whose_token_is_older_than_the_stored_one_says_so() -> None:
    """A newer login of the subject was finished meanwhile, and its token stays."""

    async def test(stage: Stage) -> None:
        login, callback = await stage.begin(subject=SUBJECT)
        waiting = asyncio.ensure_future(stage.flow.wait(login))
        stage.sandbox.next("token", Fault(delay=2))
        finishing = asyncio.ensure_future(stage.flow.finish(callback))
        await stage.reached()
        newer = attrs.evolve(
            stored(SUBJECT, client_id=stage.session.application.client_id),
            issued_at=stage.sandbox.now() + timedelta(hours=1),
        )
        await stage.flow.tokens.put(newer)
        for told in (finishing, waiting):
            with pytest.raises(OutcomeUnknownError, match="a newer login of this subject was finished meanwhile"):
                await told
        assert await stage.flow.token_for(SUBJECT) == newer.token

    virtually(test)


@pytest.mark.requirement("R7")
def test_a_deadline_that_strikes_in_an_exchange_leaves_its_outcome_unknown() -> None:
    """The code may have arrived, and a session without a timeout must not delay the login for longer."""

    async def test(stage: Stage) -> None:
        transport: Any = stage.session._transport
        login, callback = await stage.begin(subject=SUBJECT)
        waiting = asyncio.ensure_future(stage.flow.wait(login))
        with takes(at_least=WORK_TIME - 1, at_most=WORK_TIME + 1):
            transport.send = lambda _: asyncio.sleep(3600)
            with pytest.raises(OutcomeUnknownError, match="took too long") as caught:
                await stage.flow.finish(callback)
            with pytest.raises(OutcomeUnknownError, match="took too long"):
                await waiting
        assert not caught.value.retryable

    virtually(test)


@pytest.mark.requirement("R7")
async def test_no_store_is_called_after_the_deadline() -> None:
    """Its answer would come too late."""
    take = Take(MemoryLoginStore(), "key", answer="x", clock=utc_now)
    take.began = -SETTLE_TIME
    with pytest.raises(StorageError, match="too long"):
        await take.settle(Outcome(subject="a"))


class Watched(MemoryTokenStore):
    """Notes, for each token that comes in, what waiters were told until then."""

    def __init__(self, logins: MemoryLoginStore) -> None:
        super().__init__()
        self._logins = logins
        self.key = ""
        self.told: list[Outcome | None] = []

    async def put(self, stored: StoredToken, *, over: str | None = None) -> bool:
        """Look at the outcome, and keep the token."""
        self.told.append(await self._logins.settled(self.key, timeout=0))
        return await super().put(stored, over=over)


@pytest.mark.requirement("R10")
async def test_a_success_is_told_only_once_its_token_is_stored() -> None:
    """A process that is killed in between must not leave a success without a token."""
    keeper = MemoryLoginStore()
    watched = Watched(keeper)
    async with staged(logins=keeper, tokens=watched) as stage:
        login, callback = await stage.begin(subject=SUBJECT)
        watched.key = digest(login.state)
        await stage.flow.finish(callback)
        assert watched.told == [None]
        assert await keeper.settled(watched.key, timeout=0) == Outcome(subject=SUBJECT)
