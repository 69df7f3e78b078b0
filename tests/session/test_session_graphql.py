"""The session makes GraphQL requests at AniList's pace, repeats them if that is safe, and verifies tokens."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from anilist_oauth.errors import (
    AniListOAuthError,
    ConfigurationError,
    ConnectionFailedError,
    GraphQLError,
    InvalidTokenError,
    OutcomeUnknownError,
    RateLimitedError,
    ServiceError,
    ServiceUnavailableError,
    SessionStateError,
    TokenMismatchError,
    UnexpectedResponseError,
    UnsendableValueError,
)
from anilist_oauth.http_messages import Response
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import ANILIST
from anilist_oauth.pacing.pace import Pace
from anilist_oauth.pacing.shared_pace import SharedPace
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.tokens.viewer import Viewer
from tests import virtual_time
from tests.constants import Constant
from tests.graphql.test_pagination import NESTED, PAGE, page
from tests.graphql_answers import RECORDED, Recorded, answer
from tests.pacing.test_pace import exchange_wait
from tests.pacing.test_shared_pace import ScriptedLedger
from tests.scripted import ScriptedTransport
from tests.tokens.test_verification import jwt

APPLICATION = Application(
    client_id="12345", client_secret="a-secret-of-a-test", redirect_uri="http://127.0.0.1:8080/callback"
)
NOW = datetime(2026, 9, 14, 12, 0, tzinfo=UTC)
QUERY, MUTATION = "{ Viewer { id } }", "mutation { DeleteMediaListEntry(id: 1) { deleted } }"
DATA = answer(200, {"data": {"x": 1}})
LIMITED = answer(429, {"errors": [{"message": "Too Many Requests.", "status": 429}]}, **{"Retry-After": "30"})
DISABLED = answer(403, {"errors": [{"message": "The AniList API has been temporarily disabled.", "status": 403}]})
VIEWER = answer(200, {"data": {"Viewer": {"id": 5, "name": "mika"}}})

Scenario = Callable[[], Coroutine[Any, Any, None]]


@asynccontextmanager
async def scripted(
    *answers: Response | Exception, pace: Pace | None = None
) -> AsyncIterator[tuple[OAuthSession, ScriptedTransport]]:
    """Open a session whose answers are scripted."""
    session, transport = OAuthSession(APPLICATION, pace=pace, clock=lambda: NOW), ScriptedTransport(*answers)
    session._transport = transport
    async with session:
        yield session, transport


def in_virtual_time(scenario: Scenario) -> None:
    """Run a scenario."""
    virtual_time.run(scenario())


@pytest.mark.parametrize("recorded", RECORDED)
def test_recorded_responses_raise_their_error(recorded: Recorded) -> None:
    """For every published response, the session raises the right class."""

    async def scenario() -> None:
        async with scripted(recorded.response()) as (session, _):
            with pytest.raises(AniListOAuthError) as caught:
                await session.graphql(QUERY, token="token" if recorded.with_token else None)
            assert type(caught.value).__name__ == recorded.error

    in_virtual_time(scenario)


@pytest.mark.parametrize(
    ("failure", "query"),
    [
        (LIMITED, QUERY),
        (LIMITED, MUTATION),
        (answer(502, "<html>"), QUERY),
        (answer(503, ""), QUERY),
        (answer(503, "", **{"Retry-After": "2"}), QUERY),
        (answer(504, ""), QUERY),
        (OutcomeUnknownError(""), QUERY),
        (ConnectionFailedError(""), QUERY),
        (ConnectionFailedError(""), MUTATION),
    ],
)
def test_a_safe_request_is_tried_three_times(failure: Response | Exception, query: str) -> None:
    """A third try may succeed, and after a third failure its error is raised."""

    async def scenario() -> None:
        async with scripted(failure, failure, DATA) as (session, transport):
            assert await session.graphql(query) == {"x": 1}
            assert len(transport.requests) == 3
            assert all(request is transport.requests[0] for request in transport.requests)
        async with scripted(failure) as (session, transport):
            with pytest.raises(AniListOAuthError):
                await session.graphql(query)
            assert len(transport.requests) == 3

    in_virtual_time(scenario)


@pytest.mark.parametrize(
    ("failure", "query", "kind"),
    [
        (answer(500, "<html>"), QUERY, ServiceUnavailableError),
        (answer(503, "", **{"Retry-After": "120"}), QUERY, ServiceUnavailableError),
        (answer(503, ""), MUTATION, ServiceUnavailableError),
        (answer(502, ""), MUTATION, ServiceUnavailableError),
        (OutcomeUnknownError(""), MUTATION, OutcomeUnknownError),
        (DISABLED, QUERY, ServiceUnavailableError),
        (DISABLED, MUTATION, ServiceUnavailableError),
        (answer(403, "<html>"), QUERY, ServiceUnavailableError),
        (answer(200, "<html>"), QUERY, UnexpectedResponseError),
        (answer(400, {"errors": [{"message": "Invalid token", "status": 400}]}), QUERY, InvalidTokenError),
        (answer(400, {"errors": [{"message": "Syntax Error", "status": 400}]}), QUERY, GraphQLError),
        (UnexpectedResponseError(""), QUERY, UnexpectedResponseError),
    ],
)
def test_nothing_else_is_repeated(failure: Response | Exception, query: str, kind: type[Exception]) -> None:
    """A mutation that may have arrived, an outage and a refusal are raised at once."""

    async def scenario() -> None:
        async with scripted(failure, DATA) as (session, transport):
            with pytest.raises(kind):
                await session.graphql(query, token="token")
            assert len(transport.requests) == 1
            assert transport.times == [0.0]

    in_virtual_time(scenario)


def test_a_lost_query_may_be_made_again_and_a_lost_mutation_not() -> None:
    """The error says whether to repeat the request, and its cause is the system's error."""

    async def scenario() -> None:
        lost = OutcomeUnknownError("the connection failed")
        lost.__cause__ = OSError("reset")
        for query, retryable in ((QUERY, True), (MUTATION, False)):
            async with scripted(lost) as (session, _):
                with pytest.raises(OutcomeUnknownError) as caught:
                    await session.graphql(query)
                assert caught.value.retryable is retryable
                assert caught.value.__cause__ is lost.__cause__

    in_virtual_time(scenario)


