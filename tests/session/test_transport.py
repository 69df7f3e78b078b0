"""Requests are sent over real sockets, and failures are classified."""

import ast
import asyncio
import gzip
import logging
import re
import socket
import ssl
import threading
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import attrs
import pytest
from aioresponses import aioresponses
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from yarl import URL

import anilist_oauth
from anilist_oauth.errors import (
    ConfigurationError,
    ConnectionFailedError,
    OutcomeUnknownError,
    ServiceError,
    SessionStateError,
    UnexpectedResponseError,
)
from anilist_oauth.http_messages import Request
from anilist_oauth.session import transport as transport_module
from anilist_oauth.session.transport import QUIET, AiohttpTransport
from tests.raw_server import Action, RawServer, answer, close, reset, send, stall, then

CANARY = "CANARY-secret"
SHORT = aiohttp.ClientTimeout(total=0.4, connect=0.2)
PATIENT = aiohttp.ClientTimeout(total=5, connect=0.1)


def request_to(url: str, **changes: Any) -> Request:
    """Return a request with a canary in its header and body."""
    fields: dict[str, Any] = {"body": f"code={CANARY}".encode(), "body_limit": 1000}
    return Request(url=URL(url), headers={"Authorization": f"Bearer {CANARY}"}, **(fields | changes))


@asynccontextmanager
async def opened(**arguments: Any) -> AsyncIterator[AiohttpTransport]:
    """Open a transport during a block."""
    transport = await AiohttpTransport(**arguments).open()
    try:
        yield transport
    finally:
        await transport.aclose()


def assert_no_canary(error: BaseException) -> None:
    """Check that neither an error nor its causes contain the canary."""
    seen: BaseException | None = error
    while seen is not None:
        assert CANARY not in f"{seen!r} {seen} {seen.args}"
        seen = seen.__cause__ or seen.__context__


async def failure_of(url: str, **arguments: Any) -> ServiceError:
    """Send one request that fails, check that its error contains no secret, and return it."""
    async with opened(**({"timeout": SHORT} | arguments)) as transport:
        with pytest.raises(ServiceError) as caught:
            await transport.send(request_to(url))
    assert_no_canary(caught.value)
    return caught.value


def own_certificate(folder: Path) -> ssl.SSLContext:
    """Return a TLS context with a certificate that is not trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


@pytest.mark.requirement("S6")
async def test_a_refused_connection_sent_nothing() -> None:
    """The server does not listen, so nothing was sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = await failure_of(f"http://127.0.0.1:{port}/token")
    assert isinstance(error, ConnectionFailedError)
    assert error.retryable
    assert isinstance(error.__cause__, OSError)


async def test_an_unknown_host_was_sent_nothing() -> None:
    """The name cannot be resolved, so nothing was sent."""
    assert isinstance(await failure_of("https://anilist.invalid/token", timeout=PATIENT), ConnectionFailedError)


def assert_not_trusted(error: ServiceError) -> None:
    """Check that an error says what to check, and is not retryable."""
    assert isinstance(error, ConnectionFailedError)
    assert not error.retryable
    assert "the certificate of 127.0.0.1 was not accepted" in str(error)
    assert "may be repeated" not in str(error)


@pytest.mark.requirement("S13")
async def test_a_bad_certificate_gets_nothing(tmp_path: Path) -> None:
    """A certificate without a trusted issuer is refused, and no option changes that."""
    with RawServer(answer(b"{}"), tls=own_certificate(tmp_path)) as server:
        error = await failure_of(f"https://127.0.0.1:{server.port}/token")
        assert_not_trusted(error)
        assert server.posts == 0


async def test_another_certificate_than_the_pinned_one_gets_nothing(tmp_path: Path) -> None:
    """A borrowed connector may pin a certificate, and nothing is sent to a server with another."""
    connector = aiohttp.TCPConnector(ssl=aiohttp.Fingerprint(b"x" * 32))
    with RawServer(answer(b"{}"), tls=own_certificate(tmp_path)) as server:
        error = await failure_of(f"https://127.0.0.1:{server.port}/token", connector=connector, timeout=PATIENT)
        assert_not_trusted(error)
        assert server.posts == 0
    await connector.close()


