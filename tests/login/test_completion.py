"""Logins in which something goes wrong between callback and stored token, in virtual time."""

import asyncio
import gc
from datetime import timedelta
from typing import Any

import pytest
from yarl import URL

from anilist_oauth.errors import (
    AccessDeniedError,
    AniListOAuthError,
    ConnectionFailedError,
    InvalidClientError,
    InvalidCodeError,
    LoginRequiredError,
    OutcomeUnknownError,
    RateLimitedError,
    ServiceUnavailableError,
    SessionStateError,
    StateMismatchError,
    StorageError,
    TokenMismatchError,
    UnexpectedResponseError,
)
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.sandbox import Fault
from anilist_oauth.storage import Outcome
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.records import new_claim
from tests.flaky import logins, takes, tokens, virtually
from tests.flows import COOKIE, OPAQUE, Stage, Unpaced, named


class Endless(Unpaced):
    """A pace at which no turn comes for an hour."""

    async def turn(self, *_given: Any, **_named: Any) -> int:
        """Keep the caller waiting."""
        await asyncio.sleep(3600)
        return 0


AWAY = StorageError("the database is away", retryable=True)
SUBJECT = "discord:42"


async def both_fail(stage: Stage, kind: type[AniListOAuthError]) -> Any:
    """Check that a login fails in the same way for `finish` and `wait`, without a token. Return the error."""
    login, callback = await stage.begin(subject=SUBJECT)
    waiting = asyncio.ensure_future(stage.flow.wait(login))
    with pytest.raises(kind) as caught:
        await stage.flow.finish(callback)
    with pytest.raises(kind) as told:
        await waiting
    assert (str(told.value), vars(told.value)) == (str(caught.value), vars(caught.value))
    with pytest.raises(LoginRequiredError):
        await stage.flow.token_for(SUBJECT)
    with pytest.raises(StateMismatchError):
        await stage.flow.finish(callback)
    return caught.value


class TestBeforeTheTake:
    """Failures that consume nothing."""

    @pytest.mark.requirement("R1")
    def test_a_long_queue_keeps_nobody_out(self) -> None:
        """A login only needs the exchange, so the queue of the pace does not matter."""

        async def test(stage: Stage) -> None:
            assert isinstance(stage.session.pace, Unpaced)
            stage.session.pace.wait = 3600
            assert (await stage.log_in(subject=SUBJECT)).login.subject == SUBJECT

        virtually(test)

    def test_where_tokens_say_nothing_a_long_queue_is_told_before_the_take(self) -> None:
        """If the viewer is needed and the wait is over 30 seconds, the same callback works later."""

        async def test(stage: Stage) -> None:
            assert isinstance(stage.session.pace, Unpaced)
            stage.sandbox.next("token", OPAQUE)
            stage.sandbox.next("graphql", named(stage.sandbox.user))
            await stage.log_in()
            _, callback = await stage.begin()
            stage.session.pace.wait = 30.5
            with pytest.raises(RateLimitedError) as caught:
                await stage.flow.finish(callback)
            assert (caught.value.retry_after, caught.value.retryable) == (30.5, True)
            assert stage.posts() == 1
            denied = await stage.flow.begin()
            with pytest.raises(AccessDeniedError):
                await stage.flow.finish(await stage.sandbox.deny(denied.url))
            stage.session.pace.wait = 30.0
            assert (await stage.flow.finish(callback)).display_name == "mika"
            stage.session.pace.wait = 30.5  # that token said whose it is
            assert (await stage.log_in()).display_name == "mika"

        virtually(test)

    def test_a_login_that_vanishes_before_the_take_is_unknown(self) -> None:
        """Its subject may begin twenty others at that moment."""

        async def test(stage: Stage) -> None:
            login, callback = await stage.begin()
            logins(stage).weather.before["take"] = [AWAY]
            finishing = asyncio.ensure_future(stage.flow.finish(callback))
            await asyncio.sleep(0.05)
            logins(stage)._forget(digest(login.state))
            with pytest.raises(StateMismatchError, match="several workers") as caught:
                await finishing
            assert caught.value.reason == "unknown"

        virtually(test)

    def test_a_take_that_comes_second_is_a_duplicate(self) -> None:
        """Another process took the login after it was looked up."""

        async def test(stage: Stage) -> None:
            login, callback = await stage.begin()
            logins(stage).weather.before["take"] = [AWAY]
            finishing = asyncio.ensure_future(stage.flow.finish(callback))
            await asyncio.sleep(0.05)
            await stage.flow.logins.take(digest(login.state), claim=new_claim(stage.sandbox.now()), code=digest("x"))
            with pytest.raises(StateMismatchError) as caught:
                await finishing
            assert caught.value.reason == "used"
            assert stage.posts() == 0

        virtually(test)

    def test_a_take_whose_answer_was_lost_is_repeated_with_the_same_claim(self) -> None:
        """The repeated call finds that this claim has the login."""

        async def test(stage: Stage) -> None:
            _, callback = await stage.begin()
            logins(stage).weather.after["take"] = [AWAY, AWAY]
            assert (await stage.flow.finish(callback)).display_name == "mika"
            assert logins(stage).weather.calls.count("take") == 3
            assert stage.posts() == 1

        virtually(test)


