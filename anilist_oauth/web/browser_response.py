"""Responses to the browser, as plain values."""

from collections.abc import Mapping

import attrs
from multidict import CIMultiDict

from anilist_oauth.html_page import Page
from anilist_oauth.web.binding_cookies import Cookie

Headers = tuple[tuple[str, str], ...]

UNKEPT: Headers = (("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer"))
"""Headers for each response at an address with a code or state: it is not stored, and its address is not a referrer."""

PRIVATE: Headers = (
    *UNKEPT,
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
)
"""The same for responses without a page."""


@attrs.frozen(kw_only=True)
class Amendment:
    """Changes to a response: the status (unless it is None), headers to set, and cookies to add."""

    status: int | None = None
    headers: Headers
    cookies: tuple[Cookie, ...] = attrs.field(default=(), repr=False)


@attrs.frozen(kw_only=True)
class BrowserResponse(Amendment):
    """A whole response. Its headers and cookies may contain a state or a binding, and its repr does not show them.

    Attributes:
        status: The HTTP status.
        headers: The headers without the cookies. Each name occurs once.
        cookies: The cookies to set.
        body: The body.
    """

    status: int
    headers: Headers = attrs.field(repr=False)
    body: bytes = attrs.field(default=b"", repr=False)

    @property
    def lines(self) -> CIMultiDict[str]:
        """The headers, including those for the cookies."""
        lines = CIMultiDict(self.headers)
        for cookie in self.cookies:
            lines.add("Set-Cookie", cookie.line)
        return lines


NOTHING = BrowserResponse(status=204, headers=PRIVATE)


def redirect(location: str, *cookies: Cookie) -> BrowserResponse:
    """Return a redirect that the browser follows with GET, whatever the method of its request was."""
    return BrowserResponse(status=303, headers=(*PRIVATE, ("Location", location)), cookies=cookies)


def shown(page: Page, *, headers: Mapping[str, str] | None = None) -> BrowserResponse:
    """Convert a page to a response. `headers` replace those of the page."""
    return BrowserResponse(
        status=page.status, headers=tuple({**page.headers, **(headers or {})}.items()), body=page.body
    )
