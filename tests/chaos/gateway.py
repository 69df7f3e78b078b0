"""A proxy between the workers and the sandbox that disturbs each request as the plan of its login says."""

import asyncio
import base64
import json
import re
import socket
import struct
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Literal, get_args

import attrs
from yarl import URL

from anilist_oauth.oauth.endpoints import Endpoints
from anilist_oauth.sandbox import Sandbox

Fate = Literal[
    "fine",
    "reset",  # the gateway resets the connection before AniList sees the request
    "reset after",  # the gateway resets the connection after AniList has answered
    "cut",  # half of the answer arrives
    "stall",  # the answer is a moment late
    "hang",  # the answer comes after the caller has given up
    "busy",  # 429, at once
    "broken",  # 503, at once
    "broken after",  # AniList has answered, but a 503 arrives
    "refused",  # "Invalid token", at once
]
FATES: tuple[Fate, ...] = get_args(Fate)
HARMLESS = frozenset({"fine", "stall", "busy"})  # an exchange must succeed in spite of these
STALL, HANG = 0.3, 6.0  # seconds

_CODE = re.compile(rb"code=([0-9a-f]{700,})")
_BEARER = re.compile(rb"\r\nauthorization: bearer [\w-]+\.([\w-]+)\.", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_NO_LINGER = struct.pack("ii", 1, 0)
_MADE_UP: dict[str, tuple[str, str, bytes]] = {
    "busy": ("429 Too Many Requests", "Retry-After: 1\r\nContent-Type: application/json\r\n", b'{"error":"throttled"}'),
    "broken": ("503 Service Unavailable", "Content-Type: text/html\r\n", b"<html><body>503</body></html>"),
    "refused": (
        "400 Bad Request",
        "Content-Type: application/json\r\n",
        json.dumps({"data": None, "errors": [{"message": "Invalid token", "status": 400}]}).encode(),
    ),
}


@attrs.define
class Post:
    """One POST request with a code, as the network saw it.

    Attributes:
        fate: What the gateway did to it.
        answered: Whether the answer was sent.
        seconds: How long that took. On a busy machine, the sender may have given up before.
    """

    fate: Fate
    answered: bool = False
    seconds: float = 0.0


class GoneError(Exception):
    """This connection is over."""


class Gateway:
    """Listens at an address that the workers use instead of the sandbox's.

    Args:
        sandbox: The sandbox behind it.
        fate_of_code: Returns what to do to the next request with a code.
        fate_of_user: Returns what to do to the next query with a token of a user.

    Attributes:
        posts: The requests that sent each code, oldest first.
    """

    def __init__(
        self, sandbox: Sandbox, *, fate_of_code: Callable[[str], Fate], fate_of_user: Callable[[int], Fate]
    ) -> None:
        self._sandbox = sandbox
        self._fate_of_code = fate_of_code
        self._fate_of_user = fate_of_user
        self.posts: defaultdict[str, list[Post]] = defaultdict(list)
        self._seen: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._server: asyncio.Server | None = None
        self.port = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def endpoints(self) -> Endpoints:
        """The endpoints for the workers: pages from the sandbox, token and API requests through the gateway."""
        own = self._sandbox.endpoints
        return Endpoints(
            authorization=own.authorization, token=self._behind(own.token), graphql=self._behind(own.graphql)
        )

    def _behind(self, url: str | URL) -> URL:
        return URL(url).with_port(self.port)

    async def sent(self, code: str) -> None:
        """Wait until a code is sent."""
        await self._seen[code].wait()

    async def listen(self) -> None:
        """Accept connections, on the same port each time."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Accept no more connections and reset the open ones, so that every client is refused."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in tuple(self._open):
            _reset(writer)

    async def aclose(self) -> None:
        """Accept no more connections and end the open ones."""
        await self.refuse()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        host, port = str(self._sandbox.url.host), self._sandbox.url.port
        there: asyncio.StreamWriter | None = None
        try:
            from_sandbox, there = await asyncio.open_connection(host, port)
            while True:
                await self._pass(reader, writer, from_sandbox, there)
        except (GoneError, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()
            if there is not None:
                there.close()

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        from_sandbox: asyncio.StreamReader,
        there: asyncio.StreamWriter,
    ) -> None:
        """Serve one request."""
        request = await _message(reader)
        clock = asyncio.get_running_loop().time
        began = clock()
        fate, post = self._fate(request)
        if fate == "reset":
            _reset(writer)
            raise GoneError
        if fate in _MADE_UP:
            answer = _made_up(fate)
        else:
            there.write(request)
            answer = await _message(from_sandbox)
        if fate in {"stall", "hang"}:
            await asyncio.sleep(STALL if fate == "stall" else HANG)
        if fate == "reset after":
            _reset(writer)
            raise GoneError
        writer.write(
            _made_up("broken") if fate == "broken after" else answer[: len(answer) // 2 if fate == "cut" else None]
        )
        await writer.drain()
        if fate == "cut":
            raise GoneError
        if post is not None:
            post.answered, post.seconds = True, clock() - began

    def _fate(self, request: bytes) -> tuple[Fate, Post | None]:
        if found := _CODE.search(request):
            code = found[1].decode()
            fate = self._fate_of_code(code)
            post = Post(fate)
            self.posts[code].append(post)
            self._seen[code].set()
            return fate, post
        if found := _BEARER.search(request):
            claims = json.loads(base64.urlsafe_b64decode(found[1] + b"=" * (-len(found[1]) % 4)))
            return self._fate_of_user(int(claims["sub"])), None
        return "fine", None


@asynccontextmanager
async def gateway(
    sandbox: Sandbox, *, fate_of_code: Callable[[str], Fate], fate_of_user: Callable[[int], Fate]
) -> AsyncIterator[Gateway]:
    """Run a gateway in front of a sandbox."""
    gate = Gateway(sandbox, fate_of_code=fate_of_code, fate_of_user=fate_of_user)
    await gate.listen()
    try:
        yield gate
    finally:
        await gate.aclose()


async def _message(reader: asyncio.StreamReader) -> bytes:
    """Read one HTTP message, which must have a Content-Length header."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return head + (await reader.readexactly(int(length[1])) if length else b"")


def _made_up(fate: Fate) -> bytes:
    status, headers, body = _MADE_UP[fate]
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _reset(writer: asyncio.StreamWriter) -> None:
    if not writer.transport.is_closing():
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    writer.transport.abort()
