"""The user of a token is identified by its claims, or else by AniList's viewer."""

import asyncio
from typing import Any

import pytest

from anilist_oauth.errors import (
    AniListOAuthError,
    InvalidTokenError,
    LoginRequiredError,
    OutcomeUnknownError,
    RateLimitedError,
    ServiceUnavailableError,
    TokenMismatchError,
    UnexpectedResponseError,
)
from anilist_oauth.login.identity import claimed_user_id, subject_of
from anilist_oauth.pacing.pace import Pace
from anilist_oauth.sandbox import Fault
from anilist_oauth.tokens.claims import UnverifiedClaims, peek_claims
from tests.flaky import takes, virtually
from tests.flows import OPAQUE, Stage, Unpaced, named, staged
from tests.tokens.test_claims import jwt

SUBJECT = "discord:42"
REFUSAL = Fault(status=400, body={"errors": [{"message": "Invalid token", "status": 400}], "data": None})
TOO_MANY = {"data": None, "errors": [{"message": "Too Many Requests.", "status": 429}]}


class Endless(Unpaced):
    """A pace at which no turn comes for an hour."""

    async def turn(self, *_given: Any, **_named: Any) -> int:
        """Let the caller wait."""
        await asyncio.sleep(3600)
        return 0


def read(claims: Any) -> UnverifiedClaims | None:
    """Return the claims of a token that has them."""
    return peek_claims(jwt(claims))


def granted(claims: Any) -> Fault:
    """Let the token endpoint return a token with these claims."""
    return Fault(body={"access_token": jwt(claims), "token_type": "Bearer", "expires_in": 31536000})


async def fails(stage: Stage, kind: type[AniListOAuthError]) -> Any:
    """Check that a login fails with this class for `finish` and `wait`, without a token."""
    login, callback = await stage.begin(subject=SUBJECT)
    with pytest.raises(kind) as caught:
        await stage.flow.finish(callback)
    with pytest.raises(kind):
        await stage.flow.wait(login)
    with pytest.raises(LoginRequiredError):
        await stage.flow.token_for(SUBJECT)
    return caught.value


@pytest.mark.requirement("S17")
def test_the_user_id_is_the_sub_of_a_token_that_is_ours() -> None:
    """``aud`` may be our client id as text or number, or a list that contains it."""
    for aud in ("7", 7, ["7"], ["8", "7"]):
        assert claimed_user_id(read({"aud": aud, "sub": "112084"}), client_id="7") == 112084, aud


@pytest.mark.requirement("S17")
def test_a_token_without_a_user_id_gives_none() -> None:
    """It is not a JWT, has no audience, or its ``sub`` is not a positive integer."""
    assert claimed_user_id(peek_claims("opaque"), client_id="7") is None
    for claims in (
        {"sub": "5"},
        {"aud": [], "sub": "5"},
        {"aud": "7"},
        {"aud": "7", "sub": "0"},
        {"aud": "7", "sub": "x"},
    ):
        assert claimed_user_id(read(claims), client_id="7") is None, claims


@pytest.mark.requirement("S17")
def test_a_token_of_another_application_is_refused() -> None:
    """Its ``sub`` does not matter."""
    for claims in ({"aud": "8", "sub": "5"}, {"aud": ["8", "9"]}, {"aud": "07", "sub": "x"}):
        with pytest.raises(TokenMismatchError) as caught:
            claimed_user_id(read(claims), client_id="7")
        assert caught.value.reason == "other_application"


def test_a_sign_in_is_named_by_the_user_id() -> None:
    """A subject that names another user is refused."""
    assert subject_of(None, user_id=5) == subject_of("anilist:5", user_id=5) == "anilist:5"
    assert subject_of("discord:5", user_id=7) == "discord:5"
    with pytest.raises(TokenMismatchError, match="anilist:7") as caught:
        subject_of("anilist:5", user_id=7)
    assert caught.value.reason == "other_user"


@pytest.mark.requirement("R13")
@pytest.mark.requirement("S17")
async def test_another_application_s_token_ends_the_login() -> None:
    """It is not stored, although it came from the token endpoint."""
    async with staged() as stage:
        stage.sandbox.next("token", granted({"aud": "99999", "sub": str(stage.sandbox.user.id)}))
        error = await fails(stage, TokenMismatchError)
        assert error.reason == "other_application"
        assert stage.posts("/graphql") == 0


class TestTheViewerIsAKindness:
    """If the token names its user, no failure of the viewer's query ends a login."""

    @pytest.mark.requirement("R2")
    def test_no_failure_of_graphql_ends_the_login(self) -> None:
        """With any failure of GraphQL, the login succeeds within two seconds without a viewer."""

        async def test(stage: Stage) -> None:
            user_id = stage.sandbox.user.id
            for fault in (
                Fault(status=503, body="<html>"),
                Fault(status=503, headers={"Retry-After": "600"}, body="<html>"),
                Fault(status=429, headers={"Retry-After": "40"}, body=TOO_MANY),
                REFUSAL,
                Fault(close="before"),
                Fault(delay=3600),
                Fault(body="<html>"),
                Fault(body={"data": {"Viewer": None}}),
            ):
                before = stage.posts("/graphql")
                stage.sandbox.next("graphql", fault)
                with takes(at_most=2.1):
                    done = await stage.log_in(subject=SUBJECT)
                assert (done.user_id, done.viewer, done.display_name) == (user_id, None, f"AniList user {user_id}")
                assert stage.posts("/graphql") - before == 1, "it is asked once"
                stored = await stage.flow.tokens.get(SUBJECT, client_id=stage.session.application.client_id)
                assert stored is not None
                assert (stored.user_id, stored.viewer, stored.needs_login) == (user_id, None, False)

        virtually(test)

    @pytest.mark.requirement("R1")
    def test_it_waits_for_no_turn(self) -> None:
        """A hundred callbacks at once all succeed at once, some of them without a viewer."""

        async def test(stage: Stage) -> None:
            stage.session.pace = Pace()
            callbacks = [(await stage.begin(subject=f"chat:{number}"))[1] for number in range(100)]
            with takes(at_most=0.5):
                done = await asyncio.gather(*map(stage.flow.finish, callbacks))
            assert {one.user_id for one in done} == {stage.sandbox.user.id}
            assert any(one.viewer is None for one in done)
            assert any(one.viewer is not None for one in done)
            assert stage.posts() == 100
            assert stage.posts("/graphql") <= 28

        virtually(test)

    @pytest.mark.requirement("S17")
    @pytest.mark.requirement("R13")
    async def test_a_viewer_of_another_id_ends_the_login(self) -> None:
        """If the token and the viewer name different users, the login ends."""
        async with staged() as stage:
            stage.sandbox.next("graphql", named(stage.sandbox.users[1]))
            error = await fails(stage, TokenMismatchError)
            assert error.reason == "other_user"


