"""Limit how many connections a receiver has, and how long each may take to send its request.

Strangers can connect to a bot's port at any time. So each connection carries one request, and an idle connection is
closed after ten seconds. If there are too many, the connection that has been idle longest is closed for a new one. The
bot's own outgoing connections never have to wait for those of strangers.
"""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

AT_MOST = 64  # connections
HEAD_TIME = 10.0  # seconds for each of these: to send the request head, to send the body, to receive the response
BODY_LIMIT = 64 * 1024  # bytes; the receiver's own forms take about 1,300

Handler = Callable[[web.BaseRequest], Awaitable[web.Response]]


logger: logging.Logger = logging.getLogger("anilist_oauth")


class _Silent(logging.Logger):
    """A logger that never logs, whatever the logging settings. aiohttp would log request lines and headers."""

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802  the name is logging's
        """Return False for every level."""
        del level
        return False


_SILENT = _Silent("anilist_oauth.receiver.connections")


class LimitedServer(web.Server):
    """A server with one request per connection, a limited number of connections, and a time limit for each.

    Args:
        handler: Returns the response to a request whose head is complete.
        refuse: Returns the response with a given status: 400 for malformed HTTP, 503 if there are too many connections,
            and 500 for a bug.
    """

    def __init__(self, handler: Handler, *, refuse: Callable[[int], web.Response]) -> None:
        super().__init__(self._answer, request_factory=_request)
        self.refuse = refuse
        self._handler = handler
        self._open: dict[web.RequestHandler, asyncio.Transport] = {}
        self._idle: dict[web.RequestHandler, asyncio.TimerHandle] = {}  # no request is being handled; oldest first

    def __call__(self) -> web.RequestHandler:
        """Return the protocol for a new connection. It never logs a request line or header."""
        loop = asyncio.get_running_loop()
        return _Connection(self, loop=loop, logger=_SILENT, access_log=_SILENT, lingering_time=HEAD_TIME / 5)

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Count a connection. If there are too many, close the one that has been idle longest."""
        super().connection_made(handler, transport)
        if len(self._open) >= AT_MOST and not self._cut_oldest():
            transport.write(_as_bytes(self.refuse(503)))
            asyncio.get_running_loop().call_soon(handler.force_close)  # later, because its task must begin first
            return
        self._open[handler] = transport
        self._start_timer(handler)

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        """Stop counting a connection."""
        self._stop_timer(handler)
        self._open.pop(handler, None)
        super().connection_lost(handler, exc)

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        connection = request.protocol
        self._stop_timer(connection)
        try:
            response = await self._handler(request)
        finally:
            if connection in self._open:
                self._start_timer(connection)
        response.force_close()
        return response

    def _start_timer(self, handler: web.RequestHandler) -> None:
        self._idle[handler] = asyncio.get_running_loop().call_later(HEAD_TIME, self._cut, handler)

    def _stop_timer(self, handler: web.RequestHandler) -> None:
        timer = self._idle.pop(handler, None)
        if timer is not None:
            timer.cancel()

    def _cut_oldest(self) -> bool:
        oldest = next(iter(self._idle), None)
        if oldest is not None:
            self._cut(oldest)
        return oldest is not None

    def _cut(self, handler: web.RequestHandler) -> None:
        self._stop_timer(handler)
        self._open.pop(handler).abort()


class _Connection(web.RequestHandler):
    """One connection. The response to malformed HTTP repeats no part of the request."""

    __slots__ = ("_server",)

    def __init__(self, manager: LimitedServer, **options: Any) -> None:
        super().__init__(manager, **options)
        self._server = manager

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Return the response to a malformed request or after a bug.

        Only the exception's type and place are logged, because its message might contain a code.
        """
        del request, message
        if status == 500 and exc is not None:
            frame = traceback.extract_tb(exc.__traceback__)[-1]
            place = f"{frame.name}, line {frame.lineno}"
            logger.error("the receiver could not make a page: %s in %s", type(exc).__name__, place)
        response = self._server.refuse(status)
        response.force_close()
        return response


async def body_of(request: web.BaseRequest) -> bytes:
    """Read a request's body.

    Raises:
        aiohttp.web.HTTPRequestTimeout: The body did not arrive within ten seconds.
        aiohttp.web.HTTPRequestEntityTooLarge: The body is larger than 64 KiB.
        aiohttp.web.HTTPBadRequest: The body is malformed, or the connection ended before it was complete.
    """
    try:
        async with asyncio.timeout(HEAD_TIME):
            return await request.read()
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
    except (ConnectionError, web.RequestPayloadError) as error:
        raise web.HTTPBadRequest from error


def _request(*arguments: Any) -> web.BaseRequest:
    message, payload, protocol, writer, task = arguments
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=BODY_LIMIT)


def _as_bytes(response: web.Response) -> bytes:
    """Serialize a response, for a connection that aiohttp does not serve."""
    body = response.body if isinstance(response.body, bytes) else b""
    headers = {**response.headers, "Content-Length": str(len(body)), "Connection": "close"}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {response.status} Refused\r\n{head}\r\n".encode() + body
