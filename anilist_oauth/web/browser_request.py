"""The parts of a request that a login needs, in the same form for every framework."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self
from urllib.parse import parse_qsl, quote

import attrs
from multidict import CIMultiDict

from anilist_oauth.arguments import expect
from anilist_oauth.errors import InvalidCallbackError
from anilist_oauth.html_page.browser_headers import is_navigation, is_prefetch
from anilist_oauth.oauth.callback_query import CallbackQuery
from anilist_oauth.redaction import MaskedText
from anilist_oauth.web.cookie_header import read_cookies

_KEPT = "/~!$&'()*+,;=:@"  # characters that need no encoding in a path (RFC 3986 section 3.3)


@attrs.frozen(kw_only=True)
class BrowserRequest:
    """A request as the server received it. ``Host`` and ``Forwarded`` headers have no influence on a login.

    Attributes:
        method: The HTTP method.
        raw_headers: The headers as bytes, with names in any letter case.
        query_string: The query as it was sent.
        prefix: The decoded path at which the framework has mounted the application. Empty at the root.
        path: The path below the prefix, decoded.
        decoded_headers: The headers as text, if the framework has decoded them already.
    """

    method: str
    raw_headers: tuple[tuple[bytes, bytes], ...] = attrs.field(repr=False)
    query_string: str = attrs.field(repr=False)
    prefix: str
    path: str
    decoded_headers: Mapping[str, str] | None = attrs.field(default=None, repr=False)

    @classmethod
    def from_scope(cls, scope: Mapping[str, Any], *, outermost: bool = False) -> Self:
        """Read the ASGI scope of a request or WebSocket, whether its path includes the ``root_path`` or not.

        Args:
            scope: The scope.
            outermost: Whether to use the prefix of the outermost application. Starlette has it in the scope of a
                mounted application.

        Raises:
            ConfigurationError: `scope` is not a scope, but for example a framework's request.
        """
        expect(scope, Mapping, "scope: the ASGI scope of a request is needed")
        root = (scope.get("app_root_path") if outermost else None) or scope.get("root_path", "")
        prefix, path = root.rstrip("/"), scope["path"]
        return cls(
            method=scope.get("method", "GET"),
            raw_headers=tuple((bytes(name), bytes(value)) for name, value in scope.get("headers", ())),
            query_string=(scope.get("query_string") or b"").decode("latin-1"),  # ASGI: optional for a WebSocket
            prefix=prefix,
            path=path.removeprefix(prefix) if f"{path}/".startswith(f"{prefix}/") else path,
        )

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """The headers as text. Lookups ignore letter case and find the first value."""
        if self.decoded_headers is not None:
            return self.decoded_headers
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
        """The cookies, read only from headers in the exact form that browsers send."""
        return read_cookies(self.raw_headers)

    @property
    def callback_text(self) -> MaskedText:
        """The query in the form in which a callback is read."""
        return MaskedText(f"?{self.query_string}")

    @cached_property
    def callback(self) -> CallbackQuery | None:
        """The query as a callback, or None if it is malformed. `LoginFlow.finish` then raises the error."""
        try:
            return CallbackQuery.of(self.callback_text)
        except InvalidCallbackError:
            return None

    @property
    def state(self) -> str | None:
        """The state in a callback, or None if the callback has no state or is malformed."""
        return None if self.callback is None else self.callback.state

    @property
    def is_idle(self) -> bool:
        """Return whether nobody sees the response yet: for HEAD or a prefetch, which must not exchange a code."""
        return self.method == "HEAD" or is_prefetch(self.headers)

    @property
    def is_page(self) -> bool:
        """Return whether a person will see the response, and not a program."""
        return "text/html" in self.headers.get("Accept", "")

    def is_from(self, origin: str) -> bool:
        """Return whether a link or form on a page of this origin led here. Without evidence, the result is False.

        Browsers send ``Sec-Fetch-Site`` over https and to loopback addresses. Without it, ``Origin`` is used for a form
        and ``Referer`` for a link. The result is also False for an address that was typed or that another program
        opened, and for an image or frame, which a user of the site may have put into a page.
        """
        site = self.headers.get("Sec-Fetch-Site")
        if site is not None:
            return site == "same-origin" and (self.method == "POST" or is_navigation(self.headers))
        if self.method == "POST":
            return self.headers.get("Origin") == origin
        return self.headers.get("Referer", "").startswith(f"{origin}/")


def url_below(prefix: str, path: str) -> str:
    """Return the encoded address of a path below a prefix on this site. Both arguments are decoded."""
    return "/" + quoted(prefix.rstrip("/") + path).lstrip("/")


def quoted(path: str) -> str:
    """Encode a decoded path for an address."""
    return quote(path, safe=_KEPT, errors="surrogatepass")