def test_repeats_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Each failed try that is repeated is logged with its number."""

    async def scenario() -> None:
        async with scripted(answer(503, ""), answer(503, ""), DATA) as (session, _):
            await session.graphql(QUERY)

    with caplog.at_level(logging.DEBUG, "anilist_oauth"):
        in_virtual_time(scenario)
    told = [(getattr(record, "attempt", None), getattr(record, "error", None)) for record in caplog.records]
    assert told == [(1, "ServiceUnavailableError"), (2, "ServiceUnavailableError")]


def test_repeats_wait_longer_each_time_and_never_alike() -> None:
    """The waits are about one and two seconds, and differ between sessions."""

    async def scenario() -> None:
        waits = []
        for _ in range(2):
            async with scripted(answer(502, "")) as (session, transport):
                with pytest.raises(ServiceUnavailableError):
                    await session.graphql(QUERY)
                first, second, third = transport.times
                assert 0.5 <= second - first <= 1.5
                assert 1.0 <= third - second <= 3.0
                waits.append(second - first)
        assert waits[0] != waits[1]

    in_virtual_time(scenario)


def test_after_a_429_everybody_waits() -> None:
    """Another user's request is not sent before the announced time is over."""

    async def scenario() -> None:
        async with scripted(LIMITED, DATA) as (session, transport):
            await asyncio.gather(session.graphql(QUERY, token="a"), _later(1, session.graphql(QUERY, token="b")))
            assert transport.times[0] == 0
            assert all(time >= 30 for time in transport.times[1:])
            assert len(transport.times) == 3

    in_virtual_time(scenario)


def test_after_a_429_processes_come_back_apart() -> None:
    """Processes that were refused together do not continue at the same moment."""

    async def scenario() -> None:
        times = []
        for _ in range(2):
            async with scripted(LIMITED, DATA) as (session, transport):
                await session.graphql(QUERY)
                first, second = transport.times
                times.append(second - first)
        assert times[0] != times[1]
        assert all(30 <= time <= 32 for time in times)

    in_virtual_time(scenario)


@pytest.mark.requirement("R15")
def test_a_long_pause_raises() -> None:
    """A 429 of an hour raises at once, like every later call, unless it allows the wait."""

    async def scenario() -> None:
        hour = answer(429, "error code: 1015", **{"Retry-After": "3600"})
        async with scripted(hour, DATA) as (session, transport):
            with pytest.raises(RateLimitedError) as caught:
                await session.graphql(QUERY)
            assert caught.value.retry_after == 3600
            with pytest.raises(RateLimitedError):
                await session.graphql(QUERY)
            assert (asyncio.get_running_loop().time(), len(transport.requests)) == (0, 1)
            await session.graphql(QUERY, max_wait=3700)
            assert transport.times[1] >= 3600

    in_virtual_time(scenario)


