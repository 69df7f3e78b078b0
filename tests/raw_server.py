"""A server on real sockets that treats each connection as a test needs, and counts the requests."""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

Action = Callable[[socket.socket], None]


class RawServer:
    """Listens on a free loopback port in its own thread. Each request gets the next action, and the last one repeats.

    Args:
        actions: What to do to the connection after a whole request was read. None: to do nothing, not even to read.
        tls: Speak TLS with this context.
    """

    def __init__(self, *actions: Action | None, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.arrived = threading.Event()
        self.ended = threading.Event()
        self._actions = list(actions)
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections: list[socket.socket] = []
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._listener.getsockname()[1])

    @property
    def posts(self) -> int:
        """The number of requests that arrived."""
        return len(self.requests)

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for connection in self._connections:  # after the threads: a handshake may have added one
            connection.close()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self._actions[0] is None:
                return
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._connections.append(connection)
            while request := _read_request(connection):
                self.requests.append(request)
                self.arrived.set()
                action = self._actions.pop(0) if len(self._actions) > 1 else self._actions[0]
                if action is not None:
                    action(connection)
        except OSError:
            pass
        finally:
            self.ended.set()


def _read_request(connection: socket.socket) -> bytes:
    """Read one request with its body. Return an empty text if the client has left."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            return b""
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        (int(line.partition(b":")[2]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(body: bytes, *headers: str, status: int = 200) -> Action:
    """Send a whole response and keep the connection open."""
    lines = [f"HTTP/1.1 {status} X", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return send(("\r\n".join(lines) + "\r\n\r\n").encode() + body)


def send(data: bytes) -> Action:
    """Send any bytes and keep the connection open."""
    return lambda connection: connection.sendall(data)


def close(connection: socket.socket) -> None:
    """Close the connection."""
    connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def reset(connection: socket.socket) -> None:
    """Reset the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def stall(connection: socket.socket) -> None:
    """Send nothing."""


def then(*actions: Action) -> Action:
    """Do one action after another."""

    def all_of_them(connection: socket.socket) -> None:
        for action in actions:
            action(connection)

    return all_of_them
