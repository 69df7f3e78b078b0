"""The pages of a receiver."""

import html
import inspect

import pytest

from anilist_oauth import errors
from anilist_oauth.errors import AniListOAuthError, AuthorizationError, RateLimitedError
from anilist_oauth.html_page import Page, Pages
from anilist_oauth.receiver.pages import ReceiverPages
from tests.every_page import DONE, LOGIN, MIKA

CLASSES = [kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, AniListOAuthError)]
PLAIN = ReceiverPages(Pages())
BOT = ReceiverPages(Pages(application="AniBot", home="https://discord.com/channels/@me"))
HOME = '<a href="https://discord.com/channels/@me" class="button"><span>Go back to <bdi>Discord</bdi></span></a>'


def shown(page: Page) -> str:
    """Return the HTML of a page."""
    return html.unescape(page.body.decode())


def made(kind: type[AniListOAuthError]) -> AniListOAuthError:
    """Return an error of any class with sample data."""
    data = {"verified": False, "error": "canary", "description": "canary", "hint": "canary", "reason": None}
    return kind.restore("canary message", data)


@pytest.mark.requirement("S39")
@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_has_a_page(kind: type[AniListOAuthError]) -> None:
    """No page shows the error's message, and each has an error status for programs."""
    page = BOT.failed(made(kind))
    assert 400 <= page.status < 600
    assert "canary" not in shown(page)
    assert "<h1>" in shown(page)
    assert HOME in shown(page)


@pytest.mark.requirement("S39")
@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("server_error", "AniList has a problem"),
        ("temporarily_unavailable", "AniList has a problem"),
        ("invalid_client", "The request was wrong"),
        ("invalid_request", "The request was wrong"),
        ("invalid_scope", "The request was wrong"),
        ("unauthorized_client", "The request was wrong"),
        ("unsupported_grant_type", "The request was wrong"),
        ("unsupported_response_type", "The request was wrong"),
        ("call 0900", "Perhaps an old page"),
    ],
)
def test_errors_of_anilist_have_our_texts(error: str, said: str) -> None:
    """Anybody can write AniList's texts into an address, even with the state of a login."""
    failed = AuthorizationError("0900", error=error, description="call 0900", hint="call 0900", verified=True)
    page = shown(BOT.failed(failed))
    assert said in page
    assert "0900" not in page


def test_a_setup_error_offers_no_new_link() -> None:
    """A new link would fail in the same way."""
    assert "ask for a new one" not in shown(PLAIN.failed(errors.InvalidClientError("")))
    assert "ask for a new one" in shown(PLAIN.failed(errors.OutcomeUnknownError("")))


@pytest.mark.parametrize("status", [400, 403, 404, 405])
def test_anything_but_a_callback_gets_a_page(status: int) -> None:
    """The page says what the address is for."""
    page = PLAIN.stray(status)
    assert page.status == status
    assert b"only for people who come back from a login on AniList" in page.body


def test_a_full_receiver_says_so() -> None:
    """The status is 503, which programs and proxies understand."""
    assert (PLAIN.full().status, "Too many visitors" in shown(PLAIN.full())) == (503, True)


def test_the_question_names_application_and_label() -> None:
    """The label is the name of the reader."""
    page = shown(BOT.question(LOGIN, "t", viewer=MIKA))
    assert "<title>Link your AniList account? · AniBot</title>" in page
    assert "Link your AniList account to <em><bdi>@mika on Discord</bdi></em>?" in page
    assert "<em><bdi>AniBot</bdi></em> asks on behalf of <em><bdi>@mika on Discord</bdi></em>." in page
    assert "this: <em><bdi>AniBot</bdi></em> can then act on AniList as you." in page
    assert "You are <strong><bdi>mika</bdi></strong> on AniList." in page
    assert "asks on behalf of" not in shown(PLAIN.question(LOGIN, "t"))


def test_the_end_says_what_happens_next() -> None:
    """After a success, a denial or a no, a button leads back, or the page can be closed."""
    denied = errors.AccessDeniedError("", verified=True)
    for at_home, plain in (
        (BOT.linked(DONE), PLAIN.linked(DONE)),
        (BOT.failed(denied), PLAIN.failed(denied)),
        (BOT.not_me(), PLAIN.not_me()),
    ):
        assert HOME in shown(at_home)
        assert "You can close this page." in shown(plain)
        assert "<a " not in shown(plain)


def test_a_wait_is_shown_in_seconds_if_known() -> None:
    """Otherwise the page says "in a moment"."""
    assert "Try again in 40 seconds." in shown(PLAIN.later("t", RateLimitedError("", retry_after=40.2)))
    assert "Try again in a moment." in shown(PLAIN.later("t", RateLimitedError("")))
