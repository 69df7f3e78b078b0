"""Logins from their beginning to their end, with the sandbox."""

import asyncio
import logging
from datetime import timedelta
from typing import Any, Literal, cast

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from yarl import URL

from anilist_oauth.errors import (
    AccessDeniedError,
    AuthorizationError,
    CallbackError,
    ConfigurationError,
    InvalidCallbackError,
    InvalidClientError,
    InvalidCodeError,
    LoginRequiredError,
    LoginTimeoutError,
    OutcomeUnknownError,
    ServiceUnavailableError,
    SessionStateError,
    StateMismatchError,
    StorageError,
    TokenMismatchError,
)
from anilist_oauth.login import open_calls
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.callback import parse_implicit
from anilist_oauth.oauth.state import new_state
from anilist_oauth.sandbox import Fault
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.storage import MemoryLoginStore, MemoryTokenStore, open_store
from anilist_oauth.storage.digests import digest
from anilist_oauth.tokens.viewer import Verified
from tests.flaky import logins, virtually
from tests.flows import COOKIE, Stage, staged
from tests.tokens.test_claims import jwt


async def refused(stage: Stage, callback: Any, reason: str, **options: Any) -> None:
    """Check that a callback is refused without a request."""
    before = len(stage.sandbox.requests)
    with pytest.raises(StateMismatchError) as caught:
        await stage.flow.finish(callback, **options)
    assert caught.value.reason == reason
    assert len(stage.sandbox.requests) == before


async def test_a_login_gives_token_and_viewer_and_stores_them() -> None:
    """A login is begun, approved and finished, and its token is used."""
    async with staged() as stage:
        login = await stage.flow.begin(subject="discord:42", label="@mika", return_to="/me")
        done = await stage.flow.finish(await stage.sandbox.approve(login.url))
        assert done.login == login
        assert (login.subject, login.label, login.return_to) == ("discord:42", "@mika", "/me")
        assert done.display_name == "mika"
        assert await stage.flow.token_for("discord:42") == done.token
        assert await stage.flow.graphql("discord:42", "{ Viewer { name } }") == {"Viewer": {"name": "mika"}}
        await stage.flow.logout("discord:42")
        with pytest.raises(LoginRequiredError):
            await stage.flow.token_for("discord:42")


async def test_the_callback_may_be_a_query() -> None:
    """Adapters pass the mapping of their framework."""
    async with staged() as stage:
        _, callback = await stage.begin(subject="a")
        assert (await stage.flow.finish(dict(URL(callback).query))).login.subject == "a"


async def test_a_sign_in_is_named_by_the_viewer_s_id() -> None:
    """The subject becomes ``anilist:`` and the id, for `finish` and `wait`."""
    async with staged() as stage:
        login, callback = await stage.begin()
        waiting = asyncio.ensure_future(stage.flow.wait(login))
        done = await stage.flow.finish(callback)
        assert done.login == attrs.evolve(login, subject=f"anilist:{stage.sandbox.user.id}")
        assert await waiting == done
        assert await stage.flow.token_for(f"anilist:{stage.sandbox.user.id}") == done.token


@pytest.mark.requirement("V14")
async def test_accounts_are_linked_by_id() -> None:
    """A renamed user keeps the link, and another user with the old name does not get it."""

    def viewer(user_id: int, name: str) -> Fault:
        return Fault(body={"data": {"Viewer": {"id": user_id, "name": name}}})

    async with staged() as stage:
        first, second = stage.sandbox.users
        mika, rin = await stage.log_in(user="mika"), await stage.log_in(user="rin")
        stage.sandbox.next("graphql", viewer(first.id, "rin"), viewer(second.id, "mika"))
        renamed, taker = await stage.log_in(user="mika"), await stage.log_in(user="rin")
        assert renamed.login.subject == mika.login.subject == f"anilist:{first.id}"
        assert taker.login.subject == rin.login.subject == f"anilist:{second.id}"
        assert (renamed.display_name, taker.display_name) == ("rin", "mika")


@pytest.mark.requirement("V14")
async def test_subjects_that_differ_in_case_alone_are_two() -> None:
    """Nobody gets the account of another subject with nearly the same name."""
    async with staged() as stage:
        mika, rin = [await stage.log_in(user=user, subject=subject) for user, subject in (("mika", "a"), ("rin", "A"))]
        assert (mika.login.subject, rin.login.subject) == ("a", "A")
        assert [await stage.flow.token_for(subject) for subject in ("a", "A")] == [mika.token, rin.token]
        with pytest.raises(LoginRequiredError):
            await stage.flow.token_for("a ")


@pytest.mark.requirement("V3")
async def test_a_login_is_stored_before_its_url_is_given() -> None:
    """If the store fails there is no URL, and only the digest of the state finds the login."""

    class Failing(MemoryLoginStore):
        async def add(self, key: str, login: object) -> None:
            raise StorageError(f"no {key[:0]}{login and ''}")

    async with staged() as stage:
        login = await stage.flow.begin(subject="a", binding=COOKIE)
        kept = await stage.flow.logins.look(digest(login.state))
        assert kept is not None
        assert (kept.subject, kept.binding_digest, kept.expires_at) == ("a", digest(COOKIE), login.expires_at)
        assert login.expires_at - stage.sandbox.now() <= timedelta(minutes=10)
        assert login.url.query["state"] == login.state
        flow = LoginFlow(stage.session, logins=Failing())
        with pytest.raises(StorageError):
            await flow.begin()


@pytest.mark.requirement("V4")
@pytest.mark.requirement("V22")
async def test_states_differ_and_are_not_enough() -> None:
    """10,000 logins of one second have 10,000 states, and a state without its binding is refused."""
    async with staged() as stage:
        now = stage.sandbox.now()
        stage.session.clock = lambda: now  # else the time alone could make them differ
        states = {(await stage.flow.begin(binding=COOKIE)).state for _ in range(10_000)}
        assert len(states) == 10_000
        await refused(stage, {"code": "stolen", "state": states.pop()}, "binding")


