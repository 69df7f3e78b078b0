"""The redirect URI is checked and compared exactly."""

import pickle
import re
import warnings
from pathlib import Path
from types import FunctionType

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from yarl import URL

from anilist_oauth.errors import InsecureRedirectURIWarning, RedirectURIError, RedirectURIMismatchError
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import PIN_REDIRECT_URI
from anilist_oauth.oauth.redirect_mismatch import mask_callback
from anilist_oauth.oauth.redirect_uri import RedirectGuard

AWAY = "https://bot.example/cb"


@pytest.mark.requirement("S7")
@pytest.mark.requirement("S9")
@pytest.mark.requirement("V23")
@pytest.mark.parametrize(
    "uri",
    [
        AWAY,
        AWAY + "/",
        "https://bot.example",
        "https://bot.example:443/cb",
        "HTTPS://Bot.Example/Cb",
        "https://bot.example/a/../cb",
        "https://bot.example/%7Em/~m",
        "https://bot.example/%zz",
        "https://bot.example/cb?guild=1&x=%20+",
        "https://bot.example/cb?",
        "https://münchen.example/é",
        "https://xn--mnchen-3ya.example/",
        "https://[2001:db8::1]:8443/cb",
        "http://127.0.0.1:8080/cb",
        "http://127.0.0.2:8080/cb",
        "http://localhost:65535/",
        "http://[::1]:1",
        "http://[0:0:0:0:0:0:0:1]/cb",
        "com.example.app:/cb",
        "com.example.app:/oauth2/callback?x=1",
        "myapp://cb",
        "myapp:///cb",
        "myapp:cb",
        "urn:ietf:wg:oauth:2.0:oob",
        PIN_REDIRECT_URI,
    ],
)
def test_a_redirect_uri_is_kept_byte_for_byte(uri: str) -> None:
    """A valid redirect URI is never rewritten, and matches only itself."""
    guard = RedirectGuard(uri)
    assert guard.registered == guard.check() == guard.check(uri) == uri
    with pytest.raises(RedirectURIMismatchError):
        guard.check(uri + "x")


@pytest.mark.requirement("S8")
@pytest.mark.parametrize(
    ("uri", "remedy"),
    [
        ("", "it is empty"),
        (None, "a str is needed, not NoneType"),
        (b"https://bot.example/", "a str is needed, not bytes"),
        (URL(AWAY), "a str is needed, not URL"),
        ("localhost:3031/auth", "it has no scheme; write http://localhost:3031/auth or https://…"),
        ("localhost", "write http://localhost or"),
        ("localhost:/cb", "it has no scheme"),
        ("LOCALHOST:cb", "it has no scheme"),
        ("127.0.0.1:8080", "write http://127.0.0.1:8080 or"),
        ("bot.example/cb", "write http://bot.example/cb or"),
        ("bot.example:443?x=1", "write http://bot.example:443?x=1 or"),
        ("//bot.example/cb", "write http://bot.example/cb or"),
        ("/cb", "write http://…/cb or"),
        ("/cb", "it has no scheme"),
        (":/cb", "it has no scheme"),
        ("1app:/cb", "its scheme is malformed"),
        ("my_app:/cb", "its scheme is malformed"),
        ("äpp:/cb", "its scheme is malformed"),
        ("javascript:alert(1)", "browsers do not return to the scheme"),
        ("JavaScript:alert(1)", "browsers do not return to the scheme"),
        ("data:text/html,x", "browsers do not return to the scheme"),
        ("file:///etc/passwd", "browsers do not return to the scheme"),
        ("myapp:", "nothing after the scheme"),
        ("https:", "nothing after the scheme"),
        ("https://", "there is no host"),
        ("https:///cb", "there is no host"),
        ("https:/bot.example/cb", "there is no host"),
        ("https:bot.example/cb", "there is no host"),
        ("http:8080/cb", "there is no host"),
        ("http:\\\\localhost\\cb", "there is no host"),
        ("http://:8080/cb", "there is no host"),
        (AWAY + "#", "must not have a fragment"),
        (AWAY + "#top", "must not have a fragment"),
        ("https://bot.example\\cb", "it has a backslash"),
        ("https://mika@bot.example/cb", "must not have user information"),
        ("https://mika:pw@bot.example/cb", "must not have user information"),
        ("https://@bot.example/cb", "must not have user information"),
        ("https://bot.example@evil.example/", "must not have user information"),
        (" " + AWAY, "(U+0020) at position 0"),
        (AWAY + "\n", "(U+000A) at position 22"),
        ("https://bot.example/c b", "(U+0020) at position 21"),
        ("java\tscript:alert(1)", "(U+0009)"),
        ("https://bot.example/\x00", "(U+0000)"),
        ("https://bot.example/\xa0", "(U+00A0)"),
        ("https://bot.example/\u200b", "(U+200B)"),
        ("https://bot.example/\u202e", "(U+202E)"),
        ("https://bot.example:abc/", "the port must be"),
        ("https://bot.example:/", "the port must be"),
        ("https://bot.example:0/", "the port must be"),
        ("https://bot.example:65536/", "the port must be"),
        ("https://bot.example:0099999/", "the port must be"),
        ("https://bot.example:-1/", "the port must be"),
        ("https://bot.example:٣/", "the port must be"),
        ("https://bot.example:80:80/", "the port must be"),
        ("https://http://bot.example/", "the port must be"),
        ("myapp://cb:x", "the port must be"),
        ("https://ex%41mple/", "the host has a %"),
        ("https://<host>/", "the host has a <"),
        ("https://a]b/", "the host has a ]"),
        (AWAY + "?code=1", "a parameter 'code'"),
        (AWAY + "?x=1&st%61te=1", "a parameter 'state'"),
        (AWAY + "?error", "a parameter 'error'"),
    ],
)
def test_an_invalid_redirect_uri_is_refused(uri: str, remedy: str) -> None:
    """An invalid one raises a ValueError that says how to fix it."""
    with pytest.raises(RedirectURIError, match=re.escape(remedy)) as caught:
        RedirectGuard(uri)
    assert isinstance(caught.value, ValueError)
    assert str(caught.value).startswith("redirect_uri: ")


