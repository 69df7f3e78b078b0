"""A page is rendered as one response."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anilist_oauth.html_page import STYLE, button, element, form, isolated, render


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags += [tag, *(name for name, _ in attrs)]


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@given(st.text(), st.text())
def test_text_never_becomes_markup(name: str, value: str) -> None:
    """Any text or attribute leaves the page's tags unchanged, and the page can be sent."""

    def tags(name: str, value: str) -> list[str]:
        parser = _Tags()
        body = [name, element("p", isolated(name), title=value), form("/", button("Go"), hidden={"state": value})]
        parser.feed(render(title=name, body=body, banner=name).body.decode())
        return parser.tags

    assert tags(name, value) == tags("name", "value")


@pytest.mark.requirement("V18")
@pytest.mark.requirement("S25")
def test_markup_in_text_is_escaped() -> None:
    """An image with an error handler is shown as text."""
    page = render(title="<img src=x onerror=alert(1)>", body=["'\"&"])
    assert b"<img" not in page.body
    assert b"<p>&#x27;&quot;&amp;</p>" in page.body
    assert element("a", href="\"'><img>") == '<a href="&quot;&#x27;&gt;&lt;img&gt;"></a>'
    assert page.body.count(b"&lt;img src=x onerror=alert(1)&gt;") == 2


@pytest.mark.requirement("S20")
def test_a_page_is_not_stored_framed_or_named_in_a_referrer() -> None:
    """The headers are exact, and the policy allows only the style sheet by its hash."""
    page = render(title="Hello")
    assert page.status == 200
    assert page.headers == {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": f"default-src 'none'; style-src {_hash(STYLE)}; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    style = re.search(r"<style>(.*)</style>", page.body.decode(), re.DOTALL)
    assert style is not None
    assert _hash(style[1]) in page.headers["Content-Security-Policy"]


def test_a_script_and_forms_are_allowed_where_they_are_given() -> None:
    """A script is allowed by its hash, and forms by their sources."""
    page = render(title="Hello", script="void 0;", form_action=["'self'", "https://bot.example"], status=400)
    policy = page.headers["Content-Security-Policy"]
    assert f"script-src {_hash('void 0;')}; form-action 'self' https://bot.example; " in policy
    assert b"<script>void 0;</script>" in page.body
    assert page.status == 400


def test_a_page_says_its_language_and_fits_a_phone() -> None:
    """Every page has what a screen reader and a small screen need."""
    page = render(title="Done", heading=element("span", "You are in"), tone="good", banner="Sandbox").body.decode()
    assert '<html lang="en">' in page
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page
    assert "<title>Done</title>" in page
    assert '<header class="banner">Sandbox</header>' in page
    assert '<div class="sign good" aria-hidden="true">✓</div><h1><span>You are in</span></h1>' in page
