"""The session is opened and closed, makes both steps of a login, and sends each code once."""

import asyncio
import gc
import json
import logging
import pickle
import re
import traceback
import warnings
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aioresponses import CallbackResult, aioresponses
from hypothesis import given
from hypothesis import strategies as st

from anilist_oauth import (
    ANILIST,
    AniListOAuthError,
    Application,
    ConfigurationError,
    ConnectionFailedError,
    Endpoints,
    ExchangeError,
    InsecureRedirectURIWarning,
    InvalidClientError,
    InvalidCodeError,
    OAuthSession,
    OutcomeUnknownError,
    Pace,
    RateLimitedError,
    RedirectURIMismatchError,
    ServiceUnavailableError,
    SessionStateError,
    UnexpectedResponseError,
    parse_callback,
)
from anilist_oauth.errors import RedirectURIError
from anilist_oauth.http_messages import Request, Response
from anilist_oauth.sandbox import Sandbox
from tests.raw_server import RawServer, answer, close, stall
from tests.scripted import ScriptedTransport, response

SECRET = "CANARYsecret"
CODE = "CANARYcode"
TOKEN = "CANARY.access.token"
REDIRECT_URI = "https://bot.example/callback"
TOKEN_URL = str(ANILIST.token)
GRANT = json.dumps(
    {"token_type": "Bearer", "expires_in": 3600, "access_token": TOKEN, "refresh_token": "CANARYrefresh"}
)
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def application(**changes: Any) -> Application:
    """Return an application whose secret is a canary."""
    fields: dict[str, Any] = {"client_id": 12345, "client_secret": SECRET, "redirect_uri": REDIRECT_URI}
    return Application(**(fields | changes))


def scripted(*answers: Any, **arguments: Any) -> tuple[OAuthSession, ScriptedTransport]:
    """Return a session whose transport answers from a list."""
    session = OAuthSession(application(), **arguments)
    transport = ScriptedTransport(*answers)
    session._transport = transport
    return session, transport


def endpoints_at(port: int) -> Endpoints:
    """Return endpoints at a port on loopback."""
    origin = f"http://127.0.0.1:{port}"
    return Endpoints(authorization=f"{origin}/authorize", token=f"{origin}/token", graphql=f"{origin}/graphql")


async def test_a_whole_login() -> None:
    """URL, approval, callback, exchange and viewer work together on real sockets."""
    async with Sandbox() as sandbox:
        assert sandbox.application.redirect_uri
        async with OAuthSession(sandbox.application, endpoints=sandbox.endpoints, clock=sandbox.now) as anilist:
            url = anilist.authorize_url()
            callback = await sandbox.approve(url)
            code = parse_callback(
                callback, expected_state=url.query["state"], redirect_uri=sandbox.application.redirect_uri
            )
            token = await anilist.exchange_code(code)
            viewer = await anilist.viewer(token)
            assert token.expires_at is not None
            assert token.expires_at - sandbox.now() <= timedelta(days=365)
            assert (viewer.id, viewer.name) == (sandbox.user.id, sandbox.user.name)
            assert token.user_id == viewer.id
            assert token.client_id == sandbox.application.client_id


# The first step


@pytest.mark.requirement("S1")
@pytest.mark.requirement("V22")
def test_every_url_has_a_fresh_state() -> None:
    """10,000 URLs have 10,000 states of 256 bits, even if the session is not open."""
    session = OAuthSession(application())
    states = {session.authorize_url().query["state"] for _ in range(10_000)}
    assert len(states) == 10_000
    assert all(len(state) == 43 for state in states)


@pytest.mark.requirement("S1")
@pytest.mark.parametrize("state", ["", "short", "x" * 21, "x" * 257, "x" * 30 + " ", "ü" * 30, "x" * 30 + "\n"])
def test_a_weak_or_unsafe_state_is_refused(state: str) -> None:
    """A given state must have 22 to 256 unreserved characters, and cannot be left out."""
    with pytest.raises(ConfigurationError):
        OAuthSession(application()).authorize_url(state=state)


def test_a_given_state_is_sent_unchanged() -> None:
    """Programs that keep states themselves may pass one."""
    state = "A-z0._~" * 5
    assert OAuthSession(application()).authorize_url(state=state).query["state"] == state


def test_the_authorize_url_has_exactly_four_parameters() -> None:
    """They are the three documented ones and the state, and there is no scope."""
    url = OAuthSession(application()).authorize_url()
    assert str(url).partition("?")[0] == "https://anilist.co/api/v2/oauth/authorize"
    assert dict(url.query) == {
        "client_id": "12345",
        "redirect_uri": REDIRECT_URI,
        "response_type": "code",
        "state": url.query["state"],
    }


