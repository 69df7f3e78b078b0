"""What goes back to the browser, as plain values."""

from collections.abc import Mapping

import attrs
from multidict import CIMultiDict

from anilist_oauth.html_page import Page
from anilist_oauth.web.binding_cookies import Cookie

Headers = tuple[tuple[str, str], ...]

UNKEPT: Headers = (("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer"))
"""On every answer of a path that sees a code or state: it is not stored, and the next site is not told of it."""

PRIVATE: Headers = (
    *UNKEPT,
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
)
"""The same, on answers that show nothing."""


@attrs.frozen(kw_only=True)
class Amendment:
    """What changes in an answer of the application's own: its status unless that is None, headers, and cookies."""

    status: int | None = None
    headers: Headers
    cookies: tuple[Cookie, ...] = attrs.field(default=(), repr=False)


@attrs.frozen(kw_only=True)
class BrowserResponse(Amendment):
    """A whole answer; its headers and cookies may hold a state or a binding, and are not shown.

    Attributes:
        status: The HTTP status.
        headers: The headers, each name once; the cookies are not among them.
        cookies: The cookies to be set.
        body: The body.
    """

    status: int
    headers: Headers = attrs.field(repr=False)
    body: bytes = attrs.field(default=b"", repr=False)

    @property
    def lines(self) -> CIMultiDict[str]:
        """The headers with the cookies written as headers."""
        return CIMultiDict((*self.headers, *(("Set-Cookie", cookie.line) for cookie in self.cookies)))


NOTHING = BrowserResponse(status=204, headers=PRIVATE)


def redirect(location: str, *cookies: Cookie) -> BrowserResponse:
    """Send the browser elsewhere with a GET, whatever it came with."""
    return BrowserResponse(status=303, headers=(*PRIVATE, ("Location", location)), cookies=cookies)


def shown(page: Page, *, headers: Mapping[str, str] | None = None) -> BrowserResponse:
    """Show a page, with other headers where they are given."""
    return BrowserResponse(
        status=page.status, headers=tuple({**page.headers, **(headers or {})}.items()), body=page.body
    )
