"""The page of failures, as HTML."""

import html
from itertools import chain

import pytest

from anilist_oauth.web.failure_page import failed_page
from anilist_oauth.web.failures import FAILURES


@pytest.mark.parametrize("reason", FAILURES)
def test_it_says_what_happened_and_what_to_do(reason: str) -> None:
    """The heading, both texts, every cause, and a link to start again."""
    page = failed_page(reason, login="/login/anilist")
    shown = html.unescape(page.body.decode())
    failure = FAILURES[reason]
    for text in (failure.heading, failure.happened, failure.advice, *chain.from_iterable(failure.causes)):
        assert text in shown
    assert '<a href="/login/anilist" class="button">Log in with AniList</a>' in shown
    assert page.status == failure.status
    assert "form-action 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.requirement("V18")
@pytest.mark.parametrize("reason", [None, "", "nope", "<img src=x onerror=alert(1)>"])
def test_any_other_word_is_not_repeated(reason: str | None) -> None:
    """It gets the page of an unknown login."""
    assert failed_page(reason, login="/l").body == failed_page("unknown", login="/l").body


@pytest.mark.requirement("V18")
def test_the_link_is_escaped() -> None:
    """A prefix that somebody chose cannot end the attribute."""
    assert b'href="/&quot;&gt;&lt;img&gt;"' in failed_page("used", login='/"><img>').body