def test_the_implicit_url_has_exactly_two_parameters() -> None:
    """With other parameters, AniList may answer unsupported_grant_type."""
    url = OAuthSession(application(client_secret=None)).implicit_url()
    assert dict(url.query) == {"client_id": "12345", "response_type": "token"}


_CHARACTERS = st.characters(exclude_categories=["C", "Z"], exclude_characters='\\#?/@:[]%<>^`{|}"')
_PATHS = st.text(alphabet=_CHARACTERS | st.sampled_from("/%~+&;,=:@.?"), max_size=30)


@pytest.mark.requirement("S7")
@pytest.mark.requirement("V23")
@given(
    prefix=st.sampled_from(
        ["https://bot.example/", "http://EXAMPLE.com:80/a/../", "https://bücher.example:443/%7E", "myapp://cb/", "a.b:"]
    ),
    path=_PATHS,
)
async def test_both_steps_send_the_configured_bytes(prefix: str, path: str) -> None:
    """After decoding, both steps send exactly the configured redirect URI."""
    redirect_uri = prefix + path
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureRedirectURIWarning)
        try:
            ours = application(redirect_uri=redirect_uri)
        except RedirectURIError:
            return
    session = OAuthSession(ours)
    transport = ScriptedTransport(response(GRANT))
    session._transport = transport
    async with session:
        await session.exchange_code(CODE)
    assert session.authorize_url().query["redirect_uri"] == redirect_uri
    raw = parse_qs(session.authorize_url().raw_query_string, strict_parsing=True)
    assert raw["redirect_uri"] == [redirect_uri]
    assert parse_qs(transport.requests[0].body.decode())["redirect_uri"] == [redirect_uri]


@pytest.mark.requirement("S7")
@pytest.mark.requirement("V23")
async def test_one_guard_is_shared_by_both_steps() -> None:
    """Each step refuses a redirect URI with one slash more, before any request."""
    session, transport = scripted()
    async with session:
        with pytest.raises(RedirectURIMismatchError) as first:
            session.authorize_url(redirect_uri=REDIRECT_URI + "/")
        with pytest.raises(RedirectURIMismatchError) as second:
            await session.exchange_code(CODE, redirect_uri=REDIRECT_URI + "/")
    assert str(first.value) == str(second.value)
    assert first.value.difference == "the given one ends in a slash"
    assert transport.requests == []


async def test_the_registered_redirect_uri_may_be_given() -> None:
    """The registered redirect URI is accepted and sent."""
    session, transport = scripted(response(GRANT))
    async with session:
        assert session.authorize_url(redirect_uri=REDIRECT_URI).query["redirect_uri"] == REDIRECT_URI
        await session.exchange_code(CODE, redirect_uri=REDIRECT_URI)
    assert len(transport.requests) == 1


# The second step