class TestTheViewerIsNeeded:
    """If the token does not name its user, the viewer is needed, and the login waits for it."""

    def test_an_outage_that_ends_in_time_is_waited_for(self) -> None:
        """AniList says when to try again, and this is within 60 seconds."""

        async def test(stage: Stage) -> None:
            stage.sandbox.next("token", OPAQUE)
            outage = Fault(status=503, headers={"Retry-After": "20"}, body="<html>")
            stage.sandbox.next("graphql", outage, named(stage.sandbox.user))
            with takes(at_least=20, at_most=25):
                done = await stage.log_in()
            assert (done.display_name, done.user_id) == ("mika", stage.sandbox.user.id)

        virtually(test)

    @pytest.mark.parametrize("fault", [Fault(status=500), Fault(close="before"), REFUSAL])
    def test_a_short_failure_ends_no_login(self, fault: Fault) -> None:
        """A new token that is refused is one, because this has happened during incidents."""

        async def test(stage: Stage) -> None:
            stage.sandbox.next("token", OPAQUE)
            stage.sandbox.next("graphql", *[fault] * 4, named(stage.sandbox.user))
            with takes(at_most=20):
                assert (await stage.log_in()).display_name == "mika"

        virtually(test)

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            (Fault(status=500), ServiceUnavailableError),
            (Fault(close="before"), OutcomeUnknownError),
            (REFUSAL, InvalidTokenError),
        ],
    )
    def test_a_long_failure_ends_the_login(self, fault: Fault, kind: type[AniListOAuthError]) -> None:
        """It ends within the 60 seconds with the class of the failure, and the pauses grow."""

        async def test(stage: Stage) -> None:
            stage.sandbox.next("token", OPAQUE)
            stage.sandbox.next("graphql", *[fault] * 100)
            with takes(at_least=30, at_most=60):
                await fails(stage, kind)
            assert stage.posts("/graphql") <= 6 * 3

        virtually(test)

    def test_another_server_s_answer_ends_the_login_at_once(self) -> None:
        """Another try would not help."""

        async def test(stage: Stage) -> None:
            stage.sandbox.next("token", OPAQUE)
            stage.sandbox.next("graphql", *[Fault(status=200, body="<html>")] * 100)
            with takes(at_most=1):
                await fails(stage, UnexpectedResponseError)

        virtually(test)

    def test_a_retry_after_of_0_is_not_followed(self) -> None:
        """Otherwise there would be many requests for a minute."""

        async def test(stage: Stage) -> None:
            stage.sandbox.next("token", OPAQUE)
            stage.sandbox.next("graphql", *[Fault(status=503, headers={"Retry-After": "0"}, body="<html>")] * 1000)
            with takes(at_least=50, at_most=61):
                await fails(stage, ServiceUnavailableError)
            assert stage.posts("/graphql") < 200

        virtually(test)

    def test_a_longer_outage_ends_the_login_at_once(self) -> None:
        """The code is spent, and nothing is stored."""

        async def test(stage: Stage) -> None:
            outage = Fault(status=503, headers={"Retry-After": "61"}, body="<html>")
            stage.sandbox.next("token", OPAQUE)
            stage.sandbox.next("graphql", outage, outage, outage)
            with takes(at_most=10):
                await fails(stage, ServiceUnavailableError)

        virtually(test)

    def test_a_429_of_a_minute_ends_the_login_at_once(self) -> None:
        """Its class shows that it was not an outage, and a shorter 429 is waited for."""

        async def test(stage: Stage) -> None:
            stage.session.pace = Pace()
            stage.sandbox.next("token", OPAQUE, OPAQUE)
            short = Fault(status=429, headers={"Retry-After": "40"}, body=TOO_MANY)
            stage.sandbox.next("graphql", short, named(stage.sandbox.user))
            with takes(at_least=40, at_most=45):
                assert (await stage.log_in()).display_name == "mika"
            stage.sandbox.next("graphql", Fault(status=429, body=TOO_MANY))
            with takes(at_most=5):
                error = await fails(stage, RateLimitedError)
            assert error.retry_after == pytest.approx(60, abs=5)
            assert not error.retryable

        virtually(test)

    def test_a_turn_that_does_not_come_ends_the_login(self) -> None:
        """The login ends after 60 seconds."""

        async def test(stage: Stage) -> None:
            stage.session.pace = Endless()
            stage.sandbox.next("token", OPAQUE)
            with takes(at_least=60, at_most=61):
                await fails(stage, ServiceUnavailableError)

        virtually(test)
