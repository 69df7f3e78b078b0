"""Render a page: its HTML, and headers that forbid it to load anything else."""

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import Literal

from anilist_oauth.html_page.elements import Content, Markup, element
from anilist_oauth.html_page.style import STYLE

Tone = Literal["plain", "good", "bad"]
SELF = "'self'"

_SIGNS: dict[Tone, tuple[str, str]] = {"good": ("✓", "good"), "bad": ("!", "bad")}


class Page:
    """A rendered page, ready to send. `headers` contains its content type and the security headers."""

    def __init__(self, *, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


def render(
    *,
    title: str,
    body: Iterable[Content] = (),
    heading: Content | None = None,
    tone: Tone = "plain",
    brand: Markup | None = None,
    above: Markup | None = None,
    banner: Content | None = None,
    form_action: Sequence[str] = (),
    images: Sequence[str] = (),
    script: str | None = None,
    status: int = 200,
    language: str = "en",
    direction: str = "ltr",
) -> Page:
    """Return a page.

    Args:
        title: The title of the browser's tab. Also the heading, unless `heading` is given.
        body: The content under the heading. Each `str` becomes a paragraph; `Markup` is used as it is.
        heading: The heading.
        tone: ``good`` shows a check mark above the heading, and ``bad`` an exclamation mark.
        brand: The first content of the page, which shows whose page it is.
        above: Content directly above the heading.
        banner: A line across the top.
        form_action: The sources that forms may be sent to, such as ``'self'`` (with its quotes) and `source(uri)`.
        images: The sources that images may come from, in the same form.
        script: A script that runs when the page has loaded. The page must be useful without it.
        status: The HTTP status.
        language: The language of the texts, as a BCP 47 tag such as ``de``.
        direction: ``ltr``, or ``rtl`` for a language written from right to left.
    """
    pieces = [piece if isinstance(piece, Markup) else element("p", piece) for piece in body]
    top = [*_optional(brand), *_sign(tone), *_optional(above)]
    main = element("main", *top, element("h1", title if heading is None else heading), *pieces)
    head = [
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", Markup(STYLE)),
    ]
    header = [] if banner is None else [element("header", banner, class_="banner")]
    scripts = [] if script is None else [element("script", Markup(script))]
    document = element(
        "html",
        element("head", *head),
        element("body", *header, main, *scripts),
        lang=language,
        dir=None if direction == "ltr" else direction,
    )
    return Page(
        status=status,
        headers=_headers(form_action, images, script),
        body=f"<!doctype html>\n{document}\n".encode(errors="replace"),
    )


def _optional(piece: Markup | None) -> list[Markup]:
    return [] if piece is None else [piece]


def _sign(tone: Tone) -> list[Markup]:
    if tone == "plain":
        return []
    sign, style = _SIGNS[tone]
    return [element("div", sign, class_=f"sign {style}", aria_hidden="true")]


def _headers(form_action: Sequence[str], images: Sequence[str], script: str | None) -> dict[str, str]:
    policy = [
        "default-src 'none'",
        f"style-src {_hash(STYLE)}",
        *([] if script is None else [f"script-src {_hash(script)}"]),
        *([f"img-src {' '.join(images)}"] if images else []),
        "form-action " + (" ".join(form_action) or "'none'"),
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "; ".join(policy),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
