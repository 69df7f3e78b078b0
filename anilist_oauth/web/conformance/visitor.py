"""A simple browser, which only sends requests and keeps cookies. Tests see each response unchanged."""

import asyncio
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import aiohttp
import attrs
from multidict import CIMultiDictProxy
from yarl import URL


@attrs.frozen(kw_only=True)
class Seen:
    """A response."""

    status: int
    headers: CIMultiDictProxy[str]
    text: str

    @property
    def location(self) -> str:
        """The ``Location``, or an empty string."""
        return self.headers.get("Location", "")

    @property
    def cookies(self) -> list[str]:
        """The ``Set-Cookie`` headers, as written."""
        return self.headers.getall("Set-Cookie", [])


def pieces(cookie: str) -> tuple[str, frozenset[str]]:
    """Split a ``Set-Cookie`` header into name and value, and the attributes in lower case."""
    pair, *attributes = cookie.split("; ")
    return pair, frozenset(attribute.lower() for attribute in attributes)


class Visitor:
    """A browser that does not follow redirects, and keeps every cookie until it is deleted."""

    def __init__(self, site: URL, *, verify: bool = True) -> None:
        self.cookies: dict[str, str] = {}
        self._site = site
        connector = aiohttp.TCPConnector(ssl=verify)
        self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._session.close()

    async def raw(self, address: str, lines: Sequence[bytes]) -> tuple[int, str]:
        """Request an address with exactly these header lines. Return the status and the ``Location``."""
        reader, writer = await asyncio.open_connection(self._site.host, self._site.port)
        try:
            writer.write(b"\r\n".join([f"GET {address} HTTP/1.1".encode(), b"Host: x", *lines, b"", b""]))
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        finally:
            writer.close()
            await writer.wait_closed()
        location = next((line[10:] for line in head if line.lower().startswith("location: ")), "")
        return int(head[0].split()[1]), location

    async def get(self, address: str, *, method: str = "GET", headers: Mapping[str, str | None] | None = None) -> Seen:
        """Request a path of the site, or a whole address, exactly as given. A header that is None is left out."""
        url = URL(address if address.startswith("http") else f"{self._site}{address}", encoded=True)
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        usual = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}  # as after a link on the site
        every = {**usual, **(cookie if self.cookies else {}), **(headers or {})}
        sent = {name: value for name, value in every.items() if value is not None}
        async with self._session.request(method, url, headers=sent, allow_redirects=False) as response:
            seen = Seen(status=response.status, headers=response.headers, text=await response.text())
        for line in seen.cookies:
            name, _, rest = line.partition("=")
            value, *attributes = rest.split("; ")
            if "max-age=0" in map(str.lower, attributes):
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return seen
