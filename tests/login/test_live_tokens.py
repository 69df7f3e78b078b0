"""Stored tokens are used after the login."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import attrs
import pytest

from anilist_oauth.errors import (
    InvalidTokenError,
    LoginRequiredError,
    RateLimitedError,
    StorageError,
    TokenMismatchError,
)
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.pacing.pace import Pace
from anilist_oauth.sandbox import Fault
from anilist_oauth.storage import StoredToken
from tests.flaky import FlakyTokens, virtually
from tests.flows import Stage, named, staged

SUBJECT = "discord:42"
QUERY = "{ Viewer { name } }"
REFUSAL = Fault(status=400, body={"errors": [{"message": "Invalid token", "status": 400}], "data": None})


class Heard:
    """The calls of the hooks."""

    def __init__(self) -> None:
        self.expiring: list[str] = []
        self.invalid: list[str] = []

    async def on_expiring(self, subject: str) -> None:
        """Record that a token expires soon."""
        self.expiring.append(subject)

    async def on_invalid(self, subject: str) -> None:
        """Record that a token was refused."""
        self.invalid.append(subject)

    @property
    def hooks(self) -> dict[str, Any]:
        """Return both hooks, as arguments of a flow."""
        return {"on_expiring": self.on_expiring, "on_invalid": self.on_invalid}


async def record(stage: Stage) -> StoredToken:
    """Read the subject's record."""
    stored = await stage.flow.tokens.get(SUBJECT, client_id=stage.session.application.client_id)
    assert stored is not None
    return stored


async def refuse(stage: Stage, flow: LoginFlow | None = None) -> None:
    """Let AniList refuse the subject's token."""
    stage.sandbox.next("graphql", REFUSAL)
    with pytest.raises(InvalidTokenError):
        await (flow or stage.flow).graphql(SUBJECT, QUERY)


async def test_without_a_valid_token_a_login_is_required() -> None:
    """This is so without a token, and after it has expired."""
    async with staged() as stage:
        with pytest.raises(LoginRequiredError) as caught:
            await stage.flow.token_for(SUBJECT)
        assert caught.value.subject == SUBJECT
        await stage.log_in(subject=SUBJECT)
        before = await record(stage)
        stage.advance(days=365)
        with pytest.raises(LoginRequiredError, match="has expired"):
            await stage.flow.graphql(SUBJECT, QUERY)
        assert await record(stage) == before


async def test_graphql_passes_everything_on() -> None:
    """All arguments reach the session's `graphql`."""
    async with staged() as stage:
        await stage.log_in(subject=SUBJECT)
        query = "query A { Viewer { id } } query B($x: Boolean!) { Viewer { name @include(if: $x) } }"
        assert await stage.flow.graphql(SUBJECT, query, {"x": True}, operation_name="B", max_wait=5, timeout=5) == {
            "Viewer": {"name": "mika"}
        }


async def test_a_refused_token_is_kept_and_tried_again_after_an_hour() -> None:
    """AniList has refused valid tokens during incidents."""
    async with staged() as stage:
        done = await stage.log_in(subject=SUBJECT)
        await refuse(stage)
        stored = await record(stage)
        assert stored.needs_login
        assert stored.token == done.token
        stage.advance(minutes=59)
        with pytest.raises(LoginRequiredError, match="refuses"):
            await stage.flow.graphql(SUBJECT, QUERY)
        stage.advance(minutes=2)
        assert await stage.flow.token_for(SUBJECT) == done.token
        await refuse(stage)
        with pytest.raises(LoginRequiredError):
            await stage.flow.token_for(SUBJECT)
        stage.advance(minutes=61)
        assert await stage.flow.graphql(SUBJECT, QUERY) == {"Viewer": {"name": "mika"}}
        assert not (await record(stage)).needs_login
        assert await stage.flow.token_for(SUBJECT) == done.token


async def test_a_new_login_clears_the_mark() -> None:
    """The new record has none of the old marks."""
    async with staged() as stage:
        await stage.log_in(subject=SUBJECT)
        await refuse(stage)
        done = await stage.log_in(subject=SUBJECT)
        assert await stage.flow.token_for(SUBJECT) == done.token
        assert not any((await record(stage)).marks[:3])