@pytest.mark.requirement("S12")
async def test_the_token_request(wire: aioresponses) -> None:
    """It is a POST with five fields in the body, no other authentication, and nothing in the URL."""
    arrived: list[dict[str, Any]] = []

    def token(url: Any, **request: Any) -> CallbackResult:
        arrived.append({"url": str(url), **request})
        return CallbackResult(body=GRANT, content_type="application/json")

    wire.post(TOKEN_URL, callback=token)
    async with OAuthSession(application(), referer="https://bot.example/", clock=lambda: NOW) as anilist:
        result = await anilist.exchange_code(f" {CODE}\n")
    (request,) = arrived
    assert request["url"] == TOKEN_URL
    assert parse_qs(request["data"].decode(), strict_parsing=True) == {
        "grant_type": ["authorization_code"],
        "client_id": ["12345"],
        "client_secret": [SECRET],
        "redirect_uri": [REDIRECT_URI],
        "code": [CODE],
    }
    assert request["headers"]["Accept"] == "application/json"
    assert request["headers"]["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Authorization" not in request["headers"]
    assert request["allow_redirects"] is False
    assert (result.access_token, result.token_type, result.expires_at) == (TOKEN, "Bearer", NOW + timedelta(hours=1))


@pytest.mark.requirement("S13")
async def test_tls_is_always_verified(wire: aioresponses) -> None:
    """The session passes no ssl argument and does not trust the environment."""
    arrived: list[dict[str, Any]] = []

    def token(_url: Any, **request: Any) -> CallbackResult:
        arrived.append(request)
        return CallbackResult(body=GRANT)

    wire.post(TOKEN_URL, callback=token)
    async with OAuthSession(application()) as anilist:
        await anilist.exchange_code(CODE)
        client = anilist._transport._session  # type: ignore[attr-defined]  # the scripted one has none
        assert client.trust_env is False
        assert client.connector._ssl is True
    assert not {"ssl", "verify_ssl", "ssl_context", "fingerprint"} & set(arrived[0])


async def test_the_user_agent_names_this_package() -> None:
    """It says that the package is unofficial, and a caller may pass another one and a Referer."""
    with RawServer(answer(GRANT.encode())) as server:
        async with OAuthSession(application(), endpoints=endpoints_at(server.port)) as anilist:
            await anilist.exchange_code("a")
        async with OAuthSession(
            application(), endpoints=endpoints_at(server.port), user_agent="MikaBot/1", referer="https://mika.example/"
        ) as anilist:
            await anilist.exchange_code("b")
    first, second = (request.decode().partition("\r\n\r\n")[0] for request in server.requests)
    assert re.search(r"\r\nUser-Agent: anilist-oauth/\S+ \(unofficial\)", first)
    assert "Referer" not in first
    assert "\r\nUser-Agent: MikaBot/1\r\n" in second + "\r\n"
    assert "\r\nReferer: https://mika.example/\r\n" in second + "\r\n"
    assert "Cookie" not in first + second


@pytest.mark.parametrize("header", [{"user_agent": "a\r\nX: y"}, {"referer": ""}, {"user_agent": "a\x00"}])
def test_a_header_is_one_line(header: dict[str, Any]) -> None:
    """A value that would break a request is refused when the session is created."""
    with pytest.raises(ConfigurationError):
        OAuthSession(application(), **header)


async def test_without_a_secret_nothing_is_sent() -> None:
    """An application without a secret can begin a login, but not exchange a code."""
    session = OAuthSession(application(client_secret=None))
    transport = ScriptedTransport()
    session._transport = transport
    async with session:
        with pytest.raises(ConfigurationError, match="client_secret"):
            await session.exchange_code(CODE)
    assert transport.requests == []


@pytest.mark.parametrize("code", ["", "  \n", "a b", "https://bot.example/callback?code=x", "ä", "a\x00", None])
async def test_a_garbled_code_is_not_sent(code: Any) -> None:
    """A string that cannot be a code is refused without a request."""
    session, transport = scripted()
    async with session:
        with pytest.raises(InvalidCodeError) as caught:
            await session.exchange_code(code)
    assert caught.value.reason == "garbled"
    assert transport.requests == []


FAILURES_AFTER_SENDING: list[tuple[Any, type[AniListOAuthError]]] = [
    (response("{}", 503), ServiceUnavailableError),
    (response("Error.", 500), ServiceUnavailableError),
    (response("<html>", 403), ServiceUnavailableError),
    (response("", 302, Location="https://elsewhere.example/"), UnexpectedResponseError),
    (response("[]"), UnexpectedResponseError),
    (OutcomeUnknownError("lost"), OutcomeUnknownError),
    (response('{"error":"invalid_client","message":"Client authentication failed"}', 401), InvalidClientError),
    (response('{"error":"invalid_grant"}', 400), InvalidCodeError),
    (response('{"error":"unsupported_grant_type"}', 400), ExchangeError),
    (response(GRANT), AniListOAuthError),
]


@pytest.mark.requirement("S6")
@pytest.mark.requirement("V21")
@pytest.mark.parametrize(("first", "error"), FAILURES_AFTER_SENDING)
async def test_a_code_is_sent_once(first: Any, error: type[AniListOAuthError]) -> None:
    """A session sends a code once, whatever the result was."""
    session, transport = scripted(first, response(GRANT))
    async with session:
        if error is AniListOAuthError:
            await session.exchange_code(CODE)
        else:
            with pytest.raises(error):
                await session.exchange_code(CODE)
        with pytest.raises(InvalidCodeError) as again:
            await session.exchange_code(f" {CODE} ")
    assert again.value.reason == "sent"
    assert len(transport.requests) == 1


@pytest.mark.requirement("S6")
@pytest.mark.parametrize(
    "first", [ConnectionFailedError("refused"), response('{"message":"Too Many Attempts."}', 429, Retry_After="7")]
)
async def test_a_code_that_was_not_processed_may_be_sent_again(first: Any) -> None:
    """This is so if the request was not sent, or was refused with 429."""
    session, transport = scripted(first, response(GRANT))
    async with session:
        with pytest.raises((ConnectionFailedError, RateLimitedError)) as caught:
            await session.exchange_code(CODE)
        assert caught.value.retryable
        assert (await session.exchange_code(CODE)).access_token == TOKEN
    assert len(transport.requests) == 2


@pytest.mark.requirement("S6")
@pytest.mark.requirement("V21")
async def test_of_concurrent_calls_one_is_sent() -> None:
    """A code counts as sent as soon as its request begins."""
    release = asyncio.Event()

    async def slow(_request: Request) -> Response:
        await release.wait()
        return response(GRANT)

    session, transport = scripted(slow)
    async with session:
        calls = [asyncio.create_task(session.exchange_code(CODE)) for _ in range(20)]
        await asyncio.sleep(0)
        release.set()
        results = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(result, InvalidCodeError) and result.reason == "sent" for result in results) == 19
    assert len(transport.requests) == 1


