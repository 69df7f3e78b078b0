"""What a request brings, as far as a login needs it: the same from every framework."""

from collections.abc import Mapping
from functools import cached_property
from urllib.parse import quote

import attrs

from anilist_oauth.errors import InvalidCallbackError
from anilist_oauth.html_page.browser_headers import is_prefetch
from anilist_oauth.oauth.callback import callback_state

_KEPT = "/~!$&'()*+,;=:@"  # what a path may hold as it is (RFC 3986 section 3.3)


@attrs.frozen(kw_only=True)
class BrowserRequest:
    """One request. Its host is not in it: who sends ``Host`` or ``Forwarded`` has no say in a login.

    Attributes:
        method: The HTTP method.
        headers: The headers, found in any case of letters.
        query: Every value of every name, decoded.
        cookies: The cookies.
        prefix: Where the framework says the application is mounted, decoded; empty at the root.
        target: Path and query, as the browser sees them.
    """

    method: str
    headers: Mapping[str, str] = attrs.field(repr=False)
    query: Mapping[str, list[str]] = attrs.field(repr=False)
    cookies: Mapping[str, str] = attrs.field(repr=False)
    prefix: str
    target: str = attrs.field(repr=False)

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


def url_below(prefix: str, path: str) -> str:
    """Give a path below a prefix, both decoded, as the browser must ask for it, on this very site."""
    return "/" + quoted(prefix.rstrip("/") + path).lstrip("/")


def quoted(path: str) -> str:
    """Write a decoded path as in an address."""
    return quote(path, safe=_KEPT, errors="surrogatepass")