async def test_a_mark_without_its_time_counts_from_the_login() -> None:
    """Another program may have stored only that a login is needed."""
    async with staged() as stage:
        done = await stage.log_in(subject=SUBJECT)
        await stage.flow.tokens.put(attrs.evolve(await record(stage), needs_login=True))
        stage.advance(minutes=59)
        with pytest.raises(LoginRequiredError, match="refuses"):
            await stage.flow.token_for(SUBJECT)
        stage.advance(minutes=2)
        assert await stage.flow.token_for(SUBJECT) == done.token


async def test_a_store_that_compares_token_ids_alone_is_enough() -> None:
    """A custom store gets `over` as a string that equals the token id."""

    class Plain:
        def __init__(self) -> None:
            self.kept: dict[tuple[str, str], StoredToken] = {}

        async def get(self, subject: str, *, client_id: str) -> StoredToken | None:
            return self.kept.get((client_id, subject))

        async def put(self, stored: StoredToken, *, over: str | None = None) -> bool:
            present = await self.get(stored.subject, client_id=stored.client_id)
            if over is not None and (present is None or json.dumps(present.token_id) != json.dumps(over)):
                return False
            self.kept[stored.client_id, stored.subject] = stored
            return True

        async def delete(self, subject: str, *, client_id: str) -> None:
            self.kept.pop((client_id, subject), None)

        async def expiring(self, within: timedelta | None, *, client_id: str | None = None) -> AsyncIterator[Any]:
            raise NotImplementedError
            yield within, client_id

    heard = Heard()
    async with staged(tokens=Plain(), **heard.hooks) as stage:
        await stage.log_in(subject=SUBJECT)
        await refuse(stage)
        assert (await record(stage)).needs_login
        with pytest.raises(LoginRequiredError):
            await stage.flow.token_for(SUBJECT)
        stage.advance(minutes=61)
        await stage.flow.graphql(SUBJECT, QUERY)
        assert not (await record(stage)).needs_login
        stage.advance(days=340)
        await stage.flow.token_for(SUBJECT)
        await stage.flow.token_for(SUBJECT)
        assert (heard.invalid, heard.expiring) == ([SUBJECT], [SUBJECT])


async def test_only_the_token_that_failed_is_marked() -> None:
    """A login or logout during the refused request is not affected."""
    async with staged() as stage:
        await stage.log_in(subject=SUBJECT)
        for change in ("login", "logout"):
            stage.sandbox.next("graphql", attrs.evolve(REFUSAL, delay=0.05))
            before = stage.posts("/graphql")
            asking = asyncio.ensure_future(stage.flow.graphql(SUBJECT, QUERY))
            await stage.reached("/graphql", times=before + 1)
            if change == "login":
                await stage.log_in(subject=SUBJECT)
            else:
                await stage.flow.logout(SUBJECT)
            with pytest.raises(InvalidTokenError):
                await asking
            if change == "login":
                assert not (await record(stage)).needs_login
        with pytest.raises(LoginRequiredError):
            await stage.flow.token_for(SUBJECT)


async def test_on_expiring_is_called_once_a_token() -> None:
    """It is called at the first use within thirty days of the expiry, and again for a new token."""
    heard = Heard()
    async with staged(**heard.hooks) as stage:
        await stage.log_in(subject=SUBJECT)
        stage.advance(days=334, hours=23)
        await stage.flow.token_for(SUBJECT)
        assert heard.expiring == []
        stage.advance(hours=1)
        await stage.flow.token_for(SUBJECT)
        await stage.flow.token_for(SUBJECT)
        await stage.flow.graphql(SUBJECT, QUERY)
        assert heard.expiring == [SUBJECT]
        await stage.log_in(subject=SUBJECT)
        stage.advance(days=400)
        for _ in range(2):
            with pytest.raises(LoginRequiredError):
                await stage.flow.token_for(SUBJECT)
        assert heard.expiring == [SUBJECT, SUBJECT]
        assert heard.invalid == []


async def test_on_invalid_is_called_once_a_token() -> None:
    """It is called once, however often AniList refuses the token."""
    heard = Heard()
    async with staged(**heard.hooks) as stage:
        await stage.log_in(subject=SUBJECT)
        for _ in range(3):
            await refuse(stage)
            stage.advance(minutes=61)
        assert heard.invalid == [SUBJECT]
        await stage.log_in(subject=SUBJECT)
        await refuse(stage)
        assert heard.invalid == [SUBJECT, SUBJECT]


