"""The settings of an application are checked."""

import copy
import pickle
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anilist_oauth.errors import ConfigurationError, RedirectURIError
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.redirect_uri import RedirectGuard

AWAY = "https://bot.example/cb"
SECRET = "hidden0123456789hidden0123456789hidden01"


def application(client_id: str | int = 12345, client_secret: str | None = SECRET) -> Application:
    """Return an application with some fields replaced."""
    return Application(client_id=client_id, client_secret=client_secret, redirect_uri=AWAY)


@pytest.mark.parametrize("client_id", [12345, "12345", " 12345", "12345\r\n", "\t12345\u3000"])
def test_a_client_id_is_a_clean_str(client_id: str | int) -> None:
    """A number becomes a str and surrounding whitespace is stripped, which is the most reported mistake."""
    assert application(client_id).client_id == "12345"


def test_blanks_around_a_secret_are_stripped() -> None:
    """A newline from a file or a space from a paste is not part of the secret."""
    assert application(client_secret=f" {SECRET}\n").client_secret == SECRET


def test_a_secret_is_optional() -> None:
    """A program that only shows an authorization URL needs no secret."""
    made = Application(client_id=1, redirect_uri=AWAY)
    assert made.client_secret is None
    assert "client_secret=None" in repr(made)


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("123 45", "it contains a space"),
        ("123\x0045", "it contains a space or control character"),
        ("\ufeff12345", "it contains a space or control character"),
        ("\ud800", "it contains a space or control character"),
        (b"12345", "not bytes"),
        (1.5, "not float"),
        (True, "not bool"),
        (["12345"], "not list"),
    ],
)
def test_a_wrong_setting_is_refused(value: str, remedy: str) -> None:
    """The error names the field, says how to fix it, and does not repeat the value."""
    with pytest.raises(ConfigurationError, match=f"^client_id: .*{remedy}"):
        application(client_id=value)
    with pytest.raises(ConfigurationError, match=f"^client_secret: .*{remedy}"):
        application(client_secret=value)


@pytest.mark.parametrize("client_id", [None, 0, -1, 2**63, 10**5_000], ids=range(5))
def test_an_odd_client_id_is_refused(client_id: int) -> None:
    """A client id must be present, and a number must be a possible id."""
    with pytest.raises(ConfigurationError, match="client_id: "):
        application(client_id=client_id)


def test_a_number_is_not_a_secret() -> None:
    """Only an id may be a number, because a secret may begin with zeros."""
    secret: Any = 12345
    with pytest.raises(ConfigurationError, match="client_secret: a string is needed, not int"):
        application(client_secret=secret)


@pytest.mark.requirement("S8")
def test_a_bad_redirect_uri_is_refused() -> None:
    """The redirect URI is checked at once, and never stripped."""
    with pytest.raises(RedirectURIError, match="has no scheme"):
        Application(client_id=1, redirect_uri="localhost:3031/auth")
    with pytest.raises(RedirectURIError, match="whitespace"):
        Application(client_id=1, redirect_uri=AWAY + " ")


anything = st.one_of(st.text(), st.integers(), st.floats(), st.binary(), st.none(), st.booleans(), st.lists(st.text()))


@given(anything, anything, anything)
def test_any_settings_are_accepted_or_raise_our_error(client_id: str, client_secret: str, redirect_uri: str) -> None:
    """Any settings make an application or raise `ConfigurationError`."""
    try:
        made = Application(client_id=client_id, client_secret=client_secret, redirect_uri=redirect_uri)
    except ConfigurationError as error:
        shown = str(error)
    else:
        shown = repr(made)
        assert made.client_id.split() == [made.client_id]
    assert shown


@pytest.mark.requirement("S19")
def test_a_secret_is_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    """The secret is in no repr, str or format, and is not logged."""
    made = application()
    assert repr(made) == ("Application(client_id='12345', redirect_uri='https://bot.example/cb', client_secret=***)")
    assert SECRET not in f"{made} {made!r} {made!s} {[made]} {RedirectGuard(AWAY)}"
    assert not caplog.records


