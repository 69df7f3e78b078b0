"""What a request brings, as far as a login needs it: the same from every framework."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self
from urllib.parse import parse_qsl, quote

import attrs
from multidict import CIMultiDict

from anilist_oauth.errors import InvalidCallbackError
from anilist_oauth.html_page.browser_headers import is_prefetch
from anilist_oauth.oauth.callback import callback_state
from anilist_oauth.web.cookie_header import read_cookies

_KEPT = "/~!$&'()*+,;=:@"  # what a path may hold as it is (RFC 3986 section 3.3)


@attrs.frozen(kw_only=True)
class BrowserRequest:
    """One request, as it came over the wire. Its host is not used: ``Host`` and ``Forwarded`` have no say in a login.

    Attributes:
        method: The HTTP method.
        raw_headers: The headers as bytes, names in any case of letters.
        query_string: The query as it was sent.
        prefix: Where the framework says the application is mounted, decoded; empty at the root.
        path: The path below the prefix, decoded.
    """

    method: str
    raw_headers: tuple[tuple[bytes, bytes], ...] = attrs.field(repr=False)
    query_string: str = attrs.field(repr=False)
    prefix: str
    path: str

    @classmethod
    def from_scope(cls, scope: Mapping[str, Any], *, outermost: bool = False) -> Self:
        """Read an ASGI scope, of a request or a WebSocket; its ``root_path`` may be a part of its path, or not.

        Args:
            scope: The scope.
            outermost: Whether the prefix is that of the outermost application, where the scope of a mounted one says it
                as Starlette does.
        """
        root = (scope.get("app_root_path") if outermost else None) or scope.get("root_path", "")
        prefix, path = root.rstrip("/"), scope["path"]
        return cls(
            method=scope.get("method", "GET"),
            raw_headers=tuple((bytes(name), bytes(value)) for name, value in scope["headers"]),
            query_string=scope["query_string"].decode("latin-1"),
            prefix=prefix,
            path=path.removeprefix(prefix) if f"{path}/".startswith(f"{prefix}/") else path,
        )

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """The first value of each header, found in any case of letters."""
        return CIMultiDict((name.decode("latin-1"), value.decode("latin-1")) for name, value in self.raw_headers)

    @cached_property
    def query(self) -> dict[str, list[str]]:
        """Every value of every name, decoded."""
        values: dict[str, list[str]] = {}
        for name, value in parse_qsl(self.query_string, keep_blank_values=True, errors="replace"):
            values.setdefault(name, []).append(value)
        return values

    @cached_property
    def cookies(self) -> dict[str, str]:
        """The cookies, as strictly as a browser writes them."""
        return read_cookies(self.raw_headers)

    @cached_property
    def state(self) -> str | None:
        """The state of a callback; None if it has none, or is malformed (which `LoginFlow.finish` then says)."""
        try:
            return callback_state(self.query)
        except InvalidCallbackError:
            return None

    @property
    def is_idle(self) -> bool:
        """Tell whether nobody has gone here yet: a HEAD, or a browser that fetches ahead, must spend nothing."""
        return self.method == "HEAD" or is_prefetch(self.headers)

    @property
    def is_page(self) -> bool:
        """Tell whether a person looks at the answer, and not a program."""
        return "text/html" in self.headers.get("Accept", "")

    def is_from(self, origin: str) -> bool:
        """Tell whether a page of this very origin led here; a browser that does not say so does not count.

        ``Sec-Fetch-Site`` says it where it is sent, which is over https and on loopback. Elsewhere it is ``Origin`` for
        a form and ``Referer`` for a link. An address that was typed, or opened by another program, is of no page.
        """
        site = self.headers.get("Sec-Fetch-Site")
        if site is not None:
            return site == "same-origin"
        if self.method == "POST":
            return self.headers.get("Origin") == origin
        return self.headers.get("Referer", "").startswith(f"{origin}/")


def url_below(prefix: str, path: str) -> str:
    """Give a path below a prefix, both decoded, as the browser must ask for it, on this very site."""
    return "/" + quoted(prefix.rstrip("/") + path).lstrip("/")


def quoted(path: str) -> str:
    """Write a decoded path as in an address."""
    return quote(path, safe=_KEPT, errors="surrogatepass")