@pytest.mark.requirement("S6")
@pytest.mark.requirement("V21")
async def test_a_cancelled_call_leaves_its_code_spent() -> None:
    """It is not known whether the code arrived."""
    with RawServer(stall) as server:
        async with OAuthSession(application(), endpoints=endpoints_at(server.port)) as anilist:
            call = asyncio.create_task(anilist.exchange_code(CODE))
            await asyncio.to_thread(server.arrived.wait, 5)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            with pytest.raises(InvalidCodeError) as again:
                await anilist.exchange_code(CODE)
    assert again.value.reason == "sent"
    assert server.posts == 1


@pytest.mark.requirement("S6")
async def test_a_lost_response_is_one_post() -> None:
    """If the server closes the connection, neither aiohttp nor the session sends the request again."""
    with RawServer(answer(GRANT.encode()), close, answer(GRANT.encode())) as server:
        async with OAuthSession(application(), endpoints=endpoints_at(server.port)) as anilist:
            await anilist.exchange_code("first")
            with pytest.raises(OutcomeUnknownError):
                await anilist.exchange_code("second")
    assert server.posts == 2


@pytest.mark.requirement("S14")
@pytest.mark.requirement("V20")
@pytest.mark.requirement("V24")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_of_the_token_endpoint_is_an_error(status: int) -> None:
    """The redirect is not followed, so the secret and the code are sent nowhere else."""
    with RawServer(answer(GRANT.encode())) as other:
        location = f"Location: http://127.0.0.1:{other.port}/token"
        with RawServer(answer(b"", location, status=status)) as server:
            async with OAuthSession(application(), endpoints=endpoints_at(server.port)) as anilist:
                with pytest.raises(UnexpectedResponseError, match="redirect"):
                    await anilist.exchange_code(CODE)
            assert (server.posts, other.requests) == (1, [])


@pytest.mark.requirement("V5")
async def test_interleaved_exchanges_do_not_mix() -> None:
    """Of 200 exchanges at once, answered in any order, each returns its own token."""
    waiting: list[asyncio.Event] = []
    everybody = asyncio.Event()

    async def held(request: Request) -> Response:
        mine = asyncio.Event()
        waiting.append(mine)
        if len(waiting) == 200:
            everybody.set()
        await mine.wait()
        code = parse_qs(request.body.decode())["code"][0]
        return response(json.dumps({"access_token": f"token-of-{code}", "expires_in": 60}))

    session, _ = scripted(*[held] * 200)
    async with session:
        calls = [asyncio.create_task(session.exchange_code(f"code{number}")) for number in range(200)]
        await asyncio.wait_for(everybody.wait(), 30)
        for event in reversed(waiting):
            event.set()
        tokens = await asyncio.gather(*calls)
    assert [token.access_token for token in tokens] == [f"token-of-code{number}" for number in range(200)]


# Secrets