class TestAfterTheTake:
    """Failures that end the login, for `finish` and for `wait`."""

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            (Fault(status=401, body={"error": "invalid_client", "message": "no"}), InvalidClientError),
            (Fault(status=400, body={"error": "invalid_grant", "hint": "no"}), InvalidCodeError),
            (
                Fault(status=429, headers={"Retry-After": "45"}, body={"message": "Too Many Attempts."}),
                RateLimitedError,
            ),
            (Fault(status=503, body="<html>"), ServiceUnavailableError),
            (Fault(close="before"), OutcomeUnknownError),
            (Fault(status=200, body="[]"), UnexpectedResponseError),
        ],
    )
    def test_a_failed_exchange_ends_it_with_its_class(self, fault: Fault, kind: type[AniListOAuthError]) -> None:
        """The error is not retryable, because a new login is needed."""

        async def test(stage: Stage) -> None:
            stage.sandbox.next("token", fault)
            error = await both_fail(stage, kind)
            assert not getattr(error, "retryable", False)
            assert stage.posts() == 1

        virtually(test)

    def test_an_unreachable_server_ends_it(self) -> None:
        """This is so even if the exchange could be repeated."""

        async def test(stage: Stage) -> None:
            login, callback = await stage.begin()
            await stage.sandbox.aclose()
            with pytest.raises(ConnectionFailedError) as caught:
                await stage.flow.finish(callback)
            assert not caught.value.retryable
            with pytest.raises(ConnectionFailedError):
                await stage.flow.wait(login)

        virtually(test)

    @pytest.mark.requirement("R13")
    @pytest.mark.requirement("V14")
    def test_another_user_does_not_take_over_a_signed_in_subject(self) -> None:
        """A subject ``anilist:…`` only belongs to that user, whoever approves the login."""

        async def test(stage: Stage) -> None:
            mika, rin = stage.sandbox.users
            login = await stage.flow.begin(subject=f"anilist:{rin.id}")
            with pytest.raises(TokenMismatchError) as caught:
                await stage.flow.finish(await stage.sandbox.approve(login.url, user=mika))
            assert caught.value.reason == "other_user"
            with pytest.raises(LoginRequiredError):
                await stage.flow.token_for(f"anilist:{rin.id}")
            again = await stage.log_in(user="rin", subject=f"anilist:{rin.id}")
            assert again.user_id == rin.id

        virtually(test)

    def test_a_program_s_mistake_is_an_unknown_outcome(self) -> None:
        """An unexpected exception becomes `OutcomeUnknownError` for all calls."""

        async def test(stage: Stage) -> None:
            tokens(stage).weather.before["put"] = [RuntimeError("a bug")]
            error = await both_fail(stage, OutcomeUnknownError)
            assert isinstance(error.__cause__, RuntimeError)

        virtually(test)


