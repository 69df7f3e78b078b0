"""What goes back to the browser, as plain values."""

import attrs

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
class BrowserResponse:
    """A whole answer; its headers may hold a state or a binding, and are not shown."""

    status: int
    headers: Headers = attrs.field(repr=False)
    body: bytes = attrs.field(default=b"", repr=False)


NOTHING = BrowserResponse(status=204, headers=PRIVATE)


def redirect(location: str, *cookies: Cookie) -> BrowserResponse:
    """Send the browser elsewhere with a GET, whatever it came with."""
    return BrowserResponse(
        status=303, headers=(*PRIVATE, ("Location", location), *(cookie.header for cookie in cookies))
    )


def shown(page: Page) -> BrowserResponse:
    """Show a page."""
    return BrowserResponse(status=page.status, headers=tuple(page.headers.items()), body=page.body)