@pytest.mark.requirement("R14")
def test_other_processes_hear_at_once_of_a_refusal() -> None:
    """A 429 and an outage are reported before the caller gets the error."""

    async def scenario() -> None:
        for failure in (LIMITED, DISABLED):
            ledger = ScriptedLedger()
            async with scripted(failure, pace=SharedPace(ledger)) as (session, _):
                with pytest.raises(ServiceError):
                    await session.graphql(QUERY, max_wait=0)
            assert ledger.wants == ["turn_now", "nothing"]
            told = ledger.wishes[1].news
            assert max(told.announced, told.halted) >= 30

    in_virtual_time(scenario)


@pytest.mark.requirement("R14")
def test_other_processes_hear_of_a_refusal_of_the_token_endpoint() -> None:
    """They wait as long as this process before an exchange."""

    async def scenario() -> None:
        ledger = ScriptedLedger()
        async with scripted(LIMITED, pace=SharedPace(ledger)) as (session, _):
            with pytest.raises(RateLimitedError):
                await session.exchange_code("code")
            assert exchange_wait(session.pace) == 30
        assert [wish.news.exchanges for wish in ledger.wishes] == [30]

    in_virtual_time(scenario)


def test_max_wait_counts_after_a_429_too() -> None:
    """A call that must not wait so long raises without another request."""

    async def scenario() -> None:
        async with scripted(LIMITED, DATA) as (session, transport):
            with pytest.raises(RateLimitedError) as caught:
                await session.graphql(QUERY, max_wait=5)
            assert caught.value.retry_after is not None
            assert caught.value.retry_after >= 30
            assert asyncio.get_running_loop().time() == 0
            assert len(transport.requests) == 1

    in_virtual_time(scenario)


def test_a_call_that_may_not_wait_is_tried_once() -> None:
    """Without waits there is one try, and a short max_wait also limits the pause between two tries."""

    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        for failure, kind in ((answer(503, ""), ServiceUnavailableError), (LIMITED, RateLimitedError)):
            async with scripted(failure, VIEWER) as (session, transport):
                with pytest.raises(kind):
                    await session.viewer("token", max_wait=0)
                assert (len(transport.requests), loop.time()) == (1, 0)
        async with scripted(VIEWER) as (session, transport):
            assert (await session.viewer("token", max_wait=0)).id == 5
            await asyncio.gather(*(session.viewer("token", max_wait=0) for _ in range(9)))
            with pytest.raises(RateLimitedError):
                await session.viewer("token", max_wait=0)
            assert (len(transport.requests), loop.time()) == (10, 0)

    in_virtual_time(scenario)


async def _later(seconds: float, call: Coroutine[Any, Any, Any]) -> Any:
    await asyncio.sleep(seconds)
    return await call


def test_an_outage_keeps_everybody_away_until_its_time_is_over() -> None:
    """After the first response, calls raise without a request in all sessions with the same pace."""

    async def scenario() -> None:
        pace, loop = Pace(), asyncio.get_running_loop()
        async with scripted(DISABLED, DATA, pace=pace) as (one, asked), scripted(DATA, pace=pace) as (other, spared):
            with pytest.raises(ServiceUnavailableError) as caught:
                await one.graphql(QUERY)
            assert caught.value.retry_after == 60
            await asyncio.sleep(20)
            for session in (one, other):
                with pytest.raises(ServiceUnavailableError) as caught:
                    await session.graphql(QUERY)
                assert caught.value.retry_after == 40
            assert (len(asked.requests), len(spared.requests), loop.time()) == (1, 0, 20)
            await asyncio.sleep(40)
            assert await one.graphql(QUERY) == {"x": 1}

    in_virtual_time(scenario)


def test_a_failure_during_an_outage_is_raised_at_once() -> None:
    """A call that fails for another reason during an outage is not repeated."""

    async def scenario() -> None:
        async with scripted(answer(502, "")) as (session, transport):
            call = asyncio.create_task(session.graphql(QUERY))
            await asyncio.sleep(0.1)
            session.pace.halt(60)
            with pytest.raises(ServiceUnavailableError):
                await call
            assert len(transport.requests) == 1

    in_virtual_time(scenario)


def test_the_limit_follows_every_response() -> None:
    """The headers of error responses are used as well."""

    async def scenario() -> None:
        headers = {"X-RateLimit-Limit": "60"}
        async with scripted(answer(404, {"errors": [{"message": "Not Found."}]}, **headers)) as (session, _):
            with pytest.raises(GraphQLError):
                await session.graphql(QUERY)
            assert session.pace.limit == 60

    in_virtual_time(scenario)


