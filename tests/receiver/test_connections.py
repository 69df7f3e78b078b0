"""The number and duration of connections is limited, and nothing of their requests is logged."""

import asyncio
import logging
import pickle
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import StreamReader, web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.test_utils import make_mocked_request

from anilist_oauth.receiver import connections
from anilist_oauth.receiver.connections import AT_MOST
from anilist_oauth.storage import MemoryLoginStore
from anilist_oauth.storage.records import PendingLogin
from tests.receiver.scenes import Scene, scene

Stranger = tuple[asyncio.StreamReader, asyncio.StreamWriter]
CANARY = "canary-4f1d"


@pytest.fixture
async def stage() -> AsyncIterator[Scene]:
    """A receiver with a sandbox."""
    async with scene() as opened:
        yield opened


@asynccontextmanager
async def strangers(stage: Scene, number: int, *, say: bytes = b"") -> AsyncIterator[list[Stranger]]:
    """Open connections, send something on each, and keep them open."""
    host, port = stage.receiver.addresses[0]
    came = [await asyncio.open_connection(host, port) for _ in range(number)]
    try:
        for _, writer in came:
            writer.write(say)
        yield came
    finally:
        for _, writer in came:
            writer.transport.abort()


async def answer(stranger: Stranger) -> bytes:
    """Read until the connection ends or is reset."""
    try:
        async with asyncio.timeout(20):
            return await stranger[0].read()
    except ConnectionResetError:
        return b""


def served(stage: Scene) -> connections.LimitedServer:
    """The server."""
    assert stage.receiver._runner is not None
    server = stage.receiver._runner.server
    assert isinstance(server, connections.LimitedServer)
    return server


def held(stage: Scene) -> int:
    """Return the number of the receiver's connections."""
    return len(served(stage)._open)


@pytest.mark.requirement("S38")
@pytest.mark.parametrize("say", [b"", b"GET /callback HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "])
async def test_idle_connections_starve_nobody(stage: Scene, say: bytes) -> None:
    """However many strangers send no or half a request, a person gets a page at once, and there are at most 64."""
    login = await stage.receiver.login(subject="discord:42")
    async with strangers(stage, AT_MOST + 20, say=say) as came:
        asked = await stage.arrive(await stage.sandbox.approve(login.url))
        assert held(stage) <= AT_MOST <= 64
        assert "mika on AniList" in (await stage.post(asked.forms[0])).words
        assert await answer(came[0]) == b""
    assert (await stage.flow.wait(login, timeout=20)).login.subject == "discord:42"


