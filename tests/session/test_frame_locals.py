"""No frame of the session shows a secret to a crash reporter, however a call ends."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from yarl import URL

from anilist_oauth.errors import (
    AniListOAuthError,
    ConfigurationError,
    ConnectionFailedError,
    GraphQLError,
    OutcomeUnknownError,
    RateLimitedError,
    SessionStateError,
    TokenMismatchError,
    UnexpectedResponseError,
    UnsendableValueError,
)
from anilist_oauth.graphql.request import graphql_request
from anilist_oauth.graphql.response import parse_graphql_response
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import Endpoints
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.tokens.access_token import Token
from tests.frames import frames_of, shown
from tests.graphql.test_pagination import PAGE
from tests.graphql_answers import RECORDED, Recorded
from tests.graphql_answers import answer as graphql_answer
from tests.raw_server import Action, RawServer, answer, close, reset, send, stall, then
from tests.tokens.test_verification import jwt

SECRET = "canary-client-secret"
TOKEN = jwt(aud="12345", sub="5", exp=2_000_000_000, jti="canary-token")
OTHER_TOKEN = jwt(aud="54321", sub="5", exp=2_000_000_000, jti="canary-token")
QUERY = "{ Viewer { id } }"
PATIENT = aiohttp.ClientTimeout(total=0.4, connect=0.2)

Call = Callable[[OAuthSession], Awaitable[object]]


@asynccontextmanager
async def opened(port: int, **arguments: Any) -> AsyncIterator[OAuthSession]:
    """Open a session whose AniList is a port of this machine."""
    application = Application(client_id="12345", client_secret=SECRET, redirect_uri="http://127.0.0.1/callback")
    url = URL(f"http://127.0.0.1:{port}/")
    endpoints = Endpoints(authorization=url, token=url, graphql=url)
    async with OAuthSession(application, endpoints=endpoints, **({"timeout": PATIENT} | arguments)) as session:
        yield session


async def failure_of(call: Call, action: Action | None, *, kind: type[Exception] = AniListOAuthError) -> Exception:
    """Make a call that fails, in its own task, so that no frame of the test is in the traceback."""
    with RawServer(action) as server:
        async with opened(server.port) as session:
            (error,) = await asyncio.gather(call(session), return_exceptions=True)
    assert isinstance(error, kind)
    return error


def assert_no_secret(error: BaseException) -> None:
    """Look for the client secret and any piece of the token."""
    text = shown(error)
    assert " = " in text  # there were frames to look at
    for canary in (SECRET, TOKEN, TOKEN[:40], TOKEN[-20:], OTHER_TOKEN[-20:]):
        assert canary not in text


async def pages(session: OAuthSession, token: Token | str) -> None:
    """Iterate over pages until the first one."""
    async for _ in session.paginate(PAGE, token=token):
        break


def token() -> Token:
    """Return the token as a value."""
    return Token.from_access_token(TOKEN)


CALLS: dict[str, Call] = {
    "graphql, a value": lambda session: session.graphql(QUERY, token=token(), max_wait=0),
    "graphql, a string": lambda session: session.graphql(QUERY, token=TOKEN, max_wait=0),
    "viewer": lambda session: session.viewer(TOKEN, max_wait=0),
    "verify": lambda session: session.verify(f" {TOKEN} "),
    "paginate": lambda session: pages(session, TOKEN),
}


@pytest.mark.requirement("S36")
@pytest.mark.requirement("V30")
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_no_response_shows_a_secret(call: Call) -> None:
    """This holds for each recorded refusal, also if it repeats the token."""
    for parameter in RECORDED:
        recorded = parameter.values[0]
        assert isinstance(recorded, Recorded)
        if "429" in recorded.body or recorded.status >= 500:
            continue  # waited for, or tried again; see the next test
        headers = [f"{name}: {value}" for name, value in recorded.headers.items()]
        assert_no_secret(await failure_of(call, answer(recorded.body.encode(), *headers, status=recorded.status)))
    echo = {"errors": [{"message": f"{TOKEN} {SECRET}", "status": 400, "x": [TOKEN]}], "data": {"x": TOKEN}, "y": TOKEN}
    assert_no_secret(await failure_of(call, answer(json.dumps(echo).encode(), status=400)))


@pytest.mark.requirement("S36")
@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (answer(b"<html>", status=500), AniListOAuthError),
        (answer(b"{}", "Retry-After: 3600", status=429), RateLimitedError),
        (answer(b"x" * 9_000_000), UnexpectedResponseError),
        (answer(b'{"data": {"Viewer": null}}'), UnexpectedResponseError),
        (close, OutcomeUnknownError),
        (reset, OutcomeUnknownError),
        (stall, OutcomeUnknownError),
        (then(send(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), close), OutcomeUnknownError),
        (send(b"HTTP/1.1 200 " + TOKEN.encode() + b"\r\nA:\x00\r\n\r\n"), OutcomeUnknownError),
    ],
)
async def test_no_network_failure_shows_a_secret(action: Action, kind: type[Exception]) -> None:
    """Frames of aiohttp, which have the whole request, are not in the error's traceback."""
    error = await failure_of(CALLS["viewer"], action, kind=kind)
    assert_no_secret(error)
    assert not [frame for frame in frames_of(error) if frame.f_globals["__name__"].startswith("aiohttp")]