def test_max_wait_refuses_without_a_request() -> None:
    """The error says how long the wait is, and nothing is sent."""

    async def scenario() -> None:
        async with scripted(DATA) as (session, transport):
            await asyncio.gather(*(session.graphql(QUERY) for _ in range(10)))
            wait = session.pace.delay()
            with pytest.raises(RateLimitedError) as caught:
                await session.graphql(QUERY, max_wait=wait / 2)
            assert caught.value.retry_after == wait
            assert len(transport.requests) == 10

    in_virtual_time(scenario)


def test_sessions_share_the_budget_of_one_pace() -> None:
    """Two sessions with one pace start as many requests as one session, and with two paces twice as many."""

    async def scenario() -> None:
        async def started_at_once(*paces: Pace | None) -> int:
            async with scripted(DATA, pace=paces[0]) as (one, first), scripted(DATA, pace=paces[1]) as (two, second):
                calls = [session.graphql(QUERY) for session in (one, two) for _ in range(10)]
                await asyncio.gather(*calls)
                return sum(time == min(first.times) for time in first.times + second.times)

        pace = Pace()
        assert await started_at_once(pace, pace) == 10
        assert await started_at_once(None, None) == 20

    in_virtual_time(scenario)


@pytest.mark.parametrize(
    ("variables", "timeout", "kind"),
    [({"ids": [1, {2}]}, None, UnsendableValueError), ({}, 0, ConfigurationError), ({}, -1, ConfigurationError)],
)
def test_wrong_arguments_take_no_turn(variables: Any, timeout: float | None, kind: type[Exception]) -> None:
    """Arguments are checked before the wait."""

    async def scenario() -> None:
        async with scripted(DATA) as (session, transport):
            with pytest.raises(kind):
                await session.graphql(QUERY, variables, timeout=timeout)
            assert transport.requests == []
            assert not session.pace._starts

    in_virtual_time(scenario)


async def test_a_session_that_is_not_open_sends_nothing() -> None:
    """This holds before it is opened and after it is closed."""
    session = OAuthSession(APPLICATION)
    assert session.connector is None
    with pytest.raises(SessionStateError):
        await session.graphql(QUERY)


def test_a_page_is_requested_when_it_is_needed() -> None:
    """Nothing is sent while a page is used, and nothing keeps running after a `break`."""

    async def scenario() -> None:
        async with scripted(answer(200, {"data": page(more=True)})) as (session, transport):
            seen = 0
            async for data in session.paginate(PAGE, {"id": 7}, token="token"):
                seen += 1
                assert data == page(more=True)
                await asyncio.sleep(100)
                assert len(transport.requests) == seen
                if seen == 3:
                    break
            await asyncio.sleep(100)
            assert len(transport.requests) == 3
            assert len(asyncio.all_tasks()) == 1
            sent = [json.loads(request.body)["variables"] for request in transport.requests]
            assert sent == [{"id": 7, "page": number, "perPage": 50} for number in (1, 2, 3)]
            assert transport.requests[2].headers["Authorization"] == "Bearer token"

    in_virtual_time(scenario)


def test_no_page_is_waited_for_longer_than_allowed() -> None:
    """`max_wait` limits the wait for each page."""

    async def scenario() -> None:
        async with scripted(answer(200, {"data": page(more=True)})) as (session, transport):
            pages = session.paginate(PAGE, max_wait=0)
            for _ in range(10):
                await anext(pages)
            with pytest.raises(RateLimitedError):
                await anext(pages)
            assert asyncio.get_running_loop().time() == 0
            assert len(transport.requests) == 10

    in_virtual_time(scenario)


def test_a_nested_connection_is_read_to_its_end() -> None:
    """The last page ends the iteration."""

    async def scenario() -> None:
        pages = [{"Media": {"characters": page(more=more)["Page"]}} for more in (True, False)]
        async with scripted(*(answer(200, {"data": data}) for data in pages)) as (session, transport):
            assert [data async for data in session.paginate(NESTED, path="Media.characters")] == pages
            assert json.loads(transport.requests[1].body)["variables"] == {"page": 2, "perPage": 25}

    in_virtual_time(scenario)


@pytest.mark.requirement("S17")
@pytest.mark.requirement("S27")
@pytest.mark.parametrize("token", ["the-token", jwt(aud="54321", sub="6", exp=1)])
def test_the_viewer_is_the_user_of_the_token(token: str) -> None:
    """AniList is asked with that token, and its claims are not used."""

    async def scenario() -> None:
        async with scripted(VIEWER) as (session, transport):
            assert await session.viewer(token) == Viewer(5, "mika", None, None, None)
            assert transport.requests[0].headers["Authorization"] == f"Bearer {token}"

    in_virtual_time(scenario)