class TestStoring:
    """Failures of a store after the login was taken."""

    def test_storing_is_repeated_while_the_store_comes_back(self) -> None:
        """The store is tried for 30 seconds, and a lost answer does no harm."""

        async def test(stage: Stage) -> None:
            login, callback = await stage.begin(subject=SUBJECT)
            tokens(stage).weather.fail_for(25, "put")
            tokens(stage).weather.after["put"] = [AWAY]
            logins(stage).weather.after["settle"] = [AWAY]
            with takes(at_least=25, at_most=30):
                done = await stage.flow.finish(callback)
            assert await stage.flow.wait(login) == done
            assert await stage.flow.token_for(SUBJECT) == done.token

        virtually(test)

    def test_a_store_that_stays_away_ends_the_login(self) -> None:
        """After 30 seconds the error is not retryable, because the code is spent."""

        async def test(stage: Stage) -> None:
            tokens(stage).weather.fail_for(60, "put")
            with takes(at_least=25, at_most=35):
                error = await both_fail(stage, StorageError)
            assert not error.retryable

        virtually(test)

    def test_a_permanent_failure_is_not_repeated(self) -> None:
        """One example is a full disk."""

        async def test(stage: Stage) -> None:
            tokens(stage).weather.before["put"] = [StorageError("the disk is full")]
            with takes(at_most=1):
                await both_fail(stage, StorageError)

        virtually(test)

    def test_a_failure_to_settle_is_raised(self) -> None:
        """The token is stored, but calls that wait may not notice."""

        async def test(stage: Stage) -> None:
            login, callback = await stage.begin(subject=SUBJECT)
            logins(stage).weather.fail_for(60, "settle")
            with takes(at_least=25, at_most=35), pytest.raises(StorageError) as caught:
                await stage.flow.finish(callback)
            assert not caught.value.retryable
            assert (await stage.flow.token_for(SUBJECT)).user_id == stage.sandbox.user.id
            with takes(at_most=75), pytest.raises(OutcomeUnknownError):
                await stage.flow.wait(login)

        virtually(test)

    def test_a_failure_that_cannot_be_settled_is_raised_all_the_same(self, caplog: pytest.LogCaptureFixture) -> None:
        """The first error is raised."""

        async def test(stage: Stage) -> None:
            _, callback = await stage.begin(subject=SUBJECT)
            stage.sandbox.next("token", Fault(status=503, body="<html>"))
            logins(stage).weather.fail_for(60, "settle")
            with pytest.raises(ServiceUnavailableError):
                await stage.flow.finish(callback)

        virtually(test)
        assert "a failed login could not be settled: StorageError" in caplog.text

    def test_a_stored_failure_has_no_traceback(self) -> None:
        """It is kept for ten minutes, and its frames would contain secrets."""

        async def test(stage: Stage) -> None:
            login, callback = await stage.begin(subject=SUBJECT)
            stage.sandbox.next("token", Fault(status=503, body="<html>"))
            with pytest.raises(ServiceUnavailableError):
                await stage.flow.finish(callback)
            outcome = await stage.flow.logins.settled(digest(login.state), timeout=0)
            assert outcome is not None
            assert outcome.error is not None
            assert (outcome.error.__traceback__, outcome.error.__cause__) == (None, None)
            with pytest.raises(ServiceUnavailableError):
                await stage.flow.wait(login)
            assert outcome.error.__traceback__ is None

        virtually(test)

    def test_a_success_whose_token_is_gone_asks_for_a_login(self) -> None:
        """The user may log out before a waiting call reads the token."""

        async def test(stage: Stage) -> None:
            login, callback = await stage.begin(subject=SUBJECT)
            await stage.flow.finish(callback)
            await stage.flow.logout(SUBJECT)
            with pytest.raises(LoginRequiredError):
                await stage.flow.wait(login)

        virtually(test)


class TestDeadTaker:
    """A process takes a login and dies."""

    def test_a_duplicate_waits_90_seconds_from_the_take(self) -> None:
        """Then the outcome is unknown, and without a binding the login is simply used."""

        async def test(stage: Stage) -> None:
            login, callback = await stage.begin(binding=COOKIE)
            claim, code = new_claim(stage.sandbox.now()), callback.partition("code=")[2].partition("&")[0]
            await stage.flow.logins.take(digest(login.state), claim=claim, code=digest(code))
            stage.advance(seconds=50)
            with takes(at_least=39, at_most=40), pytest.raises(OutcomeUnknownError):
                await stage.flow.finish(callback, binding=COOKIE)
            assert stage.posts() == 0

        virtually(test)

    def test_a_clock_set_back_keeps_a_duplicate_no_longer(self) -> None:
        """The login seems to have been taken in the future, but the wait is 90 seconds at most."""

        async def test(stage: Stage) -> None:
            login, callback = await stage.begin(binding=COOKIE)
            claim, code = new_claim(stage.sandbox.now() + timedelta(hours=1)), URL(callback).query["code"]
            await stage.flow.logins.take(digest(login.state), claim=claim, code=digest(code))
            with takes(at_least=90, at_most=91), pytest.raises(OutcomeUnknownError):
                await stage.flow.finish(callback, binding=COOKIE)

        virtually(test)

    def test_a_duplicate_gets_what_another_process_settles(self) -> None:
        """It gets a success and a failure."""

        async def test(stage: Stage) -> None:
            login, callback = await stage.begin(binding=COOKIE)
            claim, code = new_claim(stage.sandbox.now()), callback.partition("code=")[2].partition("&")[0]
            await stage.flow.logins.take(digest(login.state), claim=claim, code=digest(code))
            finishing = asyncio.ensure_future(stage.flow.finish(callback, binding=COOKIE))
            await asyncio.sleep(5)
            await stage.flow.logins.settle(digest(login.state), Outcome(error=InvalidClientError("no")))
            with takes(at_most=0), pytest.raises(InvalidClientError):
                await finishing

        virtually(test)


