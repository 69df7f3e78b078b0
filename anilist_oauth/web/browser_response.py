"""Responses to the browser, as plain values."""

from collections.abc import Mapping

import attrs
from multidict import CIMultiDict

from anilist_oauth.html_page import Page
from anilist_oauth.web.binding_cookies import Cookie

Headers = tuple[tuple[str, str], ...]

UNKEPT: Headers = (("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer"))
"""For every answer of a path that receives a code or state: it is not stored, and sends no referrer."""

PRIVATE: Headers = (
    *UNKEPT,
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
)
"""The same, for answers that show nothing."""


@attrs.frozen(kw_only=True)
class Amendment:
    """What to change in an answer of the application: its status unless that is None, its headers and its cookies."""

    status: int | None = None
    headers: Headers
    cookies: tuple[Cookie, ...] = attrs.field(default=(), repr=False)


@attrs.frozen(kw_only=True)
class BrowserResponse(Amendment):
    """A whole answer. Its headers and cookies may contain a state or a binding and are not shown.

    Attributes:
        status: The HTTP status.
        headers: The headers, each name once, without the cookies.
        cookies: The cookies to set.
        body: The body.
    """

    status: int
    headers: Headers = attrs.field(repr=False)
    body: bytes = attrs.field(default=b"", repr=False)

    @property
    def lines(self) -> CIMultiDict[str]:
        """The headers, including those for the cookies."""
        return CIMultiDict((*self.headers, *(("Set-Cookie", cookie.line) for cookie in self.cookies)))


NOTHING = BrowserResponse(status=204, headers=PRIVATE)


def redirect(location: str, *cookies: Cookie) -> BrowserResponse:
    """Redirect the browser with a GET, whatever its method was."""
    return BrowserResponse(status=303, headers=(*PRIVATE, ("Location", location)), cookies=cookies)


def shown(page: Page, *, headers: Mapping[str, str] | None = None) -> BrowserResponse:
    """Return a page as an answer, optionally with other headers."""
    return BrowserResponse(
        status=page.status, headers=tuple({**page.headers, **(headers or {})}.items()), body=page.body
    )
