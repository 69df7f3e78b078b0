"""A mutation that may have arrived is never sent twice, wherever the connection breaks."""

import asyncio
import json
import logging
import socket
import struct
import traceback
from collections.abc import Callable, Coroutine
from typing import Any, Self

import attrs
import pytest

from anilist_oauth.errors import (
    ConnectionFailedError,
    OutcomeUnknownError,
    RateLimitedError,
    ServiceError,
    UnexpectedResponseError,
)
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import Endpoints
from anilist_oauth.session.session import OAuthSession
from tests import virtual_time

QUERY, MUTATION = "{ Viewer { id } }", "mutation { DeleteMediaListEntry(id: 1) { deleted } }"
TOKEN = "header.canary.signature"
BODY = json.dumps({"data": {"ok": True}}).encode()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
)
LIMITED = (
    b"HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nRetry-After: 1\r\nContent-Length: 2\r\n\r\n{}"
)
BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"


@attrs.frozen
class Cut:
    """Where a connection ends.

    Attributes:
        read: How many bytes of the request are read; None for all.
        written: What is answered before the end.
        reset: Whether it ends with a reset (TCP RST) and not in order.
    """

    read: int | None = None
    written: bytes = b""
    reset: bool = False


class CuttingServer:
    """Ends its first connections where the cuts say, then answers; one request to a connection.

    Attributes:
        connections: How many there were.
        arrived: How many requests arrived whole.
    """

    def __init__(self, *cuts: Cut) -> None:
        self._cuts = list(cuts)
        self.connections = self.arrived = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        cut = self._cuts.pop(0) if self._cuts else Cut(written=ANSWER)
        if cut.read is not None:
            await reader.readexactly(cut.read)
        else:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
            await reader.readexactly(int(length.partition(b":")[2]))
            self.arrived += 1
        writer.write(cut.written)
        await writer.drain()
        if cut.reset:
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.close()


def session_at(port: int) -> OAuthSession:
    """Make a session whose GraphQL endpoint is at this port."""
    here = f"http://127.0.0.1:{port}/"
    application = Application(client_id="12345", redirect_uri="http://127.0.0.1:8080/callback")
    return OAuthSession(application, endpoints=Endpoints(authorization=here, token=here, graphql=here))


def in_virtual_time(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a scenario."""
    virtual_time.run(scenario())


CUTS = [
    Cut(read=read, reset=reset) for read in (0, 1, 50, 200) for reset in (False, True)
] + [
    Cut(written=answer[:end], reset=reset)
    for answer, ends in ((ANSWER, (0, 1, 15, 40, 60, -len(BODY), -5, -1)), (CHUNKED, (-len(BODY) - 7, -10, -5, -1)))
    for end in ends
    for reset in (False, True)
]  # fmt: skip


@pytest.mark.requirement("S19")
@pytest.mark.parametrize("cut", CUTS, ids=repr)
def test_a_mutation_whose_answer_is_lost_is_not_sent_again(cut: Cut, caplog: pytest.LogCaptureFixture) -> None:
    """The outcome is unknown after one connection, and the error does not show the token."""
    caplog.set_level(logging.DEBUG)

    async def scenario() -> None:
        async with CuttingServer(cut) as server, session_at(server.port) as session:
            with pytest.raises(OutcomeUnknownError, match="check before") as caught:
                await session.graphql(MUTATION, token=TOKEN)
            assert not caught.value.retryable
            assert server.connections == 1
            assert "canary" not in "".join(traceback.format_exception(caught.value)) + caplog.text

    in_virtual_time(scenario)


@pytest.mark.parametrize("cut", CUTS, ids=repr)
def test_a_query_whose_answer_is_lost_is_made_again(cut: Cut) -> None:
    """It is repeated twice, wherever the connection breaks."""

    async def scenario() -> None:
        async with CuttingServer(cut, cut) as server, session_at(server.port) as session:
            assert await session.graphql(QUERY) == {"ok": True}
            assert server.connections == 3

    in_virtual_time(scenario)


def test_a_mutation_that_is_not_answered_in_time_is_not_sent_again() -> None:
    """After a timeout it may have been carried out."""

    async def scenario() -> None:
        arrived = 0
        over = asyncio.Event()

        async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal arrived
            arrived += 1
            await over.wait()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server, session_at(server.sockets[0].getsockname()[1]) as session:
            with pytest.raises(OutcomeUnknownError):
                await session.graphql(MUTATION, timeout=2)
            assert (arrived, asyncio.get_running_loop().time()) == (1, 2)
            over.set()

    in_virtual_time(scenario)


def test_a_mutation_that_never_left_is_tried_again() -> None:
    """If the server does not listen, there are three tries, and it arrives at most once."""

    async def scenario() -> None:
        async with CuttingServer() as server:
            port = server.port
        async with session_at(port) as session:
            with pytest.raises(ConnectionFailedError) as caught:
                await session.graphql(MUTATION)
            assert caught.value.retryable
            assert len(session.pace._starts) == 3

    in_virtual_time(scenario)


def test_a_mutation_that_was_refused_is_sent_again() -> None:
    """After a 429 it was not processed."""

    async def scenario() -> None:
        refused = Cut(written=LIMITED)
        async with CuttingServer(refused, refused) as server, session_at(server.port) as session:
            assert await session.graphql(MUTATION) == {"ok": True}
            assert server.arrived == 3
        async with CuttingServer(*[refused] * 3) as server, session_at(server.port) as session:
            with pytest.raises(RateLimitedError):
                await session.graphql(MUTATION)
            assert server.arrived == 3

    in_virtual_time(scenario)


def test_a_mutation_behind_a_bad_gateway_is_not_sent_again() -> None:
    """A server behind the gateway may have carried it out."""

    async def scenario() -> None:
        async with CuttingServer(Cut(written=BAD_GATEWAY)) as server, session_at(server.port) as session:
            with pytest.raises(ServiceError) as caught:
                await session.graphql(MUTATION)
            assert not caught.value.retryable
            assert server.arrived == 1

    in_virtual_time(scenario)


@pytest.mark.parametrize("idle", [0.0, 5.0])
def test_a_connection_that_ended_while_idle_does_not_double_a_mutation(idle: float) -> None:
    """The second mutation uses a new connection, or its outcome is unknown."""

    async def scenario() -> None:
        async with CuttingServer() as server, session_at(server.port) as session:
            assert await session.graphql(MUTATION) == {"ok": True}  # the server ends the connection, says nothing of it
            await asyncio.sleep(idle)
            try:
                assert await session.graphql(MUTATION) == {"ok": True}
            except OutcomeUnknownError:
                assert idle == 0.0  # after a while, the end was noticed
            assert server.arrived <= 2

    in_virtual_time(scenario)


@pytest.mark.requirement("S16")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_token_is_never_carried_to_another_origin(status: int) -> None:
    """A redirect of the GraphQL endpoint is an error and is not followed."""

    async def scenario() -> None:
        async with CuttingServer() as other:
            moved = b"HTTP/1.1 %d Moved\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n"
            async with (
                CuttingServer(Cut(written=moved % (status, other.port))) as server,
                session_at(server.port) as session,
            ):
                with pytest.raises(UnexpectedResponseError):
                    await session.graphql(QUERY, token="token")
                assert (server.connections, other.connections) == (1, 0)

    in_virtual_time(scenario)