async def test_a_process_with_hooks_hears_of_what_one_without_saw() -> None:
    """The hook is called when that process first uses the marked token."""
    heard = Heard()
    async with staged() as stage:
        await stage.log_in(subject=SUBJECT)
        await refuse(stage)
        async with LoginFlow(stage.session, tokens=stage.flow.tokens, **heard.hooks) as other:
            for _ in range(2):
                with pytest.raises(LoginRequiredError):
                    await other.token_for(SUBJECT)
        assert heard.invalid == [SUBJECT]


async def test_hooks_are_called_once_over_all_processes() -> None:
    """Twenty calls at once use two flows that share a store."""
    heard = Heard()
    async with staged(**heard.hooks) as stage:
        await stage.log_in(subject=SUBJECT)
        async with LoginFlow(stage.session, tokens=stage.flow.tokens, **heard.hooks) as other:
            flows = [stage.flow, other] * 10
            stage.sandbox.next("graphql", *[REFUSAL] * 20)
            answers = await asyncio.gather(*(flow.graphql(SUBJECT, QUERY) for flow in flows), return_exceptions=True)
            assert {type(answer) for answer in answers} == {InvalidTokenError}
            assert heard.invalid == [SUBJECT]
            await stage.log_in(subject=SUBJECT)
            stage.advance(days=340)
            await asyncio.gather(*(flow.token_for(SUBJECT) for flow in flows))
        assert heard.expiring == [SUBJECT]


async def test_a_failing_hook_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The call that triggered it continues."""

    async def broken(subject: str) -> None:
        raise RuntimeError(f"no way to reach {subject}")

    async with staged(on_expiring=broken) as stage:
        done = await stage.log_in(subject=SUBJECT)
        stage.advance(days=360)
        assert await stage.flow.token_for(SUBJECT) == done.token
    assert "a login hook failed for subject discord:42" in caplog.text


async def test_a_store_that_cannot_write_hides_no_answer_and_no_token(caplog: pytest.LogCaptureFixture) -> None:
    """AniList's answer is returned although it could not be recorded."""

    class Failing(FlakyTokens):
        async def put(self, stored: StoredToken, *, over: str | None = None) -> bool:
            if over is not None:
                raise StorageError("the disk is full")
            return await super().put(stored, over=over)

    heard = Heard()
    async with staged(tokens=Failing(), **heard.hooks) as stage:
        done = await stage.log_in(subject=SUBJECT)
        await refuse(stage)
        assert await stage.flow.token_for(SUBJECT) == done.token
        assert "could not record whether AniList accepts a token: the disk is full" in caplog.text
        caplog.clear()
        stage.advance(days=350)
        assert await stage.flow.token_for(SUBJECT) == done.token
        assert "could not record that a login hook is due: the disk is full" in caplog.text
        assert (heard.invalid, heard.expiring) == ([], [])


async def test_marking_ends_after_some_tries() -> None:
    """Another process may change the record each time."""

    class Restless(FlakyTokens):
        async def put(self, stored: StoredToken, *, over: str | None = None) -> bool:
            self.weather.calls.append("put")
            return over is None and await super().put(stored, over=over)

    restless, heard = Restless(), Heard()
    async with staged(tokens=restless, **heard.hooks) as stage:
        await stage.log_in(subject=SUBJECT)
        restless.weather.calls.clear()
        await refuse(stage)
        assert restless.weather.calls.count("put") == 5
        stage.advance(days=360)
        await stage.flow.token_for(SUBJECT)
        assert (heard.invalid, heard.expiring) == ([], [])


async def test_expiring_yields_users_who_must_log_in_again() -> None:
    """A program can remind these users in time."""
    async with staged() as stage:
        await stage.log_in(subject="early")
        stage.advance(days=30)
        await stage.log_in(subject="late")
        stage.advance(days=310)
        soon = [stored.subject async for stored in stage.flow.tokens.expiring(timedelta(days=30))]
        assert soon == ["early"]
        assert [stored.subject async for stored in stage.flow.tokens.expiring(None)] == ["early", "late"]