@pytest.mark.requirement("S38")
@pytest.mark.parametrize("say", [b"", b"GET /callback HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "])
async def test_a_request_head_has_ten_seconds(stage: Scene, say: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """After that the connection is closed, even if bytes still arrive."""
    assert connections.HEAD_TIME == 10
    monkeypatch.setattr(connections, "HEAD_TIME", 0.05)
    async with strangers(stage, 1, say=say) as (came,):
        assert await answer(came) == b""
    assert held(stage) == 0


@pytest.mark.requirement("S38")
async def test_a_body_has_ten_seconds(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """An incomplete form gets 408."""
    monkeypatch.setattr(connections, "HEAD_TIME", 0.05)
    head = b"POST /callback HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nticket="
    async with strangers(stage, 1, say=head) as (came,):
        assert (await answer(came)).startswith(b"HTTP/1.1 408 ")


async def test_a_malformed_body_is_not_logged_as_a_bug(stage: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """It gets 400, and strangers cannot fill the log with errors."""
    head = b"POST /callback HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n"
    async with strangers(stage, 1, say=head + b"abc") as (came,):
        assert (await answer(came)).startswith(b"HTTP/1.1 400 ")
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_connection_that_ends_within_the_body_is_not_a_bug() -> None:
    """It is like a malformed body."""
    body = StreamReader(BaseProtocol(asyncio.get_running_loop()), 2**16, loop=asyncio.get_running_loop())
    body.set_exception(ConnectionResetError())
    with pytest.raises(web.HTTPBadRequest):
        await connections.body_of(make_mocked_request("POST", "/callback", payload=body))


@pytest.mark.requirement("S38")
async def test_a_response_that_is_not_read_is_dropped(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such a connection is not kept longer than an idle one."""
    monkeypatch.setattr(connections, "HEAD_TIME", 0.05)
    ask = b"GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    monkeypatch.setattr(web.RequestHandler, "connection_made", _with_a_full_window)
    async with strangers(stage, 1, say=ask) as (came,):
        await answer(came)
    assert held(stage) == 0


_connection_made = web.RequestHandler.connection_made


def _with_a_full_window(connection: web.RequestHandler, transport: asyncio.BaseTransport) -> None:
    """Make a connection whose other side reads nothing."""
    _connection_made(connection, transport)
    connection.pause_writing()


class Slow(MemoryLoginStore):
    """A store that answers when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.all_asked, self.go = asyncio.Event(), asyncio.Event()

    async def look(self, key: str) -> PendingLogin | None:
        """Wait."""
        self.asked += 1
        if self.asked == AT_MOST:
            self.all_asked.set()
        await self.go.wait()
        return await super().look(key)


@pytest.mark.requirement("S38")
async def test_if_all_connections_are_busy_the_next_gets_503(caplog: pytest.LogCaptureFixture) -> None:
    """A connection with a running request is not closed, and later there is room again."""
    store = Slow()
    ask = b"GET /callback?code=a&state=b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    async with scene(logins=store) as stage, strangers(stage, AT_MOST, say=ask) as came:
        async with asyncio.timeout(20):
            await store.all_asked.wait()
        turned_away = await stage.get(f"{stage.path}?code=a&state=b")
        assert (turned_away.status, turned_away.title) == (503, "Too many visitors")
        assert turned_away.headers["Cache-Control"] == "no-store"
        store.go.set()
        for stranger in came:
            assert (await answer(stranger)).startswith(b"HTTP/1.1 400 ")
        assert (await stage.get(stage.path)).status == 400
    assert caplog.text == ""  # nor has a task failed that nobody waits for


async def test_whoever_leaves_before_the_answer_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that is closed before the response leaves neither an entry nor a timer."""
    store, all_left = Slow(), asyncio.Event()
    left: list[web.RequestHandler] = []

    def lose(connection: web.RequestHandler, error: BaseException | None) -> None:
        connection_lost(connection, error)
        left.append(connection)
        if len(left) == AT_MOST:
            all_left.set()

    connection_lost = web.RequestHandler.connection_lost
    monkeypatch.setattr(web.RequestHandler, "connection_lost", lose)
    ask = b"GET /callback?code=a&state=b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    async with scene(logins=store) as stage:
        async with strangers(stage, AT_MOST, say=ask):
            await store.all_asked.wait()
        async with asyncio.timeout(20):
            await all_left.wait()
        assert (await stage.get(f"{stage.path}/nowhere")).status == 404  # there is room, although nobody was answered
        store.go.set()
        assert (await stage.get(stage.path)).status == 400
        assert not set(left) & {*served(stage)._open, *served(stage)._idle}


@pytest.mark.requirement("S38")
async def test_a_connection_carries_one_request(stage: Scene) -> None:
    """It is closed after the response."""
    ask = b"GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    async with strangers(stage, 1, say=ask * 2) as (came,):
        said = await answer(came)
    assert said.count(b"HTTP/1.1 404 ") == 1
    assert b"Connection: close" in said


@pytest.mark.requirement("S19")
@pytest.mark.requirement("S39")
@pytest.mark.parametrize(
    "line",
    [
        f"{CANARY}\r\n\r\n",
        f"G\x00T /callback?code={CANARY} HTTP/1.1\r\n\r\n",
        f"GET /callback?code={CANARY} HTTP/9.9\r\n\r\n",
        f"GET /callback?code={CANARY} HTTP/1.1\r\nHost 127.0.0.1\r\n{CANARY}: \x00\r\n\r\n",
        f"GET /callback?code={CANARY} HTTP/1.1\r\nContent-Length: {CANARY}\r\n\r\n",
        f"GET /callback?code={CANARY * 1000} HTTP/1.1\r\n\r\n",
    ],
)
async def test_malformed_http_is_neither_logged_nor_repeated(
    stage: Scene, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    """This holds whatever the levels of aiohttp's loggers are."""
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="aiohttp.server"):
        async with strangers(stage, 1, say=line.encode("latin-1")) as (came,):
            said = await answer(came)
    assert said.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 "))
    assert b"This address is only for people who come back" in said
    assert CANARY.encode() not in said
    assert CANARY not in caplog.text
    assert [record for record in caplog.records if record.name.startswith("aiohttp")] == []


@pytest.mark.requirement("S19")
async def test_aiohttp_logs_no_request(
    stage: Scene, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is neither an access log nor a log of a failed response, which would contain the request."""
    ask = f"GET /nowhere?code={CANARY} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()

    async def fails(response: web.Response, request: web.BaseRequest) -> None:
        del response
        raise RuntimeError(str(request.rel_url))

    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="aiohttp.access"):
        async with strangers(stage, 1, say=ask) as (came,):
            assert (await answer(came)).startswith(b"HTTP/1.1 404 ")
        monkeypatch.setattr(web.Response, "prepare", fails)
        async with strangers(stage, 1, say=ask) as (came,):
            assert await answer(came) == b""
    assert CANARY not in caplog.text
    assert [record for record in caplog.records if record.name.startswith("aiohttp")] == []


@pytest.mark.requirement("S41")
async def test_a_receiver_cannot_be_pickled(stage: Scene) -> None:
    """The session of its flow has the client secret."""
    with pytest.raises(TypeError, match="CallbackReceiver holds a secret and cannot be pickled"):
        pickle.dumps(stage.receiver)