@pytest.mark.requirement("S16")
def test_a_token_is_only_sent_to_the_graphql_endpoint() -> None:
    """Neither an exchange nor a public query nor another address gets it."""

    async def scenario() -> None:
        grant = answer(200, {"access_token": "the-token"})
        async with scripted(grant, VIEWER, DATA, DATA) as (session, transport):
            session.application = attrs.evolve(APPLICATION, client_secret="hidden-secret")
            token = await session.exchange_code("code")
            await session.viewer(token)
            await session.graphql(QUERY, token=token)
            await session.graphql(QUERY)
        seen = [(request.url, request.headers.get("Authorization")) for request in transport.requests]
        assert seen == [
            (ANILIST.token, None),
            (ANILIST.graphql, "Bearer the-token"),
            (ANILIST.graphql, "Bearer the-token"),
            (ANILIST.graphql, None),
        ]

    in_virtual_time(scenario)


@pytest.mark.requirement("S27")
def test_a_token_from_elsewhere_is_verified() -> None:
    """Its claims name this application and the same user as AniList."""

    async def scenario() -> None:
        async with scripted(VIEWER) as (session, transport):
            done = await session.verify(jwt(aud="12345", sub="5"))
            assert (done.viewer.id, done.token.access_token) == (5, jwt(aud="12345", sub="5"))
            assert transport.requests[0].headers["Authorization"] == f"Bearer {done.token.access_token}"
            with pytest.raises(TokenMismatchError):
                await session.verify(jwt(aud="12345", sub="6"))

    in_virtual_time(scenario)


@pytest.mark.requirement("S27")
@pytest.mark.parametrize("token", ["garbage", jwt(aud="54321", sub="5"), jwt(sub="5")])
def test_a_token_of_another_application_is_not_sent(token: str) -> None:
    """It is refused first, because the viewer's query would accept it."""

    async def scenario() -> None:
        async with scripted(VIEWER) as (session, transport):
            with pytest.raises(TokenMismatchError):
                await session.verify(token)
            assert transport.requests == []

    in_virtual_time(scenario)


def test_nobody_has_no_viewer() -> None:
    """Without a token, nothing is sent."""

    async def scenario() -> None:
        nobody: Any = None
        async with scripted() as (session, transport):
            with pytest.raises(ConfigurationError, match="token: a Token or an access token is needed, not None"):
                await session.viewer(nobody)
            assert transport.requests == []

    in_virtual_time(scenario)


def test_an_invalid_token_is_not_verified() -> None:
    """AniList's refusal is raised unchanged."""

    async def scenario() -> None:
        refused = answer(400, {"errors": [{"message": "Invalid token", "status": 400}], "data": None})
        async with scripted(refused) as (session, _):
            with pytest.raises(InvalidTokenError):
                await session.verify(jwt(aud="12345", sub="5"))

    in_virtual_time(scenario)


@pytest.mark.requirement("S19")
def test_secrets_that_a_server_repeats_are_masked() -> None:
    """They are the token of the request, and the client secret, which the server knows too."""

    async def scenario() -> None:
        echo = {"errors": [{"message": "sent were hidden-token and hidden-secret", "status": 400, "hidden-token": 1}]}
        async with scripted(answer(400, echo)) as (session, _):
            session.application = attrs.evolve(APPLICATION, client_secret="hidden-secret")
            with pytest.raises(GraphQLError, match=r"sent were \*\*\* and \*\*\*") as caught:
                await session.graphql(QUERY, token="hidden-token")
            assert "hidden" not in repr(caught.value.__dict__)

    in_virtual_time(scenario)


def test_a_token_from_an_enum_is_sent_as_its_text() -> None:
    """Otherwise AniList would refuse ``Setting.NAME``, and the error would say that the token has expired."""

    async def scenario() -> None:
        async with scripted(DATA, answer(200, {"data": page(more=False)}), VIEWER) as (session, transport):
            await session.graphql(QUERY, token=Constant("a-token-of-a-test"))
            await anext(session.paginate(PAGE, token=Constant("a-token-of-a-test")))
            await session.viewer(Constant("a-token-of-a-test"))
        assert [request.headers["Authorization"] for request in transport.requests] == ["Bearer a-token-of-a-test"] * 3

    in_virtual_time(scenario)