@pytest.mark.requirement("S2")
@pytest.mark.requirement("S5")
@pytest.mark.requirement("V7")
async def test_a_callback_without_its_login_makes_no_request() -> None:
    """The state is missing, empty, unknown, changed, expired, another browser's or another application's."""
    async with staged() as stage:
        login, callback = await stage.begin(binding=COOKIE)
        code = URL(callback).query["code"]
        await refused(stage, {"code": code}, "missing", binding=COOKIE)
        await refused(stage, {"code": code, "state": ""}, "missing", binding=COOKIE)
        await refused(stage, {"code": code, "state": new_state()}, "unknown", binding=COOKIE)
        await refused(stage, {"code": code, "state": login.state[:-1]}, "unknown", binding=COOKIE)
        await refused(stage, {"code": code, "state": login.state + "="}, "unknown", binding=COOKIE)
        await refused(stage, callback, "binding")
        await refused(stage, callback, "binding", binding="another")
        await refused(stage, callback, "binding", binding="")
        other = Application(client_id="54321", redirect_uri=stage.sandbox.application.redirect_uri, client_secret="x")
        session = OAuthSession(other, endpoints=stage.sandbox.endpoints, clock=stage.sandbox.now)
        async with session, LoginFlow(session, logins=stage.flow.logins) as flow:
            await refused(attrs.evolve(stage, flow=flow), callback, "unknown", binding=COOKIE)
        stage.advance(minutes=10)
        await refused(stage, callback, "expired", binding=COOKIE)


@pytest.mark.requirement("S29")
@pytest.mark.parametrize("beside", [{"code": "x"}, {"error": "access_denied"}, {}])
async def test_an_implicit_token_in_a_callback_is_refused_and_consumes_nothing(beside: dict[str, str]) -> None:
    """Whatever comes along with it, nothing is sent, and the login can still be finished."""
    async with staged() as stage:
        login, callback = await stage.begin(binding=COOKIE)
        with pytest.raises(InvalidCallbackError, match="an access token instead of a code"):
            await stage.flow.finish({"access_token": "a.b.c", "state": login.state} | beside, binding=COOKIE)
        assert not stage.sandbox.requests
        assert (await stage.flow.finish(callback, binding=COOKIE)).display_name == "mika"


async def test_a_login_can_be_finished_until_it_expires() -> None:
    """It can be finished a second before, and refused callbacks have consumed nothing."""
    async with staged(lifetime=timedelta(minutes=2)) as stage:
        _, callback = await stage.begin(binding=COOKIE)
        await refused(stage, callback, "binding", binding="another")
        stage.advance(minutes=1, seconds=58)
        assert (await stage.flow.finish(callback, binding=COOKIE)).display_name == "mika"


async def test_a_binding_brought_to_a_login_without_one_is_refused() -> None:
    """A web adapter always sends one, so a browser cannot finish a bot's login."""
    async with staged() as stage:
        _, callback = await stage.begin(subject="discord:42")
        await refused(stage, callback, "binding", binding=COOKIE)
        assert (await stage.flow.finish(callback)).login.subject == "discord:42"


@pytest.mark.requirement("S3")
async def test_the_wrong_browser_consumes_nothing() -> None:
    """However many come first, the right one can still finish, with one POST in all."""
    async with staged() as stage:
        _, callback = await stage.begin(binding=COOKIE)
        for number in range(5):
            await refused(stage, callback, "binding", binding=f"browser {number}")
        for binding in (b"cookie", 7):
            with pytest.raises(ConfigurationError, match="binding"):
                await stage.flow.finish(callback, binding=cast("Any", binding))
        await stage.flow.finish(callback, binding=COOKIE)
        assert stage.posts() == 1


