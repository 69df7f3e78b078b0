"""The elements of a page."""

import pytest

from anilist_oauth.html_page import Markup, button, element, escape, form, source


def test_joined_markup_is_text_again() -> None:
    """Markup that was added to other text is escaped, because only the functions here create safe markup."""
    assert escape(Markup("<b>") + "x") == "&lt;b&gt;x"


def test_elements_are_written_as_html() -> None:
    """Attributes are written by name, without a value if True, and left out if False or None."""
    made = element("input", class_="wide", aria_label='"', required=True, disabled=False, value=None)
    assert made == '<input class="wide" aria-label="&quot;" required>'
    assert button("No", quiet=True, name="answer", value="no") == (
        '<button class="quiet" name="answer" value="no">No</button>'
    )
    assert form("/go?a=1&b=2", button("Go"), hidden={"a": "1"}) == (
        '<form method="post" action="/go?a=1&amp;b=2"><input type="hidden" name="a" value="1">'
        "<button>Go</button></form>"
    )


@pytest.mark.parametrize(
    ("uri", "named"),
    [
        ("http://127.0.0.1:9901/callback?x=1", "http://127.0.0.1:9901"),
        ("https://bot.example", "https://bot.example"),
        ("http://[::1]:8080/callback", "http:"),
        ("https://bücher.example/", "https:"),
        ("https://bot.example;script-src *", "https:"),
        ("MyApp://done", "myapp:"),
    ],
)
def test_a_policy_names_an_origin_or_a_scheme(uri: str, named: str) -> None:
    """No other part of the URI gets into the policy."""
    assert source(uri) == named