@pytest.mark.requirement("S6")
async def test_a_proxy_that_refuses_gets_no_request() -> None:
    """It only gets the host, and the error does not show its password."""
    with RawServer(answer(b"", status=407)) as server:
        proxy = f"http://mika:{CANARY}@127.0.0.1:{server.port}"
        error = await failure_of("https://anilist.invalid/token", proxy=proxy)
        assert isinstance(error, ConnectionFailedError)
        (asked,) = server.requests
    assert asked.startswith(b"CONNECT anilist.invalid:443 ")
    assert CANARY.encode() not in asked


async def test_a_handshake_that_is_closed_sent_nothing() -> None:
    """The server closes the connection during the TLS handshake."""
    async with _hanging_up() as port:
        assert isinstance(await failure_of(f"https://127.0.0.1:{port}/token"), ConnectionFailedError)


@asynccontextmanager
async def _hanging_up() -> AsyncIterator[int]:
    """Close every connection as soon as something arrives on it."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.transport.abort()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_handshake_that_stalls_sent_nothing() -> None:
    """The server accepts the connection, but does not answer the TLS handshake."""
    with RawServer(None) as server:
        assert isinstance(await failure_of(f"https://127.0.0.1:{server.port}/token"), ConnectionFailedError)


async def test_a_full_pool_sent_nothing() -> None:
    """No connection becomes free in time, so nothing was sent."""
    with RawServer(stall) as server:
        connector = aiohttp.TCPConnector(limit=1)
        async with opened(connector=connector, timeout=PATIENT) as transport:
            url = f"http://127.0.0.1:{server.port}/token"
            first = asyncio.create_task(transport.send(request_to(url)))
            await asyncio.to_thread(server.arrived.wait, 5)
            with pytest.raises(ConnectionFailedError):
                await transport.send(request_to(url))
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
        await connector.close()
        assert server.posts == 1


async def test_a_connect_that_stalls_sent_nothing() -> None:
    """The server's queue is full, so it does not answer."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        waiting = []
        for _ in range(4):  # more than a queue of length 0 holds
            one = socket.socket()
            one.settimeout(0)
            one.connect_ex(address)
            waiting.append(one)
        try:
            assert isinstance(await failure_of(f"http://127.0.0.1:{address[1]}/token"), ConnectionFailedError)
        finally:
            for one in waiting:
                one.close()


@pytest.mark.requirement("S6")
@pytest.mark.requirement("S19")
@pytest.mark.requirement("V15")
@pytest.mark.requirement("V21")
@pytest.mark.parametrize(
    "action",
    [
        pytest.param(close, id="closed"),
        pytest.param(reset, id="reset"),
        pytest.param(stall, id="stalled"),
        pytest.param(send(b"\x16\x03\x01 this is not HTTP\r\n\r\n"), id="garbled"),
        pytest.param(send(f"HTTP/1.1 200 {CANARY}\r\nA:{CANARY}\x00\r\n\r\n".encode()), id="garbled echo"),
        pytest.param(then(send(b"HTTP/1.1 200 OK\r\nContent-Le"), close), id="closed inside the head"),
        pytest.param(then(send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), close), id="closed inside the body"),
        pytest.param(send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), id="stalled inside the body"),
        pytest.param(send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), id="garbled chunk"),
        pytest.param(answer(b"not gzip", "Content-Encoding: gzip"), id="garbled compression"),
    ],
)
async def test_a_failure_after_sending_is_unknown(action: Action) -> None:
    """After a lost response there is only one POST, and its outcome is unknown."""
    with RawServer(action) as server:
        error = await failure_of(f"http://127.0.0.1:{server.port}/token")
        assert isinstance(error, OutcomeUnknownError)
        assert not error.retryable
        assert server.posts == 1