@pytest.mark.requirement("S4")
async def test_pkce_is_no_substitute_for_the_state() -> None:
    """With a PKCE challenge and verifier, the state is still checked."""
    async with staged() as stage:
        login = await stage.flow.begin(binding=COOKIE)
        url = login.url.update_query(code_challenge="E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
        callback = URL(await stage.sandbox.approve(url.update_query(code_challenge_method="S256")))
        with_verifier = callback.update_query(code_verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        await refused(stage, with_verifier.without_query_params("state"), "missing", binding=COOKIE)
        await refused(stage, with_verifier, "binding", binding="another")
        await stage.flow.finish(with_verifier, binding=COOKIE)
        await refused(stage, with_verifier, "used")


@pytest.mark.requirement("S5")
async def test_a_state_is_a_random_key() -> None:
    """The states of two similar logins have nothing in common, and a store contains neither state nor binding."""
    logins = MemoryLoginStore()
    async with staged(logins=logins) as stage:
        now = stage.sandbox.now()
        stage.session.clock = lambda: now
        one, two = [await stage.flow.begin(subject="discord:42", binding=COOKIE) for _ in range(2)]
        assert sum(a == b for a, b in zip(one.state, two.state, strict=True)) < 15
        everything = repr(vars(logins))
        assert digest(one.state) in everything
        assert digest(COOKIE) in everything
        assert not any(secret in everything for secret in (one.state, two.state, COOKIE))
        await refused(stage, {"code": "x", "state": two.state.swapcase()}, "unknown", binding=COOKIE)


@pytest.mark.requirement("V6")
async def test_no_value_stands_in_for_another() -> None:
    """A binding, key, code, subject or token is not accepted as a state, nor a state as a binding."""
    async with staged() as stage:
        done = await stage.log_in(subject="discord:42")
        login, callback = await stage.begin(subject="discord:42", binding=COOKIE)
        code = URL(callback).query["code"]
        values = (COOKIE, digest(COOKIE), digest(login.state), code, "discord:42", done.token.access_token)
        for value in values:
            await refused(stage, {"code": code, "state": value}, "unknown", binding=COOKIE)
        for value in (login.state, digest(login.state), digest(COOKIE), code, done.token.access_token):
            await refused(stage, callback, "binding", binding=value)


@pytest.mark.requirement("V7")
async def test_applications_in_one_store_do_not_touch_one_another() -> None:
    """One cannot finish, see, cancel or await the other's logins, or read its tokens."""
    async with staged() as stage:
        login, callback = await stage.begin(subject="discord:42")
        other = Application(client_id="54321", redirect_uri="https://other.example/callback", client_secret="x")
        session = OAuthSession(other, endpoints=stage.sandbox.endpoints, clock=stage.sandbox.now)
        async with session, LoginFlow(session, logins=stage.flow.logins, tokens=stage.flow.tokens) as flow:
            await refused(attrs.evolve(stage, flow=flow), callback, "unknown")
            assert await flow.look(callback) is None
            await flow.cancel(login)
            with pytest.raises(LoginTimeoutError):
                await flow.wait(login)
            await stage.flow.finish(callback)
            with pytest.raises(LoginRequiredError):
                await flow.token_for("discord:42")


@pytest.mark.requirement("S27")
async def test_a_code_says_who_logs_in_and_a_callback_does_not() -> None:
    """A code in the callback of another login still logs in its own user."""
    async with staged() as stage:
        mika, rin = stage.sandbox.users
        login, _ = await stage.begin(binding=COOKIE)
        other = await stage.flow.begin(binding="another")
        code = URL(await stage.sandbox.approve(other.url, user="rin")).query["code"]
        claimed = {"code": code, "user_id": str(mika.id), "sub": str(mika.id), "name": "mika"}
        await refused(stage, claimed | {"state": login.state}, "binding", binding="another")
        await refused(stage, claimed | {"state": new_state()}, "unknown", binding="another")
        done = await stage.flow.finish(claimed | {"state": login.state}, binding=COOKIE)
        assert (done.display_name, done.login.subject) == ("rin", f"anilist:{rin.id}")


@pytest.mark.requirement("V5")
async def test_everybody_gets_their_own_token() -> None:
    """Of 200 logins at once with random delays, each gets the token of its own user."""
    names = tuple(f"user{number}" for number in range(200))
    async with staged(users=names) as stage:
        delays = [(number * 7919 % 100) / 1000 for number in range(200)]
        stage.sandbox.next("token", *(Fault(delay=delay) for delay in delays))
        stage.sandbox.next("graphql", *(Fault(delay=delay) for delay in reversed(delays)))
        most = 0

        async def one(name: str) -> None:
            nonlocal most
            binding = COOKIE if names.index(name) % 2 else None  # many users behind one binding, too
            done = await stage.log_in(user=name, subject=f"chat:{name}", binding=binding)
            most = max(most, len(stage.flow._tasks._running))
            user = stage.sandbox.users[names.index(name)]
            assert done.user_id == user.id
            assert done.display_name in {name, f"AniList user {user.id}"}  # the name has two seconds to come
            assert done.token.user_id == user.id
            assert await stage.flow.token_for(f"chat:{name}") == done.token
            assert await stage.flow.wait(done.login) == done

        await asyncio.gather(*map(one, names))
        assert stage.posts() == 200
        assert most > 20


async def test_parallel_tabs_do_not_touch_one_another() -> None:
    """One browser and subject begins several logins, and finishes them in another order."""
    async with staged() as stage:
        begun = [await stage.begin(subject="a", binding=COOKIE, return_to=f"/{n}") for n in range(3)]
        for login, callback in reversed(begun):
            assert (await stage.flow.finish(callback, binding=COOKIE)).login == login


class TestDuplicates:
    """A callback that arrives more than once."""

    @pytest.mark.requirement("S3")
    async def test_fifty_at_once_share_one_exchange(self) -> None:
        """With the right binding, all get the result of one POST."""
        async with staged() as stage:
            login, callback = await stage.begin(subject="a", binding=COOKIE)
            waiting = asyncio.ensure_future(stage.flow.wait(login))
            done = await asyncio.gather(*(stage.flow.finish(callback, binding=COOKIE) for _ in range(50)))
            assert done == [await waiting] * 50
            assert stage.posts() == 1

    @pytest.mark.requirement("R9")
    @pytest.mark.requirement("S3")
    async def test_without_a_binding_one_of_fifty_is_let_in(self) -> None:
        """Nothing shows that the others are the same user."""
        async with staged() as stage:
            _, callback = await stage.begin(subject="a")
            results = await asyncio.gather(*(stage.flow.finish(callback) for _ in range(50)), return_exceptions=True)
            errors = [result for result in results if isinstance(result, StateMismatchError)]
            assert [error.reason for error in errors] == ["used"] * 49
            assert stage.posts() == 1

    @pytest.mark.requirement("R9")
    @pytest.mark.requirement("R13")
    @pytest.mark.requirement("S3")
    @pytest.mark.requirement("V1")
    async def test_another_browser_at_the_same_moment_shares_nothing(self) -> None:
        """This holds before and after the login was taken, even with the same callback."""
        async with staged() as stage:
            _, callback = await stage.begin(binding=COOKIE)
            stage.sandbox.next("token", Fault(delay=0.05))
            right = asyncio.create_task(stage.flow.finish(callback, binding=COOKIE))
            wrong = asyncio.create_task(stage.flow.finish(callback, binding="another"))
            await stage.reached()
            late = asyncio.create_task(stage.flow.finish(callback, binding="another"))
            results = await asyncio.gather(right, wrong, late, return_exceptions=True)
            assert [type(result).__name__ for result in results] == ["CompletedLogin"] + ["StateMismatchError"] * 2

    @pytest.mark.requirement("R9")
    @pytest.mark.requirement("S3")
    @pytest.mark.requirement("V1")
    async def test_within_a_minute_the_same_browser_gets_the_same_result(self) -> None:
        """A reload gets the same result, but not another browser, a denial, or a later visit."""
        async with staged() as stage:
            login, callback = await stage.begin(subject="a", binding=COOKIE)
            done = await stage.flow.finish(callback, binding=COOKIE)
            stage.advance(seconds=58)
            assert await stage.flow.finish(callback, binding=COOKIE) == done
            await refused(stage, callback, "used", binding="another")
            await refused(stage, callback, "used")
            await refused(stage, {"error": "access_denied", "state": login.state}, "used", binding=COOKIE)
            stage.advance(seconds=3)
            await refused(stage, callback, "used", binding=COOKIE)
            assert stage.posts() == 1

    @pytest.mark.requirement("R9")
    @pytest.mark.requirement("V33")
    async def test_a_second_click_on_approve_gets_the_first_one_s_result(self) -> None:
        """Each click creates a code, and only one of them is sent."""
        async with staged() as stage:
            mika, rin = stage.sandbox.users
            login = await stage.flow.begin(binding=COOKIE)
            clicks = [await stage.sandbox.approve(login.url, user=user) for user in (mika, mika, rin, rin)]
            first = await asyncio.gather(*(stage.flow.finish(click, binding=COOKIE) for click in clicks[:3]))
            assert {one.user_id for one in first} == {mika.id}
            assert await stage.flow.finish(clicks[3], binding=COOKIE) == first[0]
            assert await stage.reopened().finish(clicks[2], binding=COOKIE) == first[0]
            assert stage.posts() == 1
            await refused(stage, clicks[1], "used", binding="another")
            await refused(stage, clicks[1], "used")
            stage.advance(seconds=61)
            await refused(stage, clicks[1], "used", binding=COOKIE)

    @pytest.mark.requirement("R9")
    async def test_a_denial_and_an_approval_are_two_answers(self) -> None:
        """The first one counts, and a canceled login is not an approval either."""
        async with staged() as stage:
            login = await stage.flow.begin(binding=COOKIE)
            denial, approval = await stage.sandbox.deny(login.url), await stage.sandbox.approve(login.url)
            with pytest.raises(AccessDeniedError):
                await stage.flow.finish(denial, binding=COOKIE)
            await refused(stage, approval, "used", binding=COOKIE)
            login, approval = await stage.begin(binding=COOKIE)
            await stage.flow.cancel(login)
            await refused(stage, approval, "used", binding=COOKIE)
            assert stage.posts() == 0

    @pytest.mark.requirement("R9")
    async def test_a_denial_and_an_approval_at_once_share_nothing(self) -> None:
        """This also holds if the second arrives while the first is running."""
        async with staged() as stage:
            login = await stage.flow.begin(binding=COOKIE)
            denial, approval = await stage.sandbox.deny(login.url), await stage.sandbox.approve(login.url)
            stage.sandbox.next("token", Fault(delay=0.05))
            finishing = asyncio.create_task(stage.flow.finish(approval, binding=COOKIE))
            await stage.reached()
            with pytest.raises(StateMismatchError):
                await stage.flow.finish(denial, binding=COOKIE)
            assert (await finishing).user_id == stage.sandbox.user.id

    @pytest.mark.requirement("R9")
    @pytest.mark.requirement("V33")
    def test_clicks_at_once_ask_the_store_once(self) -> None:
        """They share one task in this process, even with different codes."""

        async def test(stage: Stage) -> None:
            login = await stage.flow.begin(binding=COOKIE)
            clicks = [await stage.sandbox.approve(login.url) for _ in range(5)]
            done = await asyncio.gather(*(stage.flow.finish(click, binding=COOKIE) for click in clicks))
            assert done == [done[0]] * 5
            calls = logins(stage).weather.calls
            assert len(calls) == len(set(calls)), "none is made twice"

        virtually(test)

    async def test_a_failure_is_shown_again_too(self) -> None:
        """The same class is raised without a second POST."""
        async with staged() as stage:
            login = await stage.flow.begin(binding=COOKIE)
            denial = await stage.sandbox.deny(login.url)
            for _ in range(2):
                with pytest.raises(AccessDeniedError) as caught:
                    await stage.flow.finish(denial, binding=COOKIE)
                assert caught.value.verified
            assert stage.posts() == 0

    @pytest.mark.requirement("V25")
    @pytest.mark.parametrize("cancelled", [0, 1, 49])
    async def test_one_cancelled_leaves_the_others_theirs(self, cancelled: int) -> None:
        """Any of fifty callers may be cancelled, even the one who started the exchange."""
        async with staged() as stage:
            _, callback = await stage.begin(binding=COOKIE)
            stage.sandbox.next("token", Fault(delay=0.05))
            tasks = [asyncio.create_task(stage.flow.finish(callback, binding=COOKIE)) for _ in range(50)]
            await stage.reached()
            tasks[cancelled].cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            assert isinstance(results.pop(cancelled), asyncio.CancelledError)
            assert {type(result).__name__ for result in results} == {"CompletedLogin"}
            assert stage.posts() == 1

    async def test_all_cancelled_still_stores_and_settles(self) -> None:
        """The work belongs to the flow, not to its callers."""
        async with staged() as stage:
            login, callback = await stage.begin(subject="a")
            stage.sandbox.next("token", Fault(delay=0.05))
            task = asyncio.create_task(stage.flow.finish(callback))
            await stage.reached()
            task.cancel()
            done = await stage.flow.wait(login)
            assert await stage.flow.token_for("a") == done.token


class TestErrorCallbacks:
    """A callback with an error."""

    @pytest.mark.requirement("S11")
    @pytest.mark.requirement("V19")
    async def test_a_denial_with_its_state_ends_the_login(self) -> None:
        """Waiting calls end at once, and the login is used."""
        async with staged() as stage:
            login, approval = await stage.begin()
            waiting = asyncio.ensure_future(stage.flow.wait(login))
            with pytest.raises(AccessDeniedError) as caught:
                await stage.flow.finish(await stage.sandbox.deny(login.url))
            assert caught.value.verified
            with pytest.raises(AccessDeniedError):
                await waiting
            await refused(stage, approval, "used")
            assert stage.posts() == 0

    @pytest.mark.requirement("S11")
    async def test_another_error_with_its_state_ends_the_login(self) -> None:
        """Waiting calls get an error with its attributes."""
        async with staged() as stage:
            login = await stage.flow.begin(binding=COOKIE)
            callback = {"error": "invalid_scope", "state": login.state, "hint": "Check the `nope` scope"}
            with pytest.raises(AuthorizationError):
                await stage.flow.finish(callback, binding=COOKIE)
            with pytest.raises(AuthorizationError) as caught:
                await stage.flow.wait(login)
            assert (caught.value.error, caught.value.hint, caught.value.verified) == (
                "invalid_scope",
                "Check the `nope` scope",
                True,
            )

    @pytest.mark.requirement("S11")
    async def test_a_forged_error_changes_nothing(self) -> None:
        """Without the right state or browser, the login continues."""
        async with staged() as stage:
            login, callback = await stage.begin(binding=COOKIE)
            for forged in ({"error": "access_denied"}, {"error": "access_denied", "state": ""}):
                with pytest.raises(AccessDeniedError) as caught:
                    await stage.flow.finish(forged, binding=COOKIE)
                assert not caught.value.verified
            await refused(stage, {"error": "access_denied", "state": new_state()}, "unknown", binding=COOKIE)
            await refused(stage, {"error": "access_denied", "state": login.state}, "binding")
            assert (await stage.flow.finish(callback, binding=COOKIE)).display_name == "mika"

    async def test_a_malformed_callback_changes_nothing(self) -> None:
        """After it, the right callback still finishes the login."""
        async with staged() as stage:
            login, callback = await stage.begin()
            for query in ("", "&code=a&code=b", "&access_token=x"):
                with pytest.raises(InvalidCallbackError):
                    await stage.flow.finish(f"?state={login.state}{query}")
            assert (await stage.flow.finish(callback)).display_name == "mika"


@pytest.mark.requirement("V8")
@settings(max_examples=300, deadline=1000)
@given(
    st.one_of(
        st.text(max_size=60),
        st.text(alphabet="?&=#/:[]%.codestaterrn\ud800", max_size=60),
        st.dictionaries(st.sampled_from(["code", "state", "error", "iss"]), st.text() | st.lists(st.text())),
        st.integers() | st.none() | st.binary(),
    )
)
@example({"code": "a", "state": "\ud800"})
@example("?code=%ff&state=%ed%a0%80")
def test_any_callback_gives_a_typed_error(callback: Any) -> None:
    """Any callback raises only our errors."""

    async def finish() -> None:
        session = OAuthSession(Application(client_id="1", redirect_uri="https://a.example/cb", client_secret="x"))
        async with LoginFlow(session) as flow:
            with pytest.raises(CallbackError):
                await flow.finish(callback)

    asyncio.run(finish())


class TestPins:
    """A code that the user pastes."""

    @pytest.mark.requirement("S2")
    async def test_a_pin_is_taken_with_its_login_only(self) -> None:
        """A pin has no state, so it is only accepted for the login that it was requested for."""
        async with staged() as stage:
            login, callback = await stage.begin(subject="a")
            code = URL(callback).query["code"]
            for pasted in (code, f"code={code}"):
                with pytest.raises(CallbackError):
                    await stage.flow.finish(pasted)
            done = await stage.flow.finish(f" `{code}`\n", login=login)
            assert done.login == login
            assert stage.posts() == 1

    async def test_a_pin_needs_the_login_s_binding(self) -> None:
        """It is checked as for a callback."""
        async with staged() as stage:
            login, callback = await stage.begin(binding=COOKIE)
            code = URL(callback).query["code"]
            await refused(stage, code, "binding", login=login)
            assert (await stage.flow.finish(code, login=login, binding=COOKIE)).display_name == "mika"

    async def test_a_whole_address_of_another_login_is_refused(self) -> None:
        """The pasted callback of another login is refused."""
        async with staged() as stage:
            login, own = await stage.begin(subject="a")
            _, foreign = await stage.begin(subject="b")
            for pasted in (
                foreign,
                foreign.partition("?")[2],
                "&".join(reversed(foreign.partition("?")[2].split("&"))),
            ):
                await refused(stage, pasted, "unknown", login=login)
            assert (await stage.flow.finish(f'"{own}"', login=login)).login == login

    @pytest.mark.requirement("R5")
    async def test_whatever_is_wrong_with_a_paste_the_login_stays_open(self) -> None:
        """After any wrong paste or an outage, the right code works."""
        async with staged() as stage:
            login, callback = await stage.begin(subject="telegram:1")
            code = URL(callback).query["code"]
            for pasted in ("ok, done!", f"here is my code: {code}", f"{code[:100]} {code[100:110]}\t{code[110:]}"):
                with pytest.raises(InvalidCallbackError, match="text without a code"):
                    await stage.flow.finish(pasted, login=login)
            assert stage.posts() == 0
            for pasted in (code[:200], code[:197] + "...", "f" * 700):
                with pytest.raises(InvalidCodeError):
                    await stage.flow.finish(pasted, login=login)
            for fault, kind in (
                (Fault(status=503, body="<html>"), ServiceUnavailableError),
                (Fault(status=401, body={"error": "invalid_client"}), InvalidClientError),
                (Fault(body={"access_token": jwt({"aud": "9", "sub": "1"})}), TokenMismatchError),
            ):
                stage.sandbox.next("token", fault)
                with pytest.raises(kind):
                    await stage.flow.finish(f"another-code-{kind.__name__}", login=login)
            done = await stage.flow.finish(code, login=login)
            assert (done.login.subject, done.display_name) == ("telegram:1", "mika")

    @pytest.mark.requirement("R5")
    async def test_a_paste_of_another_account_leaves_the_login_open(self) -> None:
        """The user may have been signed in to AniList with another account."""
        async with staged() as stage:
            mika, rin = stage.sandbox.users
            login = await stage.flow.begin(subject=f"anilist:{rin.id}")
            codes = [URL(await stage.sandbox.approve(login.url, user=user)).query["code"] for user in (mika, rin)]
            with pytest.raises(TokenMismatchError):
                await stage.flow.finish(codes[0], login=login)
            assert (await stage.flow.finish(codes[1], login=login)).user_id == rin.id

    async def test_the_same_paste_twice_at_once_is_one(self) -> None:
        """A chat may deliver a message twice; the code is sent once, and both calls get the result."""
        async with staged() as stage:
            login, callback = await stage.begin(subject="a")
            code = URL(callback).query["code"]
            one, two = await asyncio.gather(*(stage.flow.finish(code, login=login) for _ in range(2)))
            assert one == two
            assert stage.posts() == 1
            with pytest.raises(StateMismatchError):
                await stage.flow.finish(code, login=login)

    @pytest.mark.parametrize("pasted", ["", "a.b.c", {"code": "x"}, None])
    async def test_anything_else_is_refused(self, pasted: Any) -> None:
        """It consumes nothing."""
        async with staged() as stage:
            login, callback = await stage.begin()
            with pytest.raises(InvalidCallbackError):
                await stage.flow.finish(pasted, login=login)
            assert (await stage.flow.finish(callback)).display_name == "mika"


class TestVerifiedTokens:
    """A login with a pasted or implicit token."""

    async def verified(self, stage: Stage, *, user: str | None = None) -> Verified:
        """Get a token with the implicit grant, and verify it with AniList."""
        callback = await stage.sandbox.approve(stage.session.implicit_url(), user=user)
        return await stage.session.verify(parse_implicit(callback, now=stage.sandbox.now()).access_token)

    async def test_it_finishes_the_login_it_was_asked_for(self) -> None:
        """It is stored and awaited without an exchange, and a second token is refused."""
        async with staged() as stage:
            login, verified = await stage.flow.begin(subject="a"), await self.verified(stage)
            done = await stage.flow.accept(verified, login=login)
            assert (done.login, done.token, done.display_name) == (login, verified.token, "mika")
            assert (await stage.flow.wait(login)).token == await stage.flow.token_for("a") == verified.token
            assert stage.posts() == 0
            with pytest.raises(StateMismatchError) as caught:
                await stage.flow.accept(verified, login=login)
            assert caught.value.reason == "used"

    async def test_it_is_held_to_binding_user_and_expiry(self) -> None:
        """The checks are the same as for a code."""
        async with staged() as stage:
            verified = await self.verified(stage)
            bound = await stage.flow.begin(binding=COOKIE)
            with pytest.raises(StateMismatchError, match="another browser"):
                await stage.flow.accept(verified, login=bound)
            assert (await stage.flow.accept(verified, login=bound, binding=COOKIE)).display_name == "mika"
            other = await stage.flow.begin(subject=f"anilist:{verified.viewer.id + 1}")
            with pytest.raises(TokenMismatchError):
                await stage.flow.accept(verified, login=other)
            late = await stage.flow.begin(subject="a")
            stage.advance(minutes=10)
            with pytest.raises(StateMismatchError, match="expired"):
                await stage.flow.accept(verified, login=late)


class TestLook:
    """A login is read without changing it."""

    async def test_it_gives_the_login_and_spends_nothing(self) -> None:
        """It returns the login each time."""
        async with staged() as stage:
            login, callback = await stage.begin(subject="a", label="@mika", binding=COOKIE)
            assert [await stage.flow.look(callback) for _ in range(3)] == [login] * 3
            assert (await stage.flow.finish(callback, binding=COOKIE)).login == login

    async def test_what_cannot_be_finished_is_none(self) -> None:
        """The state is missing or unknown, or the login is used or expired."""
        async with staged() as stage:
            _, used = await stage.begin()
            _, expired = await stage.begin()
            await stage.flow.finish(used)
            assert await stage.flow.look(used) is None
            stage.advance(minutes=10)
            assert await stage.flow.look(expired) is None
            assert await stage.flow.look({"code": "x"}) is None
            assert await stage.flow.look({"state": new_state()}) is None
            with pytest.raises(InvalidCallbackError):
                await stage.flow.look("?state=a&state=b")


class TestCancel:
    """A login is canceled."""

    @pytest.mark.parametrize("reason", ["cancelled", "timeout", "refused"])
    async def test_who_waits_is_told_and_the_login_is_over(
        self, reason: Literal["cancelled", "timeout", "refused"]
    ) -> None:
        """Waiting calls end, and the callback is refused as used."""
        async with staged() as stage:
            login, callback = await stage.begin(binding=COOKIE)
            waiting = asyncio.ensure_future(stage.flow.wait(login))
            await stage.flow.cancel(login, reason=reason)
            with pytest.raises(LoginTimeoutError) as caught:
                await waiting
            assert caught.value.reason == reason
            await refused(stage, callback, "used", binding=COOKIE)

    async def test_a_reason_is_one_of_three(self) -> None:
        """Another reason is refused, because waiting calls would get it."""
        async with staged() as stage:
            with pytest.raises(ConfigurationError, match=r"^reason: one of cancelled, timeout, refused"):
                await stage.flow.cancel(await stage.flow.begin(), reason=cast("Any", "expired"))

    async def test_one_already_finished_stays(self) -> None:
        """Canceling it has no effect."""
        async with staged() as stage:
            login, callback = await stage.begin()
            done = await stage.flow.finish(callback)
            await stage.flow.cancel(login)
            assert await stage.flow.wait(login) == done


class TestBegin:
    """The arguments of a new login."""

    @pytest.mark.parametrize(
        "options",
        [
            {"subject": ""},
            {"subject": 42},
            {"label": ""},
            {"label": "x" * 2049},
            {"subject": "ミ" * 700},
            {"subject": "a\0b"},
            {"subject": "a\ud800b"},
            {"binding": ""},
            {"binding": b"x"},
            {"return_to": "//evil.example"},
            {"return_to": ""},
        ],
    )
    async def test_what_cannot_be_right_begins_nothing(self, options: dict[str, Any]) -> None:
        """The error names the argument."""
        logins = MemoryLoginStore()
        async with staged(logins=logins) as stage:
            with pytest.raises(ConfigurationError, match=next(iter(options))):
                await stage.flow.begin(**options)
            assert not logins._logins

    @pytest.mark.requirement("S21")
    @pytest.mark.requirement("S40")
    async def test_what_strangers_may_begin_is_short(self) -> None:
        """For a sign-in, `return_to` may have 512 bytes, and with a subject 2,048 characters."""
        async with staged() as stage:
            await stage.flow.begin(return_to="/" + "a" * 511)
            with pytest.raises(ConfigurationError, match=r"^return_to: at most 512 bytes are allowed for a sign-in"):
                await stage.flow.begin(return_to="/" + "a" * 512)
            await stage.flow.begin(subject="a", return_to="/" + "a" * 2047)

    async def test_return_to_may_name_an_allowed_origin(self) -> None:
        """The completed login has it."""
        async with staged(return_origins=["https://app.example"]) as stage:
            done = await stage.log_in(return_to="https://app.example/me")
            assert done.login.return_to == "https://app.example/me"
            with pytest.raises(ConfigurationError):
                await stage.flow.begin(return_to="https://evil.example/me")

    @pytest.mark.parametrize(
        ("argument", "value"),
        [
            ("session", None),
            ("session", Application(client_id="1", redirect_uri="https://a.example/cb")),
            ("logins", open_store("memory:")),
            ("logins", MemoryTokenStore()),
            ("tokens", open_store("memory:")),
            ("tokens", MemoryLoginStore()),
            ("lifetime", timedelta()),
            ("lifetime", timedelta.max),
            ("lifetime", 600),
            ("return_origins", ["app.example"]),
            ("return_origins", None),
            ("on_expiring", "mail"),
            ("on_invalid", 5),
        ],
    )
    def test_what_cannot_be_right_makes_no_flow(self, argument: str, value: Any) -> None:
        """A wrong lifetime, origin or store is refused when the flow is created."""
        given: dict[str, Any] = {
            "session": OAuthSession(Application(client_id="1", redirect_uri="https://a.example/cb"))
        }
        given[argument] = value
        with pytest.raises(ConfigurationError, match=f"^{argument}: "):
            LoginFlow(given.pop("session"), **given)

    @pytest.mark.parametrize("login", [None, "state", URL("https://a.example/?state=hidden")])
    async def test_anything_but_a_login_is_refused(self, login: Any) -> None:
        """A bot may pass the URL instead of the `Login` that `begin` returned."""
        async with staged() as stage:
            calls = [
                stage.flow.wait(login),
                stage.flow.cancel(login),
                stage.flow.accept(cast("Verified", None), login=login),
            ]
            calls += [stage.flow.finish("code", login=login)] if login is not None else []
            for call in calls:
                with pytest.raises(ConfigurationError, match=r"^login: ") as caught:
                    await call
                assert "hidden" not in str(caught.value)

    async def test_a_process_without_the_secret_can_begin_and_not_finish(self) -> None:
        """A login that it cannot exchange is not consumed."""
        async with staged() as stage:
            bare = attrs.evolve(stage.sandbox.application, client_secret=None)
            session = OAuthSession(bare, endpoints=stage.sandbox.endpoints, clock=stage.sandbox.now)
            async with session, LoginFlow(session, logins=stage.flow.logins) as flow:
                login = await flow.begin()
                callback = await stage.sandbox.approve(login.url)
                with pytest.raises(ConfigurationError, match="client_secret"):
                    await flow.finish(callback)
            assert (await stage.flow.finish(callback)).display_name == "mika"

    async def test_a_session_that_is_not_open_takes_no_login(self) -> None:
        """The error says so, and another session can still finish the login."""
        async with staged() as stage:
            session = OAuthSession(stage.sandbox.application, endpoints=stage.sandbox.endpoints)
            _, callback = await stage.begin()
            async with LoginFlow(session, logins=stage.flow.logins) as flow:
                with pytest.raises(SessionStateError, match="not open"):
                    await flow.finish(callback)
            assert (await stage.flow.finish(callback)).display_name == "mika"


class TestClosing:
    """A flow is closed."""

    async def test_a_closed_flow_begins_and_finishes_nothing(self) -> None:
        """It may be closed twice."""
        async with staged() as stage:
            _, callback = await stage.begin()
            await stage.flow.aclose()
            await stage.flow.aclose()
            with pytest.raises(SessionStateError):
                await stage.flow.begin()
            with pytest.raises(SessionStateError):
                await stage.flow.finish(callback)
            with pytest.raises(SessionStateError):
                await stage.flow.__aenter__()

    async def test_closing_waits_for_a_login_under_way(self) -> None:
        """It is finished, stored and settled."""
        async with staged() as stage:
            login, callback = await stage.begin(subject="a")
            stage.sandbox.next("graphql", Fault(delay=0.05))
            finishing = asyncio.create_task(stage.flow.finish(callback))
            await stage.reached()
            await stage.flow.aclose()
            done = await finishing
            assert done.login == login
            assert await stage.reopened().token_for("a") == done.token

    async def test_who_closes_without_patience_leaves_nothing_under_way(self) -> None:
        """The login is settled before the session and the stores are closed."""
        async with staged() as stage:
            login, callback = await stage.begin(subject="a")
            stage.sandbox.next("graphql", Fault(delay=3600))
            finishing = asyncio.create_task(stage.flow.finish(callback))
            await stage.reached()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(stage.flow.aclose(), 0.01)
            with pytest.raises(OutcomeUnknownError):
                await finishing
            with pytest.raises(OutcomeUnknownError):
                await stage.reopened().wait(login, timeout=20)

    @pytest.mark.requirement("R12")
    async def test_calls_under_way_end_and_none_succeeds_afterwards(self) -> None:
        """Each ends with `SessionStateError`, even a long wait and a query that waits for its turn."""
        async with staged() as stage:
            await stage.log_in(subject="a")
            login, callback = await stage.begin(subject="b")
            stage.sandbox.next("graphql", Fault(delay=3600))
            calls = [
                asyncio.create_task(call)
                for call in (
                    stage.flow.wait(login, timeout=3600),
                    stage.flow.graphql("a", "{ Viewer { id } }"),
                )
            ]
            await stage.reached("/graphql", times=2)
            try:
                async with asyncio.timeout(10):  # a close that never ends fails
                    await stage.flow.aclose()
                assert all(task.done() for task in calls)
            finally:
                for task in calls:
                    task.cancel()
            for task in calls:
                with pytest.raises(SessionStateError, match="closed"):
                    task.result()
            for call in (
                stage.flow.wait(login),
                stage.flow.look(callback),
                stage.flow.cancel(login),
                stage.flow.token_for("a"),
                stage.flow.graphql("a", "{ Viewer { id } }"),
                stage.flow.viewer("a"),
                stage.flow.logout("a"),
                stage.flow.open(),
            ):
                with pytest.raises(SessionStateError, match="closed"):
                    await call
            assert (await stage.reopened().token_for("a")).user_id == stage.sandbox.user.id


@pytest.mark.requirement("R12")
async def test_whoever_waits_when_a_flow_closes_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process nobody can finish the login any more."""
    monkeypatch.setattr(open_calls, "_GRACE", 20.0)
    async with staged() as stage:
        waiting = asyncio.create_task(stage.flow.wait(await stage.flow.begin(), timeout=3600))
        await asyncio.sleep(0)
        began = asyncio.get_running_loop().time()
        await stage.flow.aclose()
        assert asyncio.get_running_loop().time() - began < 15
        with pytest.raises(SessionStateError, match="closed"):
            await waiting


async def test_a_flow_opens_and_closes_without_a_block() -> None:
    """Frameworks with start and stop hooks need this."""
    async with staged() as stage:
        flow = stage.reopened()
        assert await flow.open() is flow
        assert await flow.open() is flow
        login = await flow.begin()
        await flow.aclose()
        assert login.link == str(login.url)


class TestLog:
    """The log records about logins."""

    async def test_each_event_has_its_fields(self, caplog: pytest.LogCaptureFixture) -> None:
        """The events are begun, finished, failed and canceled."""
        caplog.set_level(logging.INFO)
        async with staged() as stage:
            done = await stage.log_in(subject="a", binding=COOKIE)
            login, callback = await stage.begin(subject="b", binding=COOKIE)
            with pytest.raises(StateMismatchError):
                await stage.flow.finish(callback, binding="another")
            with pytest.raises(InvalidCallbackError):
                await stage.flow.finish({"state": login.state})
            stage.sandbox.next("token", Fault(status=503, body="<html>"))
            with pytest.raises(ServiceUnavailableError):
                await stage.flow.finish(callback, binding=COOKIE)
            await stage.flow.cancel(await stage.flow.begin(subject="c"), reason="refused")
        events = [vars(record) for record in caplog.records if hasattr(record, "event")]
        assert [(one["event"], one["subject"], one.get("reason"), one["levelname"]) for one in events] == [
            ("login_begun", "a", None, "INFO"),
            ("login_finished", "a", None, "INFO"),
            ("login_begun", "b", None, "INFO"),
            ("login_failed", "b", "StateMismatchError (binding)", "INFO"),
            ("login_failed", None, "InvalidCallbackError", "INFO"),
            ("login_failed", "b", "ServiceUnavailableError", "WARNING"),
            ("login_begun", "c", None, "INFO"),
            ("login_failed", "c", "refused", "INFO"),
        ]
        assert [one["attempt"] for one in events if "attempt" in one] == [1, 0, 0, 1]
        assert events[1]["user_id"] == done.user_id

    async def test_a_mistake_of_the_program_is_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        """Its login has failed as well: with a value of another type, or after the flow was closed."""
        async with staged() as stage:
            login, callback = await stage.begin(subject="a")
            wrong: Any = 5
            with pytest.raises(ConfigurationError):
                await stage.flow.finish(callback, binding=wrong)
            with pytest.raises(ConfigurationError):
                await stage.flow.accept(wrong, login=login)
            await stage.flow.aclose()
            with pytest.raises(SessionStateError):
                await stage.flow.finish(callback)
            with pytest.raises(SessionStateError):
                await stage.flow.accept(wrong, login=login)
        assert [(vars(record)["event"], vars(record)["reason"]) for record in caplog.records] == [
            ("login_failed", "ConfigurationError"),
            ("login_failed", "ConfigurationError"),
            ("login_failed", "SessionStateError"),
            ("login_failed", "SessionStateError"),
        ]

    async def test_an_expired_login_that_somebody_waits_for_is_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        """A failed login is logged, whatever the cause is."""
        caplog.set_level(logging.INFO)
        async with staged() as stage:
            login = await stage.flow.begin(subject="a")
            stage.advance(minutes=11)
            with pytest.raises(LoginTimeoutError):
                await stage.flow.wait(login)
        assert vars(caplog.records[-1])["reason"] == "expired"


@pytest.mark.requirement("S19")
@pytest.mark.requirement("V15")
async def test_the_log_names_subject_and_user_and_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    """No level shows a state, code, token or binding."""
    caplog.set_level(logging.DEBUG)
    async with staged() as stage:
        login, callback = await stage.begin(subject="discord:42", binding=COOKIE)
        done = await stage.flow.finish(callback, binding=COOKIE)
        ours = [record for record in caplog.records if record.name == "anilist_oauth"]
        lines = [record.getMessage() for record in ours if record.levelno == logging.INFO]
        assert lines == [
            "login begun: subject discord:42",
            f"login finished: AniList user {done.user_id}, subject discord:42",
        ]
        code = URL(callback).query["code"]
        for secret in (login.state, code, done.token.access_token, COOKIE):
            assert secret not in caplog.text
            assert secret not in repr((login, done))


async def test_a_subject_forges_no_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """A subject may contain a name that its user chose."""
    caplog.set_level(logging.INFO)
    async with staged() as stage:
        await stage.log_in(subject="discord:42\nlogin finished: AniList user 1, subject admin")
    assert len(caplog.text.splitlines()) == len(caplog.records)


@pytest.mark.parametrize("subject", [None, 42, [], b"discord:42"])
async def test_a_subject_that_is_no_string_is_refused(subject: Any) -> None:
    """Every method with a subject refuses it before it calls a store."""
    async with staged() as stage:
        flow = stage.flow
        for call in (
            flow.token_for,
            flow.viewer,
            flow.logout,
            lambda subject: flow.graphql(subject, "{ Viewer { id } }"),
        ):
            with pytest.raises(ConfigurationError, match=r"^subject: a string is needed"):
                await call(subject)


async def test_a_reason_of_no_known_type_is_refused() -> None:
    """It may be a value that cannot be hashed."""
    reason: Any = []
    async with staged() as stage:
        login = await stage.flow.begin(subject="discord:42")
        with pytest.raises(ConfigurationError, match=r"^reason: one of cancelled"):
            await stage.flow.cancel(login, reason=reason)
