"""The URL that the user's browser is sent to."""

import re
import warnings
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from anilist_oauth.errors import ConfigurationError, InsecureRedirectURIWarning, RedirectURIError
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.authorize import authorization_url, code_url_prefix, implicit_url, with_state
from anilist_oauth.oauth.endpoints import ANILIST
from tests.constants import Constant
from tests.uris import registrable_uris

AWAY = "https://bot.example/cb"
STATE = "s" * 22


def url(*, state: str | None = None, redirect_uri: str = AWAY, endpoint: URL = ANILIST.authorization) -> URL:
    """Return an authorization URL."""
    return authorization_url(endpoint, client_id="12345", redirect_uri=redirect_uri, state=state)


def test_the_url_is_the_documented_one() -> None:
    """It has exactly the documented parameters and the state, and no scope, which AniList refuses."""
    assert str(url(state=STATE)) == (
        "https://anilist.co/api/v2/oauth/authorize?client_id=12345"
        f"&redirect_uri=https%3A%2F%2Fbot.example%2Fcb&response_type=code&state={STATE}"
    )


@pytest.mark.requirement("S1")
@pytest.mark.requirement("V22")
def test_every_url_has_a_fresh_state() -> None:
    """10,000 URLs have 10,000 states of 256 bits."""
    prefix = code_url_prefix(ANILIST.authorization, client_id="12345", redirect_uri=AWAY)
    states = {with_state(prefix, None).query["state"] for _ in range(10_000)}
    assert len(states) == 10_000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", state) for state in states)
    assert url().query["state"] not in states


@pytest.mark.requirement("S1")
@pytest.mark.parametrize("state", ["a" * 22, "a" * 256, "AZaz09-_.~" * 3])
def test_a_given_state_is_sent_unchanged(state: str) -> None:
    """A state of unreserved characters needs no encoding."""
    assert str(url(state=state)).endswith(f"&state={state}")


@pytest.mark.requirement("S1")
@pytest.mark.parametrize(
    "state",
    [
        "",
        "a" * 21,
        "a" * 257,
        "a" * 22 + "\n",
        "a" * 22 + " ",
        "é" * 22,
        "a" * 22 + "+",
        "a" * 22 + "%41",
        "a" * 22 + "&b",
    ],
    ids=ascii,
)
def test_an_unsafe_state_is_refused(state: str) -> None:
    """A state is refused if it is empty, can be guessed, or would come back changed."""
    with pytest.raises(ConfigurationError, match="state: 22 to 256 characters"):
        url(state=state)


@pytest.mark.requirement("S1")
@pytest.mark.parametrize("state", [5, b"a" * 22, False, ["a" * 22]])
def test_a_state_is_a_str(state: str) -> None:
    """Only a str can be a state, and the state cannot be left out."""
    with pytest.raises(ConfigurationError, match="state: "):
        url(state=state)


@pytest.mark.requirement("S19")
def test_a_refused_state_is_not_repeated() -> None:
    """The error does not show it."""
    with pytest.raises(ConfigurationError) as caught:
        url(state="hidden")
    assert "hidden" not in repr(caught.value)


@pytest.mark.requirement("S7")
@pytest.mark.requirement("V23")
@given(registrable_uris, st.text("aA0-_.~", min_size=22, max_size=99))
def test_a_redirect_uri_is_sent_byte_for_byte(redirect_uri: str, state: str) -> None:
    """After decoding with yarl or Python, the query contains every possible redirect URI unchanged."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureRedirectURIWarning)
        built = url(redirect_uri=redirect_uri, state=state)
    expected = {"client_id": "12345", "redirect_uri": redirect_uri, "response_type": "code", "state": state}
    assert dict(built.query) == expected
    assert dict(parse_qsl(str(built).partition("?")[2], strict_parsing=True)) == expected
    assert str(URL(str(built))).isascii()
    assert dict(URL(str(built)).query) == expected


@pytest.mark.requirement("S8")
@pytest.mark.parametrize("redirect_uri", ["localhost:3031/auth", "https://h/\ud800", AWAY + "#f", ""])
def test_an_invalid_redirect_uri_is_not_sent(redirect_uri: str) -> None:
    """The redirect URI is checked here as well."""
    with pytest.raises(RedirectURIError):
        url(redirect_uri=redirect_uri)


def test_an_endpoint_keeps_its_own_query() -> None:
    """A query of the endpoint is kept (RFC 6749 section 3.1)."""
    built = url(endpoint=URL("https://auth.example/authorize?tenant=a%20b"), state=STATE)
    assert str(built).startswith("https://auth.example/authorize?tenant=a%20b&client_id=12345&")
    assert list(built.query) == ["tenant", "client_id", "redirect_uri", "response_type", "state"]


def test_the_implicit_url_is_the_documented_one() -> None:
    """It has no other parameters, because AniList refuses them."""
    assert str(implicit_url(ANILIST.authorization, client_id="12345")) == (
        "https://anilist.co/api/v2/oauth/authorize?client_id=12345&response_type=token"
    )


def test_a_constant_is_sent_as_its_text() -> None:
    """A redirect URI from an Enum is sent byte for byte, not as ``Setting.NAME``."""
    assert url(redirect_uri=Constant(AWAY), state=STATE) == url(state=STATE)
    application = Application(client_id="12345", redirect_uri=Constant(AWAY))
    assert [type(uri) for uri in (application.redirect_uri, application.guard.check())] == [str, str]
    assert f"{application.redirect_uri} {application.guard.check(Constant(AWAY))}" == f"{AWAY} {AWAY}"


@pytest.mark.parametrize(
    "odd", [{"endpoint": "https://anilist.co/"}, {"endpoint": None}, {"client_id": None}, {"client_id": "\ud800"}]
)
def test_a_wrong_argument_is_named(odd: dict[str, Any]) -> None:
    """An endpoint that is not a URL, or a client id that is not visible text, is reported where it was passed."""
    given: dict[str, Any] = {"endpoint": ANILIST.authorization, "client_id": "12345", "redirect_uri": AWAY} | odd
    with pytest.raises(ConfigurationError, match=f"^{next(iter(odd))}: "):
        authorization_url(given.pop("endpoint"), **given)