@pytest.mark.requirement("S36")
@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda session: session.graphql(QUERY, {"x": object()}, token=TOKEN), UnsendableValueError),
        (lambda session: session.graphql(QUERY, token=TOKEN + "\n"), ConfigurationError),
        (lambda session: session.graphql(QUERY, token=TOKEN, timeout=-1), ConfigurationError),
        (lambda session: session.graphql(QUERY, token=TOKEN, max_wait="x"), ConfigurationError),
        (lambda session: session.pace.turn(TOKEN, max_wait=-1), RateLimitedError),
        (lambda session: session.verify(OTHER_TOKEN), TokenMismatchError),
        (lambda session: session.verify(TOKEN + "\n\n\x00"), TokenMismatchError),
    ],
)
async def test_no_wrong_argument_shows_a_secret(call: Call, kind: type[Exception]) -> None:
    """Nothing was sent, but the token was in the call."""
    assert_no_secret(await failure_of(call, close, kind=kind))


@pytest.mark.requirement("S36")
async def test_no_session_that_cannot_ask_shows_a_secret() -> None:
    """The session is closed, the server does not listen, or the time is over."""
    with RawServer(stall) as server:
        port = server.port
        async with opened(port) as session:
            with pytest.raises(TimeoutError) as timed_out:
                await asyncio.wait_for(CALLS["viewer"](session), 0.05)
        async with opened(port) as closed:
            pass
    async with opened(port) as unheard:
        errors = await asyncio.gather(
            *(CALLS["viewer"](session) for session in (closed, unheard)), return_exceptions=True
        )
    assert [type(error) for error in errors] == [SessionStateError, ConnectionFailedError]
    for error in (*errors, timed_out.value):
        assert isinstance(error, Exception)
        assert_no_secret(error)


@pytest.mark.requirement("S36")
def test_no_part_of_a_request_shows_a_secret() -> None:
    """This also holds for the functions that build and read requests without a session."""
    refused = graphql_answer(400, {"errors": [{"message": f"Invalid token {TOKEN}", "status": 400}]})
    with pytest.raises(GraphQLError) as answered:
        parse_graphql_response(refused, with_token=True, now=datetime.now(UTC), secrets=(TOKEN, SECRET))
    with pytest.raises(UnsendableValueError) as asked:
        graphql_request(URL("https://graphql.anilist.co"), QUERY, {"x": object()}, token=TOKEN)
    for error in (answered.value, asked.value):
        assert_no_secret(error)
