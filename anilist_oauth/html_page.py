"""The HTML shell of every page that a person sees.

    page = render(
        title="Connect AniList",
        body=[element("p", "Link AniList to ", isolated(label), "?"), form("/begin", button("Connect"))],
        form_action=["'self'"],
    )
    return web.Response(status=page.status, headers=page.headers, body=page.body)

A page is plain HTML and CSS in one answer: no outside resource, no framework, light and dark, phone and desktop. Its
content security policy allows its own style sheet, one script if it has one (both by hash), and forms to the sources
named in `form_action`; nothing else. It is never stored, framed or named in a referrer.

Text is escaped unless it is `Markup`, which only the functions here make. A `str` in a page's body is a paragraph;
`element` makes anything else, `form` and `button` the usual, `isolated` is for names that strangers chose.
"""

import hashlib
import html
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import attrs

Tone = Literal["plain", "good", "bad"]

_VOID = frozenset({"br", "hr", "img", "input", "meta"})
_SIGNS: dict[Tone, tuple[str, str]] = {"good": ("✓", "good"), "bad": ("!", "bad")}
_ORIGIN = re.compile(r"(https?://[A-Za-z0-9.-]+(?::[0-9]+)?)(?:[/?#].*)?", re.DOTALL)

STYLE = """
:root {
  color-scheme: light dark;
  --ground: #edf1f5; --card: #fff; --edge: #d3dce6; --text: #1f2d3d; --soft: #4a5e73; --field: #f4f7fa;
  --accent: #0b6ca8; --on-accent: #fff; --good: #1c7a43; --bad: #b3261e;
  --shade: 0 12px 32px #1f2d3d1f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0b1622; --card: #152232; --edge: #2b3d52; --text: #e5edf5; --soft: #a3b6ca; --field: #0f1c2a;
    --accent: #4dbdf5; --on-accent: #06131f; --good: #6fd39a; --bad: #ff9c94;
    --shade: 0 12px 32px #0006;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding-block: 1rem; min-height: 100vh; display: flex; flex-direction: column; background: var(--ground);
  color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere;
}
.banner {
  margin-block: -1rem 1rem; padding: .5rem 1rem; text-align: center; font-size: .875rem; color: var(--text);
  background: var(--card); border-bottom: 2px dashed var(--accent);
}
main {
  width: min(27rem, 100% - 2rem); margin: auto; padding: 2rem; background: var(--card); border: 1px solid var(--edge);
  border-radius: 1rem; box-shadow: var(--shade);
}
h1 { margin: 0 0 1rem; font-size: 1.375rem; line-height: 1.3; font-weight: 650; text-wrap: balance; }
h2 { margin: 0; font-size: 1rem; }
p { margin: 0 0 1rem; text-wrap: pretty; }
a { color: var(--accent); }
.soft { color: var(--soft); font-size: .9rem; }
main > :last-child, main > div > :last-child { margin-bottom: 0; }
.sign {
  display: grid; place-items: center; width: 3rem; height: 3rem; margin: 0 0 1rem; border-radius: 50%;
  border: 2px solid currentColor; font-size: 1.4rem; font-weight: 700; line-height: 1;
}
.good { color: var(--good); }
.bad { color: var(--bad); }
form { margin: 0; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0; }
.actions > * { flex: 1 1 9rem; }
button, a.button {
  width: 100%; min-height: 2.75rem; padding: .6rem 1.1rem; border: 1px solid var(--accent); border-radius: .6rem;
  background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; cursor: pointer;
}
button:hover, a.button:hover { filter: brightness(1.08); }
a.button { text-align: center; text-decoration: none; }
button.quiet { background: transparent; color: var(--text); border-color: var(--soft); }
button.quiet:hover { background: var(--field); }
button.link {
  width: auto; min-height: 0; padding: .25rem 0; border: 0; background: none; color: var(--accent); font-weight: 400;
  text-decoration: underline;
}
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
.who { display: flex; align-items: center; gap: .75rem; text-align: start; }
button.who { font-weight: 500; }
button.who + button.who { margin-top: .75rem; }
.pair { display: flex; align-items: center; gap: .6rem; margin: 0 0 1.25rem; }
.pair::before { content: ""; order: 1; width: 2.5rem; border-top: 2px dotted var(--soft); }
.pair > :last-child { order: 2; }
.avatar.other { background: var(--soft); color: var(--card); }
.avatar {
  flex: none; display: grid; place-items: center; width: 2.5rem; height: 2.5rem; border-radius: .6rem;
  background: var(--accent); color: var(--on-accent); font-weight: 700;
}
dl {
  margin: 0 0 1rem; padding: .9rem 1rem; background: var(--field); border: 1px solid var(--edge); border-radius: .6rem;
}
dt { color: var(--soft); font-size: .875rem; }
dd { margin: 0 0 .6rem; }
dd:last-child { margin: 0; }
ul { margin: 0 0 1rem; padding: 0; list-style: none; }
li { padding: 1rem 0; border-bottom: 1px solid var(--edge); }
li p { margin: 0 0 .75rem; }
label { display: block; margin-bottom: .4rem; font-weight: 600; }
code, textarea { font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
textarea {
  display: block; width: 100%; margin: 0 0 1rem; padding: .75rem; resize: vertical; color: var(--text);
  background: var(--field); border: 1px solid var(--soft); border-radius: .6rem;
}
[role="status"] { margin-top: .75rem; }
[hidden] { display: none; }
@media (max-width: 30rem) {
  main { padding: 1.5rem 1.25rem; }
  main:first-child { margin-block: 0 auto; }
}
"""