class TestViewer:
    """The user of a subject is read from the store, or asked for once and stored."""

    async def nameless(self, stage: Stage) -> StoredToken:
        """Log in while GraphQL is down, so that no viewer is stored."""
        stage.sandbox.next("graphql", Fault(status=503, body="<html>"))
        await stage.log_in(subject=SUBJECT)
        stored = await record(stage)
        assert stored.viewer is None
        return stored

    async def test_a_stored_viewer_is_returned_at_once(self) -> None:
        """It is returned without a request, even if the token is invalid, and is never refreshed."""
        async with staged() as stage:
            done = await stage.log_in(subject=SUBJECT)
            await refuse(stage)
            before = len(stage.sandbox.requests)
            assert await stage.flow.viewer(SUBJECT) == done.viewer
            stage.advance(days=400)
            assert await stage.flow.viewer(SUBJECT) == done.viewer
            assert len(stage.sandbox.requests) == before
            with pytest.raises(LoginRequiredError):
                await stage.flow.viewer("discord:43")

    @pytest.mark.requirement("R2")
    async def test_a_missing_viewer_is_requested_and_stored(self) -> None:
        """It is requested once, and nothing else in the record changes."""
        async with staged() as stage:
            before = await self.nameless(stage)
            viewer = await stage.flow.viewer(SUBJECT, max_wait=5)
            assert (viewer.id, viewer.name) == (before.user_id, "mika")
            asked = stage.posts("/graphql")
            assert await stage.flow.viewer(SUBJECT) == viewer
            assert stage.posts("/graphql") == asked
            assert await record(stage) == attrs.evolve(before, viewer=viewer)

    async def test_it_waits_no_longer_than_allowed(self) -> None:
        """With ``max_wait=0`` it is requested at once or not at all."""
        async with staged() as stage:
            await self.nameless(stage)
            pace = stage.session.pace = Pace()
            await pace.turn()
            pace.pause(30)
            before = stage.posts("/graphql")
            with pytest.raises(RateLimitedError, match="max_wait"):
                await stage.flow.viewer(SUBJECT, max_wait=0)
            assert stage.posts("/graphql") == before

    async def test_a_refusal_marks_the_token(self) -> None:
        """The refusal is recorded as for any other query."""
        async with staged() as stage:
            await self.nameless(stage)
            stage.sandbox.next("graphql", REFUSAL)
            with pytest.raises(InvalidTokenError):
                await stage.flow.viewer(SUBJECT)
            assert (await record(stage)).needs_login

    @pytest.mark.requirement("R13")
    async def test_another_user_is_not_stored(self) -> None:
        """The viewer must be the user in the record."""
        async with staged() as stage:
            await self.nameless(stage)
            stage.sandbox.next("graphql", named(stage.sandbox.users[1]))
            with pytest.raises(TokenMismatchError) as caught:
                await stage.flow.viewer(SUBJECT)
            assert caught.value.reason == "other_user"
            assert (await record(stage)).viewer is None

    @pytest.mark.requirement("R8")
    def test_a_newer_login_or_a_logout_meanwhile_is_not_lost(self) -> None:
        """Only the same record is changed, and a mark that was set meanwhile stays."""

        async def test(stage: Stage) -> None:
            for meanwhile in ("login", "logout", "mark"):
                await self.nameless(stage)
                stage.sandbox.next("graphql", Fault(delay=5))
                asking = asyncio.create_task(stage.flow.viewer(SUBJECT))
                await stage.reached("/graphql", times=stage.posts("/graphql") + 1)
                if meanwhile == "login":
                    stage.sandbox.next("graphql", Fault(status=503, body="<html>"))
                    stage.advance(seconds=5)
                    await stage.log_in(subject=SUBJECT)
                    expected = await record(stage)
                elif meanwhile == "logout":
                    await stage.flow.logout(SUBJECT)
                else:
                    expected = attrs.evolve(await record(stage), told_expiring=True)
                    await stage.flow.tokens.put(expected)
                viewer = await asking
                assert viewer.name == "mika"
                if meanwhile == "logout":
                    with pytest.raises(LoginRequiredError):
                        await stage.flow.token_for(SUBJECT)
                else:
                    kept = expected if meanwhile == "login" else attrs.evolve(expected, viewer=viewer)
                    assert await record(stage) == kept

        virtually(test)

    async def test_storing_the_viewer_ends_after_some_tries(self) -> None:
        """After five tries, the viewer is returned nevertheless."""
        async with staged(tokens=FlakyTokens()) as stage:
            await self.nameless(stage)

            async def never(*_stored: StoredToken, **_was: StoredToken) -> bool:
                return False

            store: Any = stage.flow._live_tokens.tokens
            store.update = never
            assert (await stage.flow.viewer(SUBJECT)).name == "mika"
            assert (await record(stage)).viewer is None