@pytest.mark.requirement("S19")
@pytest.mark.requirement("V15")
@pytest.mark.parametrize(
    "first",
    [
        *[failure for failure, _ in FAILURES_AFTER_SENDING[:-1]],
        ConnectionFailedError("refused"),
        response(f'{{"error":"{CODE}","error_description":"{SECRET} {CODE}","hint":"{CODE}"}}', 400),
        response(f'{{"error":"invalid_client","message":"{SECRET}","hint":"{CODE}"}}', 401),
        response(f'{{"error":{{"status":400,"messages":["{SECRET}"]}}}}', 400),
        response(f'{{"message":"{CODE}"}}', 422),
        response(f"<html>{SECRET}{CODE}", 400),
        response(f"plain {SECRET} {CODE}", 418),
        response(f'{{"access_token":"{TOKEN}","token_type":"mac"}}'),
        response(f'{{"access_token":"{TOKEN} {TOKEN}"}}'),
        response(f'{{"access_token":"{TOKEN}'),
        response(f'{{"message":"{SECRET}"}}', 429),
        response(f'{{"message":"{SECRET}"}}', 500),
    ],
)
async def test_no_failure_shows_a_secret(first: Any, caplog: pytest.LogCaptureFixture) -> None:
    """No repr, text, cause, traceback, pickle or log contains secret, code or token."""
    caplog.set_level(logging.DEBUG)
    session, _ = scripted(first)
    async with session:
        with pytest.raises(AniListOAuthError) as caught:
            await session.exchange_code(CODE)
    shown = [f"{session!r} {session.application!r}", caplog.text, "".join(traceback.format_exception(caught.value))]
    error: BaseException | None = caught.value
    while error is not None:
        shown += [repr(error), str(error), repr(error.args), repr(vars(error))]
        error = error.__cause__ or error.__context__
    shown.append(pickle.dumps(caught.value).decode("latin-1"))
    assert not any("CANARY" in text for text in shown)


# The session's life


async def test_a_session_that_is_not_open_says_so() -> None:
    """A call does not open the session."""
    session, transport = scripted()
    with pytest.raises(SessionStateError, match="not open"):
        await session.exchange_code(CODE)
    assert transport.requests == []
    assert "not open" in repr(session)


async def test_a_closed_session_stays_closed() -> None:
    """It may be closed again, but not opened."""
    session, _ = scripted()
    async with session:
        assert repr(session).endswith("open>")
    await session.aclose()
    assert "closed" in repr(session)
    for call in (session.open, lambda: session.exchange_code(CODE)):
        with pytest.raises(SessionStateError, match="closed"):
            await call()


async def test_it_may_be_opened_again() -> None:
    """A framework may open a session that the program has already opened."""
    session, _ = scripted(response(GRANT))
    async with session:
        assert await session.open() is session
        await session.exchange_code(CODE)


def test_a_session_belongs_to_one_loop() -> None:
    """A call in another event loop raises instead of waiting for ever."""
    session, transport = scripted(response(GRANT))
    asyncio.run(_opened(session))
    with pytest.raises(SessionStateError, match="another event loop"):
        asyncio.run(_exchange(session))
    assert transport.requests == []


async def _opened(session: OAuthSession) -> None:
    await session.open()


async def _exchange(session: OAuthSession) -> None:
    await session.exchange_code(CODE)


@pytest.mark.requirement("V26")
async def test_a_borrowed_connector_is_left_open() -> None:
    """Only a connector that the session created is closed."""
    connector = aiohttp.TCPConnector()
    with RawServer(answer(GRANT.encode())) as server:
        async with OAuthSession(application(), endpoints=endpoints_at(server.port), connector=connector) as anilist:
            await anilist.exchange_code(CODE)
        assert not connector.closed
        async with OAuthSession(application(), endpoints=endpoints_at(server.port)) as anilist:
            await anilist.exchange_code(CODE)
    await connector.close()
    del anilist
    gc.collect()  # a connector left open would warn here, and warnings are errors


@pytest.mark.parametrize(
    ("argument", "values"),
    [
        ("application", [None, "12345", {"client_id": "12345"}]),
        ("endpoints", [None, "https://anilist.co"]),
        ("connector", ["hidden", aiohttp.TCPConnector]),
        ("timeout", [None, 10, 10.0]),
        ("pace", [30, Pace]),
        ("trace_configs", [None, aiohttp.TraceConfig(), ["hidden"]]),
    ],
)
def test_an_argument_of_a_wrong_type_is_named(argument: str, values: list[Any]) -> None:
    """Our error is raised at once, not after a code was sent."""
    for value in values:
        given = {"application": application(), argument: value}
        with pytest.raises(ConfigurationError, match=f"^{argument}: ") as caught:
            OAuthSession(given.pop("application"), **given)
        assert "hidden" not in str(caught.value)


async def test_trace_configs_come_in_any_collection() -> None:
    """They may be in a tuple or a list, or there may be none."""
    config = aiohttp.TraceConfig()
    for configs in ((), (config,), [config]):
        async with OAuthSession(application(), trace_configs=configs):
            pass