@pytest.mark.parametrize("end", [close, reset, then(answer(b"", status=408), close)], ids=["closed", "reset", "408"])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_an_idle_connection_that_was_closed_is_replaced(
    scheme: str, end: Action, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the server closed a pooled connection, the next request uses a new one."""
    monkeypatch.setattr(transport_module, "QUIET", -1.0)
    answered = threading.Event()

    def end_when_answered(connection: socket.socket) -> None:
        answered.wait(5)
        end(connection)

    connector = aiohttp.TCPConnector(ssl=False)
    tls = own_certificate(tmp_path) if scheme == "https" else None
    with RawServer(then(answer(b"{}"), end_when_answered), answer(b"{}"), tls=tls) as server:
        async with opened(connector=connector) as transport:
            url = f"{scheme}://127.0.0.1:{server.port}/token"
            await transport.send(request_to(url))
            answered.set()
            assert server.ended.wait(5)  # blocks the loop, as a busy program does
            assert (await transport.send(request_to(url))).status == 200
        assert server.posts == 2
    await connector.close()


async def test_a_connection_is_used_again() -> None:
    """Two requests share one connection."""
    with RawServer(answer(b"{}")) as server:
        async with opened() as transport:
            for _ in range(2):
                assert (await transport.send(request_to(f"http://127.0.0.1:{server.port}/token"))).body == b"{}"
            assert len(server._connections) == 1


async def test_an_idle_connection_is_kept_for_fifteen_seconds() -> None:
    """Few servers close idle connections later."""
    async with opened() as transport:
        assert transport.connector is not None
        assert transport.connector._keepalive_timeout == 15


@pytest.mark.requirement("S14")
@pytest.mark.requirement("S16")
@pytest.mark.requirement("V20")
@pytest.mark.requirement("V24")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    """The other server gets nothing."""
    with RawServer(answer(b"{}")) as other:
        location = f"Location: http://127.0.0.1:{other.port}/"
        with RawServer(answer(b"", location, status=status)) as server:
            async with opened() as transport:
                response = await transport.send(request_to(f"http://127.0.0.1:{server.port}/token"))
        assert response.status == status
        assert other.posts == 0


@pytest.mark.requirement("S15")
@pytest.mark.parametrize(
    "action",
    [
        pytest.param(answer(b"x" * 1001), id="plain"),
        pytest.param(send(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001), id="without an end"),
        # Over 32 MiB aiohttp 3.13 cuts it off itself, as a broken body.
        pytest.param(answer(gzip.compress(b"x" * 30_000_000), "Content-Encoding: gzip"), id="a bomb"),
    ],
)
async def test_a_body_over_the_cap_is_cut_off(action: Action) -> None:
    """The size of the decoded body is limited, so a compressed bomb stops as well."""
    with RawServer(action) as server:
        async with opened() as transport:
            with pytest.raises(UnexpectedResponseError, match="more than 1,000 bytes"):
                await transport.send(request_to(f"http://127.0.0.1:{server.port}/token"))


@pytest.mark.requirement("V24")
def test_aiohttp_is_new_enough() -> None:
    """Versions with known weaknesses in header parsing are excluded (fixed in 3.13.4)."""
    settings = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    (needed,) = [line for line in settings["project"]["dependencies"] if line.startswith("aiohttp")]
    floor = re.fullmatch(r"aiohttp>=(\d+)\.(\d+)\.(\d+),<4", needed)
    assert floor is not None
    assert tuple(int(part) for part in floor.groups()) >= (3, 13, 4)


@pytest.mark.requirement("V24")
def test_no_text_of_others_becomes_a_reason_phrase() -> None:
    """No response is created with ``reason=``, which older versions of aiohttp wrote with its line breaks."""
    package = Path(anilist_oauth.__file__).parent
    calls = [
        f"{path.name}:{node.lineno}"
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and any(keyword.arg == "reason" for keyword in node.keywords)
        and re.search(r"Response|HTTP", ast.unparse(node.func))
    ]
    assert calls == []


async def test_a_compressed_body_is_decoded() -> None:
    """A response that is compressed nevertheless is read."""
    with RawServer(answer(gzip.compress(b"x" * 1000), "Content-Encoding: gzip")) as server:
        async with opened() as transport:
            response = await transport.send(request_to(f"http://127.0.0.1:{server.port}/token"))
    assert response.body == b"x" * 1000


@pytest.mark.requirement("S16")
@pytest.mark.requirement("V24")
async def test_cookies_are_not_kept() -> None:
    """What a server sets is not sent back: no request knows of another.

    To a host with a name: aiohttp's own jar keeps nothing of one that is an IP address.
    """
    with RawServer(answer(b"{}", "Set-Cookie: a=b")) as server:
        async with opened() as transport:
            for _ in range(2):
                await transport.send(request_to(f"http://localhost:{server.port}/token"))
        assert not any(b"cookie:" in request.lower() for request in server.requests)


@pytest.mark.requirement("S6")
@pytest.mark.parametrize(
    ("given", "connect"),
    [
        (aiohttp.ClientTimeout(total=10), 5),
        (aiohttp.ClientTimeout(total=10, connect=10), 5),
        (aiohttp.ClientTimeout(total=10, connect=3), 3),
        (aiohttp.ClientTimeout(total=None, connect=3), 3),
        (aiohttp.ClientTimeout(total=None), None),
    ],
)
def test_connect_is_always_shorter_than_total(given: aiohttp.ClientTimeout, connect: float | None) -> None:
    """Otherwise the total timeout could expire while connecting, and nobody would know that nothing was sent."""
    assert AiohttpTransport(timeout=given)._timeout.connect == connect


def test_ten_seconds_are_given_and_five_of_them_to_connect() -> None:
    """These are the default timeouts."""
    usual = AiohttpTransport()._timeout
    assert (usual.total, usual.connect) == (10, 5)


@pytest.mark.requirement("S6")
async def test_connect_is_the_shorter_where_aiohttp_rounds() -> None:
    """From `ceil_threshold` on, aiohttp rounds up to whole seconds, and both timeouts could expire together."""
    rounded = aiohttp.ClientTimeout(total=0.95, connect=0.3, ceil_threshold=0)
    with RawServer(None) as server:
        error = await failure_of(f"https://127.0.0.1:{server.port}/token", timeout=rounded)
    assert isinstance(error, ConnectionFailedError)


@pytest.mark.parametrize(
    "proxy", ["", "nonsense", "ftp://127.0.0.1/", "socks5://127.0.0.1:1", "http://", "http://[::1", "https://[]@", 5]
)
def test_a_proxy_that_cannot_be_one_is_refused_at_once(proxy: Any) -> None:
    """Otherwise the first request would fail as a lost response, and its code would be spent."""
    with pytest.raises(ConfigurationError, match="proxy"):
        AiohttpTransport(proxy=proxy)


async def test_a_request_may_have_its_own_timeout() -> None:
    """It replaces the session's total timeout for this request only."""
    with RawServer(stall) as server:
        async with opened(timeout=aiohttp.ClientTimeout(total=60)) as transport:
            with pytest.raises(OutcomeUnknownError):
                await transport.send(request_to(f"http://127.0.0.1:{server.port}/token", timeout=0.2))


async def test_usual_headers_are_those_of_their_requests_alone() -> None:
    """They are only sent with requests that have exactly these headers."""
    usual = {"Accept-Encoding": "identity"}
    with RawServer(answer(b"{}")) as server:
        url = f"http://127.0.0.1:{server.port}/token"
        async with opened(headers={"User-Agent": "bot"}, usual=usual) as transport:
            await transport.send(attrs.evolve(request_to(url), headers=usual))
            await transport.send(request_to(url))
            assert transport.connector is not None
        assert transport.connector is None
        first, second = (request.lower() for request in server.requests)
    assert b"accept-encoding: identity\r\n" in first
    assert b"accept-encoding: identity\r\n" not in second
    assert b"user-agent: bot\r\n" in first
    assert b"user-agent: bot\r\n" in second
    assert b"authorization" not in first


@pytest.mark.requirement("V26")
async def test_a_borrowed_connector_outlives_the_transport() -> None:
    """Only a connector that the transport created is closed."""
    connector = aiohttp.TCPConnector()
    async with opened(connector=connector) as transport:
        assert transport.connector is connector
    assert not connector.closed
    with RawServer(answer(b"{}")) as server:
        async with (
            aiohttp.ClientSession(connector=connector, connector_owner=False) as session,
            session.get(f"http://127.0.0.1:{server.port}/") as response,
        ):
            assert response.status == 200
    await connector.close()
    async with opened() as transport:
        own = transport.connector
    assert own is not None
    assert own.closed
    assert transport.connector is None


@pytest.mark.parametrize("quiet", [False, True])
async def test_a_connector_its_owner_closed_sends_nothing(*, quiet: bool) -> None:
    """The error says so, even if the connector is closed while the request waits."""
    connector = aiohttp.TCPConnector()
    with RawServer(answer(b"{}")) as server:
        async with opened(connector=connector) as transport:
            transport._last_traffic -= 2 * QUIET if quiet else 0
            sending = asyncio.create_task(transport.send(request_to(f"http://127.0.0.1:{server.port}/token")))
            if quiet:
                await asyncio.sleep(0)
            await connector.close()
            with pytest.raises(SessionStateError, match="closed, so nothing was sent"):
                await sending
        assert server.posts == 0


async def test_a_transport_closed_while_a_request_waits_sends_nothing() -> None:
    """It may be closed during the iterations in which closed connections are noticed."""
    with RawServer(answer(b"{}")) as server:
        async with opened() as transport:
            transport._last_traffic -= 2 * QUIET
            sending = asyncio.create_task(transport.send(request_to(f"http://127.0.0.1:{server.port}/token")))
            await asyncio.sleep(0)
            await transport.aclose()
            with pytest.raises(SessionStateError, match="closed, so nothing was sent"):
                await sending
        assert server.posts == 0


async def test_an_answer_that_switches_protocols_leaves_nothing_open() -> None:
    """After an unexpected HTTP 101, the connection is closed."""
    asyncio.get_running_loop().set_debug(True)
    switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
    with RawServer(send(switch)) as server:
        async with opened() as transport:
            response = await transport.send(request_to(f"http://127.0.0.1:{server.port}/token"))
            assert response.status == 101
            assert await asyncio.to_thread(server.ended.wait, 5)


async def test_a_closed_connector_is_refused() -> None:
    """No request can be sent over a closed connector."""
    connector = aiohttp.TCPConnector()
    await connector.close()
    with pytest.raises(SessionStateError, match="closed"):
        await AiohttpTransport(connector=connector).open()


def test_a_connector_of_another_loop_is_refused() -> None:
    """A connector can only be used in the event loop in which it was created."""

    async def make() -> aiohttp.TCPConnector:
        return aiohttp.TCPConnector()

    first = asyncio.new_event_loop()
    connector = first.run_until_complete(make())
    with pytest.raises(SessionStateError, match="another event loop"):
        asyncio.run(AiohttpTransport(connector=connector).open())
    first.run_until_complete(connector.close())
    first.close()


async def test_a_transport_that_is_not_open_says_so() -> None:
    """A request does not open it."""
    with pytest.raises(SessionStateError, match="not open"):
        await AiohttpTransport().send(request_to("http://127.0.0.1:1/"))


@pytest.mark.requirement("S19")
async def test_the_log_contains_no_secret(caplog: pytest.LogCaptureFixture, wire: aioresponses) -> None:
    """DEBUG shows host, path, status and milliseconds."""
    caplog.set_level(logging.DEBUG)
    url = "https://anilist.example/token"
    wire.post(url, status=200, body=CANARY)
    async with opened() as transport:
        await transport.send(request_to(url))
    assert "anilist.example/token: 200 in " in caplog.text
    assert CANARY not in caplog.text
    (record,) = [record for record in caplog.records if record.name == "anilist_oauth"]
    fields = {name: getattr(record, name) for name in ("event", "host", "path", "status")}
    assert fields == {"event": "request", "host": "anilist.example", "path": "/token", "status": 200}
    assert getattr(record, "milliseconds", -1.0) >= 0


@pytest.mark.requirement("S19")
async def test_a_failed_request_is_logged_by_its_name(caplog: pytest.LogCaptureFixture) -> None:
    """The log shows the class of the error, and no secret."""
    caplog.set_level(logging.DEBUG, "anilist_oauth")
    with RawServer(close) as server:
        await failure_of(f"http://127.0.0.1:{server.port}/token")
    (record,) = caplog.records
    assert record.getMessage().startswith("127.0.0.1/token: OutcomeUnknownError in ")
    assert (getattr(record, "error", None), hasattr(record, "status")) == ("OutcomeUnknownError", False)
    assert CANARY not in f"{record.__dict__}"


async def test_nothing_is_logged_below_debug(caplog: pytest.LogCaptureFixture, wire: aioresponses) -> None:
    """INFO is only used for logins."""
    caplog.set_level(logging.INFO)
    wire.post("https://anilist.example/token", status=200)
    async with opened() as transport:
        await transport.send(request_to("https://anilist.example/token"))
    assert not caplog.records