@pytest.mark.requirement("V9")
@pytest.mark.parametrize(
    "uri",
    [
        "http://[::1",
        "http://[::1/cb",
        "http://::1/cb",
        "http://[v1.x]/",
        "http://[]/",
        "http://[",
        "http://[::1]]/",
        "http://[[::1]]/",
        "http://[::1]x/",
        "http://x[::1]/",
        "http://a]b/",
        "http://[::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://[1.2.3.4]/",
        "http://[::1]:80:90/",
        "http://\ud800/",
        "http://bot.example/\udfff",
        "\ud800://bot.example/",
        "http://bot.example:\ud800/",
    ],
)
def test_a_malformed_host_is_refused_with_our_error(uri: str) -> None:
    """Malformed IPv6 hosts and lone surrogates crash no parser."""
    with pytest.raises(RedirectURIError):
        RedirectGuard(uri)


pieces = st.lists(
    st.sampled_from(
        [*"hH/:?#[]@%.\\ é\ud800\u200b0189", "http", "https", "://", "localhost", "::1", "[::1]", "code=", "a.example"]
    )
).map("".join)


@pytest.mark.requirement("S8")
@given(st.one_of(st.text(), pieces, st.integers(), st.binary(), st.none()))
@example("https://" + "a" * 100_000)
@example("a" * 100_000 + ":")
@example("a.example/" + "a" * 100_000)
@example("https://a:" + "9" * 100_000)
def test_any_value_is_kept_or_refused(uri: str) -> None:
    """Any value raises `RedirectURIError` or is kept unchanged, and then it can be sent."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureRedirectURIWarning)
        try:
            guard = RedirectGuard(uri)
        except RedirectURIError as error:
            text = str(error)
        else:
            text = ""
            assert guard.check(uri) == uri
            assert uri.encode().decode() == uri
            assert not {" ", "#", "\\"}.intersection(uri)
    assert len(text) < 500


@pytest.mark.requirement("S7")
@pytest.mark.requirement("V23")
@given(st.text())
@example(AWAY + "/")
@example(AWAY.upper())
def test_any_other_redirect_uri_raises(passed: str) -> None:
    """A redirect URI that differs in any byte raises an error with both URIs."""
    guard = RedirectGuard(AWAY)
    if passed == AWAY:
        return
    with pytest.raises(RedirectURIMismatchError, match="the redirect URI is not the registered one: ") as caught:
        guard.check(passed)
    assert caught.value.registered == AWAY
    assert caught.value.given == mask_callback(passed)
    assert caught.value.difference in str(caught.value)


def test_a_mismatch_shows_both_and_what_to_do() -> None:
    """The message has a sentence, both URIs with a caret, and what to change."""
    with pytest.raises(RedirectURIMismatchError) as caught:
        RedirectGuard("http://127.0.0.1:8080/cb").check("http://localhost:8080/cb")
    assert str(caught.value) == (
        "the redirect URI is not the registered one: localhost for 127.0.0.1\n"
        "  registered: http://127.0.0.1:8080/cb\n"
        "  given:      http://localhost:8080/cb\n"
        "                     ^\n"
        "AniList compares it byte for byte, including letter case and percent-encoding. Change either the one in "
        "your program or the one in the application's settings."
    )
    assert caught.value.registered == "http://127.0.0.1:8080/cb"
    assert caught.value.given == "http://localhost:8080/cb"
    assert caught.value.difference == "localhost for 127.0.0.1"


def test_an_empty_redirect_uri_is_not_the_default() -> None:
    """Only None means the registered redirect URI."""
    with pytest.raises(RedirectURIMismatchError, match="it is empty"):
        RedirectGuard(AWAY).check("")


@pytest.mark.parametrize("passed", [URL(AWAY), AWAY.encode(), 5])
def test_only_a_str_is_compared(passed: str) -> None:
    """A URL object is refused even if it looks the same, because such classes rewrite the URL."""
    with pytest.raises(RedirectURIMismatchError, match=f"a {type(passed).__name__} for a str") as caught:
        RedirectGuard(AWAY).check(passed)
    assert caught.value.given == str(passed)


@pytest.mark.requirement("S19")
@pytest.mark.parametrize(
    "passed", [AWAY + "?code=hidden-1&state=hidden-2", URL(AWAY + "?code=hidden-1"), AWAY + "#access_token=hidden-1"]
)
def test_a_callback_passed_by_mistake_leaks_nothing(passed: str) -> None:
    """No text, attribute or pickle of the error contains the code, state or token."""
    with pytest.raises(RedirectURIMismatchError) as caught:
        RedirectGuard(AWAY).check(passed)
    assert "hidden" not in f"{caught.value} {caught.value!r} {vars(caught.value)}"
    assert b"hidden" not in pickle.dumps(caught.value)


@pytest.mark.requirement("S19")
@pytest.mark.parametrize(
    "uri",
    [
        "bot.example/cb?code=hidden-hidden-hidden",
        AWAY + "?code=hidden-hidden-hidden",
        AWAY + "#access_token=hidden-hidden-hidden",
        "https://mika:hidden@bot.example",
        "hiddenhiddenhiddenhiddenhiddenhidden",
        "hidden hidden",
    ],
)
def test_a_secret_in_the_place_of_the_redirect_uri_leaks_nothing(uri: str) -> None:
    """A refused value is not repeated if it may be a secret."""
    with pytest.raises(RedirectURIError) as caught:
        RedirectGuard(uri)
    assert "hidden" not in str(caught.value)


@pytest.mark.requirement("S9")
@pytest.mark.parametrize(
    "uri",
    [
        "http://example.com/callback",
        "HTTP://192.168.0.2:80/",
        "http://[::2]/",
        "http://127.0.0.1.evil.example/",
        "http://localhost.evil/",
        "http://evillocalhost/",
        "http://evil.example127.0.0.1/",
    ],
)
def test_http_to_another_host_issues_a_warning(uri: str) -> None:
    """AniList's own example uses http, so it is accepted and the warning names the risk."""
    with pytest.warns(InsecureRedirectURIWarning, match="is not https, so anyone between") as caught:
        guard = RedirectGuard(uri)
    assert guard.check(uri) == uri
    assert len(caught) == 1


def _guard() -> None:
    RedirectGuard("http://example.com/")


def _application() -> None:
    Application(client_id=1, redirect_uri="http://example.com/")


def _evolved() -> None:
    attrs.evolve(Application(client_id=1, redirect_uri=AWAY), redirect_uri="http://example.com/")


@attrs.frozen(kw_only=True)
class _Bot(Application):
    name: str = "bot"


def _subclass() -> None:
    _Bot(client_id=1, redirect_uri="http://example.com/")


@pytest.mark.requirement("S9")
@pytest.mark.parametrize("made", [_guard, _application, _evolved, _subclass], ids=lambda made: made.__name__)
def test_the_warning_points_at_the_callers_line(made: FunctionType) -> None:
    """The warning names the user's line, for a `RedirectGuard` and for an `Application`."""
    with pytest.warns(InsecureRedirectURIWarning) as caught:
        made()
    assert Path(caught[0].filename) == Path(__file__)
    assert caught[0].lineno == made.__code__.co_firstlineno + 1


def test_a_repr_shows_the_registered_uri() -> None:
    """A redirect URI is not a secret."""
    assert repr(RedirectGuard(AWAY)) == "RedirectGuard('https://bot.example/cb')"