@pytest.mark.requirement("S19")
@pytest.mark.parametrize("secret", ["hidden hidden", "hidden\x00hidden", "hidden\nhidden"])
def test_a_refused_secret_is_not_repeated(secret: str) -> None:
    """Neither the error that refuses a secret nor its causes show it."""
    with pytest.raises(ConfigurationError) as caught:
        application(client_secret=secret)
    assert "hidden" not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"


@pytest.mark.requirement("S19")
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_secret_is_not_pickled(protocol: int) -> None:
    """A pickle would contain the secret in plain text."""
    with pytest.raises(TypeError, match="Application holds a secret and cannot be pickled") as caught:
        pickle.dumps({"a": application()}, protocol)
    assert SECRET not in str(caught.value)


def test_a_copy_is_itself() -> None:
    """An application cannot change, so a copy of it is the same object."""
    made = application()
    assert copy.copy(made) is made
    assert copy.deepcopy([made])[0] is made


def test_it_is_a_value() -> None:
    """Equal settings are equal and have the same hash, and cannot be changed."""
    made = application()
    untyped: Any = made
    assert made == application(" 12345 ")
    assert len({made, application(), application(client_secret=None)}) == 2
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        untyped.client_id = "6"
    moved = attrs.evolve(made, redirect_uri="app:/cb")
    assert moved.guard.check() == moved.redirect_uri == "app:/cb"
    assert made.guard.registered == AWAY


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The three variables make an application, and their prefix can be chosen."""
    for name, value in {"ID": " 12345", "SECRET": SECRET + "\n"}.items():
        monkeypatch.setenv(f"MY_CLIENT_{name}", value)
    monkeypatch.setenv("MY_REDIRECT_URI", AWAY)
    assert Application.from_env("MY_") == application()


@pytest.mark.parametrize(
    ("present", "text"),
    [
        ((), "set ANILIST_CLIENT_ID, ANILIST_CLIENT_SECRET and ANILIST_REDIRECT_URI in the environment"),
        (("CLIENT_ID",), "set ANILIST_CLIENT_SECRET and ANILIST_REDIRECT_URI in the environment"),
        (("CLIENT_ID", "REDIRECT_URI"), "set ANILIST_CLIENT_SECRET in the environment"),
    ],
)
def test_every_missing_variable_is_named_at_once(
    monkeypatch: pytest.MonkeyPatch, present: tuple[str, ...], text: str
) -> None:
    """The error names all variables that are missing, empty or blank."""
    for name, blank in (("CLIENT_ID", ""), ("CLIENT_SECRET", " "), ("REDIRECT_URI", "\n")):
        monkeypatch.setenv(f"ANILIST_{name}", "5" if name in present else blank)
    with pytest.raises(ConfigurationError) as caught:
        Application.from_env()
    assert str(caught.value) == text
    monkeypatch.delenv("ANILIST_CLIENT_SECRET")
    with pytest.raises(ConfigurationError, match="ANILIST_CLIENT_SECRET"):
        Application.from_env()


@pytest.mark.requirement("S9")
def test_the_environment_is_checked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values from the environment are checked like any other, and a warning names the caller's file."""
    for name in ("CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.setenv(f"ANILIST_{name}", "5")
    monkeypatch.setenv("ANILIST_REDIRECT_URI", "http://example.com/callback")
    with pytest.warns(UserWarning, match="is not https") as caught:
        Application.from_env()
    assert caught[0].filename == __file__


@pytest.mark.parametrize("prefix", [None, 5, b"ANILIST_", "é", "\ud800", "A\0"])
def test_an_invalid_prefix_is_refused(prefix: Any) -> None:
    """A prefix that no variable can have raises our error."""
    with pytest.raises(ConfigurationError, match=r"prefix: .+ANILIST_"):
        Application.from_env(prefix)
