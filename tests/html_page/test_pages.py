"""Names, links and texts on pages."""

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import anilist_oauth
import anilist_oauth.receiver
import anilist_oauth.web
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.html_page import Pages, element
from anilist_oauth.html_page.texts import ENGLISH, REQUIRED

ICON = "data:image/png;base64,iVBORw0KGgo="


def test_it_is_the_same_class_everywhere() -> None:
    """It can be imported from each package that uses it."""
    assert anilist_oauth.Pages is anilist_oauth.web.Pages is anilist_oauth.receiver.Pages is Pages
    assert Pages("AniBot") == Pages(application="AniBot")
    assert hash(Pages(texts={"close": "x"})) == hash(Pages())
    assert "close" not in repr(Pages(texts={"close": "x"}))


def test_it_imports_no_other_module() -> None:
    """Importing the pages loads no module that was not loaded before."""
    code = (
        "import aiohttp, attrs, hmac, secrets, sys; before = set(sys.modules); import anilist_oauth.html_page;"
        "print(*sorted(name for name in set(sys.modules) - before if 'anilist' not in name))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("name", ["", "  ", "a" * 81, "two\nlines", 5, b"AniBot"])
def test_an_application_has_a_name(name: Any) -> None:
    """The name must be a visible string."""
    with pytest.raises(ConfigurationError, match=r"^application: a name of 1 to 80"):
        Pages(application=name)


@pytest.mark.parametrize(
    "home",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "/\\evil.example",
        "discord.com",
        "https://x y",
        "https://[::1",
        "",
        "https://x/" + "a" * 2048,
        5,
    ],
)
def test_home_must_be_a_safe_address(home: Any) -> None:
    """Scripts, and texts that only look like a path, are refused."""
    with pytest.raises(ConfigurationError, match=r"^home: an address"):
        Pages(home=home)


@pytest.mark.parametrize(
    ("home", "application", "label"),
    [
        ("https://discord.com/channels/@me", "AniBot", "Discord"),
        ("discord://-/channels/@me", None, "Discord"),
        ("https://t.me/a_bot", "AniBot", "Telegram"),
        ("tg://resolve?domain=a_bot", None, "Telegram"),
        ("https://www.twitch.tv/mika", None, "Twitch"),
        ("https://arcade.example/lobby", "The Arcade", "The Arcade"),
        ("https://arcade.example/lobby", None, "arcade.example"),
        ("/lobby", "The Arcade", "The Arcade"),
        ("/", None, "this site"),
        ("myapp:home", None, "this site"),
    ],
)
def test_the_link_back_has_a_name(home: str, application: str | None, label: str) -> None:
    """It is the name of the chat, or else of the application, or else of the host."""
    pages = Pages(application=application, home=home)
    assert pages.way_home() == [f'<a href="{home}" class="button"><span>Go back to <bdi>{label}</bdi></span></a>']
    assert 'class="button quiet"' in pages.way_home(quiet=True)[0]
    assert Pages().way_home() == []


@pytest.mark.parametrize(
    "icon", ["javascript:x", "data:text/html;base64,PGI+", "http://a.example/i.png", "//a/b", "icon.png", "", 5]
)
def test_an_icon_is_an_image(icon: Any) -> None:
    """It may be in the page itself, on the site, or at an https address."""
    with pytest.raises(ConfigurationError, match=r"^icon: an image is needed"):
        Pages(icon=icon)


def test_the_size_of_an_icon_is_limited() -> None:
    """It is part of every page."""
    with pytest.raises(ConfigurationError, match="at most 64 KiB"):
        Pages(icon="data:image/png;base64," + "A" * 64 * 1024)


@pytest.mark.requirement("S20")
@pytest.mark.parametrize(
    ("icon", "source"),
    [(ICON, "data:"), ("/icon.png", "'self'"), ("https://cdn.example/i.png?x=1;y", "https://cdn.example")],
)
def test_the_policy_allows_the_icon_alone(icon: str, source: str) -> None:
    """No other image is allowed, and none at all without an icon."""
    page = Pages(icon=icon).render(title="close", body=[])
    assert f"; img-src {source}; form-action" in page.headers["Content-Security-Policy"]
    assert b' alt=""></p>' in page.body
    assert "img-src" not in Pages("AniBot").render(title="close", body=[]).headers["Content-Security-Policy"]


