"""The parts of a request that a login needs, in the same form for every framework."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self
from urllib.parse import parse_qsl, quote

import attrs
from multidict import CIMultiDict

from anilist_oauth.arguments import expect
from anilist_oauth.errors import InvalidCallbackError
from anilist_oauth.html_page.browser_headers import is_prefetch
from anilist_oauth.oauth.callback_query import CallbackQuery
from anilist_oauth.web.cookie_header import read_cookies

_KEPT = "/~!$&'()*+,;=:@"  # characters that need no encoding in a path (RFC 3986 section 3.3)


@attrs.frozen(kw_only=True)
class BrowserRequest:
    """A request as it came over the wire. Its host is ignored: ``Host`` and ``Forwarded`` do not influence a login.

    Attributes:
        method: The HTTP method.
        raw_headers: The headers as bytes, with names in any letter case.
        query_string: The query as it was sent.
        prefix: Where the application is mounted, according to the framework, decoded. Empty at the root.
        path: The path below the prefix, decoded.
    """

    method: str
    raw_headers: tuple[tuple[bytes, bytes], ...] = attrs.field(repr=False)
    query_string: str = attrs.field(repr=False)
    prefix: str
    path: str

    @classmethod
    def from_scope(cls, scope: Mapping[str, Any], *, outermost: bool = False) -> Self:
        """Read the ASGI scope of a request or WebSocket. Its ``root_path`` may or may not be part of its path.

        Args:
            scope: The scope.
            outermost: Whether to use the prefix of the outermost application, if a mounted one's scope has it, as in
                Starlette.

        Raises:
            ConfigurationError: This is not a scope, but for example a framework's request.
        """
        expect(scope, Mapping, "scope: the ASGI scope of a request is needed")
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
        """The first value of each header. Lookups ignore letter case."""
        return CIMultiDict((name.decode("latin-1"), value.decode("latin-1")) for name, value in self.raw_headers)

    @cached_property
    def query(self) -> dict[str, list[str]]:
        """All values of every parameter, decoded."""
        values: dict[str, list[str]] = {}
        for name, value in parse_qsl(self.query_string, keep_blank_values=True, errors="replace"):
            values.setdefault(name, []).append(value)
        return values

    @cached_property
    def cookies(self) -> dict[str, str]:
        """The cookies, parsed as strictly as browsers write them."""
        return read_cookies(self.raw_headers)

    @cached_property
    def callback(self) -> CallbackQuery | None:
        """The query as a callback, or None if it is malformed: `LoginFlow.finish` reports why."""
        try:
            return CallbackQuery.of(self.query)
        except InvalidCallbackError:
            return None

    @property
    def state(self) -> str | None:
        """The state of a callback. None if it has none or is malformed."""
        return None if self.callback is None else self.callback.state

    @property
    def is_idle(self) -> bool:
        """Return whether nobody is looking yet: a HEAD or a prefetch, which must not spend anything."""
        return self.method == "HEAD" or is_prefetch(self.headers)

    @property
    def is_page(self) -> bool:
        """Return whether a person will see the answer, and not a program."""
        return "text/html" in self.headers.get("Accept", "")

    def is_from(self, origin: str) -> bool:
        """Return whether a page of this origin led here. If the browser does not say so, it counts as no.

        Browsers send ``Sec-Fetch-Site`` over https and on loopback. Otherwise ``Origin`` is used for a form and
        ``Referer`` for a link. A typed address, or one opened by another program, does not come from a page.
        """
        site = self.headers.get("Sec-Fetch-Site")
        if site is not None:
            return site == "same-origin"
        if self.method == "POST":
            return self.headers.get("Origin") == origin
        return self.headers.get("Referer", "").startswith(f"{origin}/")


def url_below(prefix: str, path: str) -> str:
    """Return the address of a path below a prefix, both decoded, as the browser must request it on this site."""
    return "/" + quoted(prefix.rstrip("/") + path).lstrip("/")


def quoted(path: str) -> str:
    """Encode a decoded path for an address."""
    return quote(path, safe=_KEPT, errors="surrogatepass")
