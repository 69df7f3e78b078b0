"""The HTML of a web application's pages."""

import html

import pytest

from anilist_oauth.errors import OutcomeUnknownError, RateLimitedError
from anilist_oauth.html_page import Pages
from anilist_oauth.web.failure_page import failed_page, link_page, outage_page
from anilist_oauth.web.failures import REASONS, WebFailureReason, status_of

BOT = Pages(application="Arcade <3", home="/lobby")


@pytest.mark.parametrize("reason", REASONS)
def test_it_says_what_happened_and_what_to_do(reason: WebFailureReason) -> None:
    """The page has a title, what happened, what to do, the site's name and a link back."""
    page = failed_page(reason, login="/login/anilist", return_to="/lists?of=me", pages=BOT)
    shown = html.unescape(page.body.decode())
    for part in ("title", "text", "advice"):
        assert Pages.ENGLISH[f"web.{reason}.{part}"] in shown
    assert "<bdi>Arcade <3</bdi>" in shown
    assert 'href="/lobby"' in shown
    assert "Go back to <bdi>Arcade <3</bdi></span></a>" in shown
    assert page.status == status_of(reason)
    assert "form-action 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("reason", REASONS)
def test_a_button_is_offered_where_it_can_help(reason: WebFailureReason) -> None:
    """The button keeps return_to, and there is none after a setup error, where a new login would fail too."""
    page = html.unescape(failed_page(reason, login="/login/anilist", return_to="/lists?of=me").body.decode())
    button = '<a href="/login/anilist?return_to=%2Flists%3Fof%3Dme" class="button">Log in with AniList</a>'
    assert (button in page) == (reason not in {"setup", "sign_in"})
    assert ("<a " in page) == (reason not in {"setup", "sign_in"})


def test_a_missing_cookie_has_four_causes() -> None:
    """The causes are cookies off, another browser, another name of the host and another user, each with advice."""
    shown = failed_page("cookie", login="/l").body.decode()
    causes = ("Cookies are off", "another browser", "localhost instead of 127.0.0.1", "somebody else was signed in")
    assert [cause in shown for cause in causes] == [True] * 4
    assert shown.count("<dt>") == shown.count("<dd>") == 4


@pytest.mark.requirement("S39")
@pytest.mark.requirement("V18")
@pytest.mark.parametrize("reason", [None, "", "nope", "<img src=x onerror=alert(1)>"])
def test_any_other_word_is_not_repeated(reason: str | None) -> None:
    """An unknown reason gets the page of an unknown login."""
    assert failed_page(reason, login="/l").body == failed_page("unknown", login="/l").body


@pytest.mark.requirement("V18")
def test_the_link_is_escaped() -> None:
    """A prefix that a stranger chose cannot end the attribute."""
    assert b'href="/&quot;&gt;&lt;img&gt;"' in failed_page("used", login='/"><img>').body


def test_an_outage_can_be_tried_again() -> None:
    """The page says that AniList is down, and its button leads back to the same address."""
    page = outage_page(OutcomeUnknownError(""), address="/lists?of=me&x=1", pages=BOT)
    assert page.status == 503
    assert b"AniList is not responding" in page.body
    assert b'<a href="/lists?of=me&amp;x=1" class="button">Try again</a>' in page.body
    assert b'href="/lobby" class="button quiet"' in page.body
    assert b"Too many requests at once" in outage_page(RateLimitedError(""), address="/").body


def test_the_question_names_the_user() -> None:
    """The question names the user and the site, and its form is sent to the login."""
    page = link_page(
        user="mika <3", action="/login/anilist", leads_to="https://anilist.co/a", fields={"x": "1"}, pages=BOT
    )
    shown = page.body.decode()
    assert "You are signed in here as <strong><bdi>mika &lt;3</bdi></strong>." in shown
    assert "<bdi>Arcade &lt;3</bdi> can act on AniList as you" in shown
    assert '<form method="post" action="/login/anilist"><input type="hidden" name="x" value="1"><button>' in shown
    assert "form-action 'self' https://anilist.co;" in page.headers["Content-Security-Policy"]
    assert "this site" in link_page(user="m", action="/", leads_to="https://anilist.co").body.decode()