class Markup(str):
    """HTML that is safe to show as it is."""

    __slots__ = ()


Content = Markup | str


@attrs.frozen(kw_only=True)
class Page:
    """A whole page, ready to be sent; `headers` has its content type and security headers."""

    status: int
    headers: dict[str, str]
    body: bytes = attrs.field(repr=False)


def escape(text: Content) -> Markup:
    """Escape text for use between tags and inside quoted attributes; `Markup` stays as it is."""
    return text if isinstance(text, Markup) else Markup(html.escape(text))


def element(tag: str, /, *content: Content, **attributes: str | bool | None) -> Markup:
    """Make an element.

    Args:
        tag: Its name.
        content: What is inside; text is escaped.
        attributes: ``class_`` is ``class``, ``aria_label`` is ``aria-label``; True is a bare attribute, False and
            None are left out.
    """
    written = "".join(
        f" {_attribute(key)}" if value is True else f' {_attribute(key)}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    inside = "".join(escape(piece) for piece in content)
    return Markup(f"<{tag}{written}>" if tag in _VOID else f"<{tag}{written}>{inside}</{tag}>")


def isolated(text: str) -> Markup:
    """Show a name that a stranger chose, so that right-to-left letters in it move nothing around it."""
    return element("bdi", text)


def button(*label: Content, quiet: bool = False, **attributes: str | bool | None) -> Markup:
    """Make a button that submits its form; a `quiet` one is the lesser choice."""
    return element("button", *label, **{"class_": "quiet" if quiet else None, **attributes})


def form(action: str, *content: Content, hidden: Mapping[str, str] | None = None) -> Markup:
    """Make a form that POSTs to `action`, with hidden fields."""
    fields = [element("input", type="hidden", name=name, value=value) for name, value in (hidden or {}).items()]
    return element("form", *fields, *content, method="post", action=action)


def source(uri: str) -> str:
    """Name a URI in a content security policy: its origin; its scheme where a policy cannot write the host.

    A form whose answer redirects to another origin must name that origin too: Chromium checks the redirect against
    ``form-action``. A policy has no words for IPv6 hosts and custom schemes.
    """
    origin = _ORIGIN.fullmatch(uri)
    return origin[1] if origin else f"{uri.partition(':')[0].lower()}:"


def render(
    *,
    title: str,
    body: Iterable[Content] = (),
    heading: Content | None = None,
    tone: Tone = "plain",
    above: Markup | None = None,
    banner: Content | None = None,
    form_action: Sequence[str] = (),
    script: str | None = None,
    status: int = 200,
) -> Page:
    """Make a page.

    Args:
        title: The title of the browser's tab, and the heading unless one is given.
        body: What is under the heading: each `str` is a paragraph, `Markup` is taken as it is.
        heading: The heading.
        tone: ``good`` puts a check mark above the heading, ``bad`` an exclamation mark.
        above: What stands above the heading.
        banner: A line across the top.
        form_action: The sources that forms may lead to, such as ``'self'`` (with its quotes) and `source(uri)`; none
            unless given.
        script: A script that runs when the page is there; the page must be of use without it.
        status: The HTTP status.
    """
    pieces = [piece if isinstance(piece, Markup) else element("p", piece) for piece in body]
    top = [*_sign(tone), *([] if above is None else [above])]
    main = element("main", *top, element("h1", title if heading is None else heading), *pieces)
    head = [
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", Markup(STYLE)),
    ]
    header = [] if banner is None else [element("header", banner, class_="banner")]
    scripts = [] if script is None else [element("script", Markup(script))]
    document = element("html", element("head", *head), element("body", *header, main, *scripts), lang="en")
    return Page(
        status=status,
        headers=_headers(form_action, script),
        body=f"<!doctype html>\n{document}\n".encode(errors="replace"),
    )


def _sign(tone: Tone) -> list[Markup]:
    if tone == "plain":
        return []
    sign, style = _SIGNS[tone]
    return [element("div", sign, class_=f"sign {style}", aria_hidden="true")]


def _headers(form_action: Sequence[str], script: str | None) -> dict[str, str]:
    policy = [
        "default-src 'none'",
        f"style-src {_hash(STYLE)}",
        *([] if script is None else [f"script-src {_hash(script)}"]),
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


def _attribute(key: str) -> str:
    return key.removesuffix("_").replace("_", "-")
