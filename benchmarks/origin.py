"""The server of all benchmarks: a separate process that checks every request and sends prepared answers.

It is a bare `asyncio.Protocol`, so that its own cost is small and the same for every client.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from urllib.parse import parse_qsl

import attrs
from yarl import URL

CLIENT_ID = "12345"
CLIENT_SECRET = "s" * 40
REDIRECT_URI = "https://bot.example/callback"
FIELDS = {
    "grant_type": "authorization_code",
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "redirect_uri": REDIRECT_URI,
}
ACCESS_TOKEN = f"{'e' * 155}.{'y' * 240}.{'x' * 683}"  # of the size of AniList's
_TOKEN = json.dumps(
    {
        "token_type": "Bearer",
        "expires_in": 31536000,
        "access_token": ACCESS_TOKEN,
        "refresh_token": "def502" + "0" * 700,
    },
    separators=(",", ":"),
).encode()
_VIEWER = json.dumps(
    {
        "data": {
            "Viewer": {
                "id": 112084,
                "name": "mika",
                "siteUrl": "https://anilist.co/user/112084",
                "unreadNotificationCount": 3,
                "avatar": {"large": "https://s4.anilist.co/file/anilistcdn/user/avatar/large/default.png"},
            }
        }
    },
    separators=(",", ":"),
).encode()
_PLAIN = [
    "Content-Type: application/json; charset=UTF-8",
    "Cache-Control: no-store",
    "Pragma: no-cache",
    "Date: Mon, 24 Nov 2025 10:00:00 GMT",
]
_LIMITS = ["X-RateLimit-Limit: 90", "X-RateLimit-Remaining: 80"]
_BEHIND_A_CDN = [
    *_PLAIN,
    "Set-Cookie: laravel_session=" + "e" * 200 + "; Max-Age=7200; path=/; httponly; samesite=lax",
    "Transfer-Encoding: chunked",
    "Connection: keep-alive",
    "Server: cloudflare",
    "CF-RAY: 8f0a1b2c3d4e5f60-FRA",
    "CF-Cache-Status: DYNAMIC",
    "Vary: Accept-Encoding",
    "X-Powered-By: PHP/8.2.0",
    "X-Frame-Options: SAMEORIGIN",
    "X-XSS-Protection: 1; mode=block",
    "X-Content-Type-Options: nosniff",
    "Referrer-Policy: strict-origin-when-cross-origin",
    "Strict-Transport-Security: max-age=31536000; includeSubDomains",
    "Access-Control-Allow-Origin: *",
    'alt-svc: h3=":443"; ma=86400',
    'NEL: {"success_fraction":0,"report_to":"cf-nel","max_age":604800}',
]


def _answer(body: bytes, headers: list[str], *, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]).encode() + body


def _chunked(body: bytes, headers: list[str]) -> bytes:
    head = "\r\n".join(["HTTP/1.1 200 OK", *headers, "", ""]).encode()
    return head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


_ANSWERS = {
    b"/token": _answer(_TOKEN, _PLAIN),
    b"/cdn": _chunked(_TOKEN, _BEHIND_A_CDN),
    b"/graphql": _answer(_VIEWER, _PLAIN + _LIMITS),
}
_REFUSED = _answer(b'{"error":"invalid_request"}', _PLAIN, status="400 Bad Request")


@attrs.define
class _Tally:
    """The number of token requests, and how many of them were complete."""

    whole: int = 0
    broken: int = 0


class _Connection(asyncio.Protocol):
    def __init__(self, tally: _Tally) -> None:
        self._tally = tally
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = self._received[:end]
            start = head.lower().find(b"\r\ncontent-length:")
            length = int(head[start + 17 :].partition(b"\r\n")[0]) if start >= 0 else 0
            if len(self._received) < end + 4 + length:
                return
            body = self._received[end + 4 : end + 4 + length]
            self._received = self._received[end + 4 + length :]
            self._transport.write(self._answer(head.split(b" ", 2)[1], body))

    def _answer(self, path: bytes, body: bytes) -> bytes:
        if path == b"/tally":
            return _answer(json.dumps(attrs.asdict(self._tally)).encode(), _PLAIN)
        if path == b"/graphql":
            return _ANSWERS[path] if b"Viewer" in body else _REFUSED
        fields = json.loads(body) if body.startswith(b"{") else dict(parse_qsl(body.decode()))
        code = fields.pop("code", "")
        if fields != FIELDS or not code.startswith("def502"):
            self._tally.broken += 1
            return _REFUSED
        self._tally.whole += 1
        return _ANSWERS[path]


@attrs.frozen
class Origin:
    """A running server."""

    url: URL

    def tally(self) -> _Tally:
        """Return how many token requests were complete, and how many were not."""
        with urllib.request.urlopen(str(self.url / "tally")) as answer:
            return _Tally(**json.load(answer))


@contextlib.contextmanager
def running() -> Iterator[Origin]:
    """Run the server in a separate process during the block."""
    command = [sys.executable, "-m", "benchmarks.origin"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            # A host name, like AniList's: clients keep no cookies for an IP address.
            yield Origin(URL(f"http://localhost:{int(process.stdout.readline())}"))
        finally:
            process.stdin.close()  # which ends it


async def _serve() -> None:
    loop, tally = asyncio.get_running_loop(), _Tally()
    server = await loop.create_server(lambda: _Connection(tally), "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve())