class TestClosing:
    """A flow is closed while logins are being finished."""

    def test_unfinished_logins_are_settled_as_unknown(self) -> None:
        """After ten seconds, `finish` and `wait` raise."""

        async def test(stage: Stage) -> None:
            stage.session.pace = Endless()
            stage.sandbox.next("token", OPAQUE)
            login, callback = await stage.begin(subject=SUBJECT)
            finishing = asyncio.ensure_future(stage.flow.finish(callback))
            waiting = asyncio.ensure_future(stage.flow.wait(login))
            await stage.reached()
            with takes(at_least=10, at_most=11):
                await stage.flow.aclose()
            for task in (finishing, waiting):
                with pytest.raises(OutcomeUnknownError):
                    await task

        virtually(test)

    def test_an_exception_without_a_caller_is_not_logged(self) -> None:
        """Asyncio would log an exception that is never retrieved."""

        async def test(stage: Stage) -> None:
            complaints: list[Any] = []
            asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
            _, callback = await stage.begin()
            stage.sandbox.next("token", Fault(status=503, body="<html>", delay=1))
            finishing = asyncio.ensure_future(stage.flow.finish(callback))
            await stage.reached()
            finishing.cancel()
            await stage.flow.aclose()
            del finishing
            gc.collect()
            assert not complaints

        virtually(test)

    @pytest.mark.parametrize("step", ["look", "take"])
    def test_a_login_not_yet_taken_is_left_alone(self, step: str, caplog: pytest.LogCaptureFixture) -> None:
        """Its caller gets an error, which is logged, and another process can finish it."""

        async def test(stage: Stage) -> None:
            login, callback = await stage.begin()
            logins(stage).weather.hangs.add(step)
            finishing = asyncio.ensure_future(stage.flow.finish(callback))
            await asyncio.sleep(0)
            await stage.flow.aclose()
            with pytest.raises(SessionStateError, match="before the login was taken"):
                await finishing
            assert [getattr(record, "event", None) for record in caplog.records] == ["login_failed"]
            logins(stage).weather.hangs.clear()
            other = LoginFlow(stage.session, logins=stage.flow.logins)
            assert (await other.finish(callback)).login.state == login.state

        virtually(test)

    @pytest.mark.requirement("R11")
    def test_a_take_whose_answer_does_not_come_is_settled(self) -> None:
        """The call is repeated with its claim and the login is settled, so all calls end at once."""

        async def test(stage: Stage) -> None:
            login, callback = await stage.begin(subject=SUBJECT)
            logins(stage).weather.hangs_after.add("take")
            finishing = asyncio.ensure_future(stage.flow.finish(callback))
            waiting = asyncio.ensure_future(stage.flow.wait(login))
            await asyncio.sleep(1)
            asyncio.get_running_loop().call_later(9, logins(stage).weather.hangs_after.clear)
            with takes(at_least=10, at_most=11):
                await stage.flow.aclose()
                for task in (finishing, waiting):
                    with pytest.raises(OutcomeUnknownError):
                        await task
            assert stage.posts() == 0
            taken = await logins(stage).look(digest(login.state))
            assert taken is not None
            assert taken.taken is not None
            assert await logins(stage).settled(digest(login.state), timeout=0) is not None

        virtually(test)

    def test_a_take_nobody_can_ask_after_does_not_keep_the_program(self) -> None:
        """If the store no longer answers, closing waits for it for five seconds."""

        async def test(stage: Stage) -> None:
            _, callback = await stage.begin(subject=SUBJECT)
            logins(stage).weather.hangs_after.add("take")
            finishing = asyncio.ensure_future(stage.flow.finish(callback))
            await asyncio.sleep(1)
            with takes(at_least=15, at_most=16):
                await stage.flow.aclose()
            with pytest.raises(SessionStateError):
                await finishing

        virtually(test)

    def test_a_success_being_settled_is_settled(self) -> None:
        """The token is stored, so calls that wait must get it."""

        async def test(stage: Stage) -> None:
            login, callback = await stage.begin(subject=SUBJECT)
            logins(stage).weather.hangs.add("settle")
            finishing = asyncio.ensure_future(stage.flow.finish(callback))
            await stage.reached("/graphql")
            asyncio.get_running_loop().call_later(9, logins(stage).weather.hangs.clear)
            with takes(at_least=10, at_most=11):
                await stage.flow.aclose()
            assert (await finishing).login == login
            assert (await stage.reopened().wait(login)).login == login

        virtually(test)

    def test_a_store_that_hangs_does_not_keep_the_program(self) -> None:
        """Closing waits for five more seconds at most."""

        async def test(stage: Stage) -> None:
            _, callback = await stage.begin(subject=SUBJECT)
            logins(stage).weather.hangs.add("settle")
            finishing = asyncio.ensure_future(stage.flow.finish(callback))
            await stage.reached("/graphql")
            with takes(at_least=15, at_most=16):
                await stage.flow.aclose()
            with pytest.raises(StorageError):
                await finishing

        virtually(test)