def test_a_page_shows_the_application_s_name() -> None:
    """The name is in the title and above the heading, as text."""
    page = Pages("<b>", icon=ICON).render(title="close", body=[]).body.decode()
    assert "<title>You can close this page. · &lt;b&gt;</title>" in page
    assert f'<p class="brand"><img src="{ICON}" alt=""><bdi>&lt;b&gt;</bdi></p><h1>You can' in page
    assert 'class="brand"' not in Pages().render(title="close", body=[]).body.decode()


def test_a_page_is_in_its_language() -> None:
    """The language and the direction are set like other texts."""
    pages = Pages(texts={"language": "fa", "direction": "rtl", "close": "ببندید"})
    page = pages.render(title="close", body=[pages.paragraph("home", home="x")]).body.decode()
    assert '<html lang="fa" dir="rtl">' in page
    assert "<h1>ببندید</h1><p>Go back to x</p>" in page
    assert '<html lang="en">' in Pages().render(title="close", body=[]).body.decode()


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"web.nope.title": "x"}, "there is no text named 'web.nope.title'; Pages.ENGLISH lists all names"),
        ({5: "x"}, "there is no text named '5'"),
        ({"close": ""}, "'close' needs a text of 1 to 1000 characters"),
        ({"close": "a" * 1001}, "'close' needs a text"),
        ({"close": 5}, "'close' needs a text"),
        ({"close": "{home}"}, r"'close' has a wrong placeholder; the allowed ones are: none \(write {{ for a brace\)$"),
        ({"home": "{name}"}, "'home' has a wrong placeholder; the allowed ones are: {home}$"),
        ({"home": "{home.x}"}, "'home' has a wrong placeholder"),
        ({"home": "{home!r}"}, "'home' has a wrong placeholder"),
        ({"home": "{home:>80}"}, "'home' has a wrong placeholder"),
        ({"home": "{0}"}, "'home' has a wrong placeholder"),
        ({"home": "{}"}, "'home' has a wrong placeholder"),
        ({"home": "{home"}, "'home' has a wrong placeholder"),
        (
            {"receiver.question.heading": "Link?"},
            "'receiver.question.heading' must contain {label}; people need it to decide",
        ),
        ({"language": "de DE"}, "'language' must be a language tag"),
        ({"direction": "up"}, "'direction' must be ltr or rtl"),
        ([("close", "x")], "a mapping of names to texts is needed, not list"),
        ("close", "a mapping of names to texts is needed, not str"),
    ],
)
def test_a_text_that_cannot_be_shown_is_refused(texts: Any, said: str) -> None:
    """The error names the text, before any page is rendered."""
    with pytest.raises(ConfigurationError, match=f"^texts: {said}"):
        Pages(texts=texts)


def test_a_text_may_leave_out_a_placeholder() -> None:
    """A text may omit a placeholder that people do not need to decide, and braces are written twice."""
    pages = Pages(texts={"home": "Zurück {{zu}} Discord"}, home="/")
    assert ">Zurück {zu} Discord</span>" in pages.way_home()[0]


def test_texts_are_copied() -> None:
    """Changing the mapping afterwards does not change the pages."""
    texts = {"close": "Bye."}
    pages = Pages(texts=texts)
    texts["close"] = "{nope}"
    assert pages.text("close") == "Bye."
    assert "close" not in Pages().texts


@given(st.text(min_size=1, max_size=50), st.text())
def test_no_text_becomes_markup(text: str, value: str) -> None:
    """This holds for translations and for the values of placeholders."""
    try:
        pages = Pages(texts={"home": text})
    except ConfigurationError:
        pages = Pages()
    assert "<" not in pages.fill("home", home=value)
    assert pages.fill("home", home=element("b", value)).count("<") in {0, 2}


def test_the_english_texts_have_the_required_placeholders() -> None:
    """A required placeholder occurs in the English text too."""
    Pages(texts=ENGLISH)
    assert set(REQUIRED) <= set(ENGLISH)
