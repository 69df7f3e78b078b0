"""A callback is read and checked."""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from multidict import MultiDict
from yarl import URL

from anilist_oauth.errors import (
    AccessDeniedError,
    AniListOAuthError,
    AuthorizationError,
    CallbackError,
    ConfigurationError,
    InvalidCallbackError,
    StateMismatchError,
)
from anilist_oauth.oauth.callback import callback_state, parse_callback, parse_implicit, parse_pin
from anilist_oauth.oauth.callback_query import SIZE_LIMIT, Callback
from anilist_oauth.tokens.access_token import Token
from tests.naming import naming
from tests.recordings import JWT, Recorded, recorded
from tests.steps import steps_of
from tests.uris import registrable_uris

AWAY = "https://bot.example/cb"
STATE = "the-state-of-this-very-login"
CODE = "def50200" + "0f" * 350
NOW = datetime(2030, 1, 1, tzinfo=UTC)


def callback(**parameters: str) -> str:
    """Return the URL of a callback."""
    return f"{AWAY}?{urlencode(parameters)}"


def parse(given: Callback, *, expected_state: str = STATE, redirect_uri: str | None = None) -> str:
    """Parse a callback of the login under test."""
    return parse_callback(given, expected_state=expected_state, redirect_uri=redirect_uri)


@pytest.mark.parametrize(
    "given",
    [
        callback(code=CODE, state=STATE),
        callback(state=STATE, code=CODE, unknown="x", scope=""),
        callback(x="1", code=CODE, state=STATE),
        callback(code=CODE, state=STATE, error=""),
        callback(code=CODE, state=STATE) + "#",
        f"{AWAY}?&code={CODE}&&state={STATE}",
        URL(callback(code=CODE, state=STATE)),
        {"code": CODE, "state": STATE},
        {"code": [CODE], "state": [STATE]},
        MultiDict(code=CODE, state=STATE),
    ],
    ids=range(10),
)
def test_a_callback_gives_its_code(given: Callback) -> None:
    """Every form of a callback gives the code, and unknown parameters are ignored."""
    assert parse(given) == CODE
    assert callback_state(given) == STATE


@pytest.mark.requirement("S2")
@pytest.mark.requirement("S10")
@pytest.mark.requirement("V22")
@pytest.mark.parametrize(
    "given", [callback(code=CODE), callback(code=CODE, state=""), {"code": CODE, "state": None}, ""]
)
def test_a_missing_state_is_refused(given: Callback) -> None:
    """A missing or empty state is refused, because nothing shows whose login it is."""
    with pytest.raises(StateMismatchError) as caught:
        parse(given)
    assert caught.value.reason == "missing"
    assert callback_state(given) is None


@pytest.mark.requirement("S2")
@pytest.mark.requirement("S11")
@pytest.mark.requirement("S27")
@pytest.mark.requirement("V22")
@pytest.mark.parametrize(
    "state", ["x", STATE[:-1], STATE + "x", STATE.upper(), f" {STATE}", STATE + "\u200b", "\ud800"]
)
@pytest.mark.parametrize("extra", [{"code": CODE}, {"error": "access_denied"}, {}])
def test_another_state_is_refused(state: str, extra: dict[str, str]) -> None:
    """With another state, neither the code nor the error is used."""
    with pytest.raises(StateMismatchError) as caught:
        parse({"state": state, **extra})
    assert caught.value.reason == "unknown"


@pytest.mark.requirement("S2")
@pytest.mark.parametrize("expected", ["", None, 5, b"x"])
@pytest.mark.parametrize("state", ["", "None", "5", "x", STATE])
def test_no_state_matches_an_empty_expected_state(expected: str, state: str) -> None:
    """A caller who has lost the state gets no code."""
    with pytest.raises(StateMismatchError):
        parse({"code": CODE, "state": state}, expected_state=expected)


@pytest.mark.requirement("S10")
@pytest.mark.requirement("S22")
@pytest.mark.parametrize("name", ["code", "state", "error", "iss"])
def test_a_repeated_parameter_is_refused(name: str) -> None:
    """Which of two values is right is not guessed."""
    fine = {"code": CODE, "state": STATE, "iss": "https://anilist.co"}
    again = {"code": CODE, "state": STATE}.get(name, "x")
    callbacks: list[Callback] = [
        f"{callback(**fine)}&{name}={again}&{name}={again}",
        {**fine, name: [again, again]},
    ]
    for repeated in callbacks:
        for read in (parse, callback_state):
            with pytest.raises(InvalidCallbackError, match=f"'{name}' more than once"):
                read(repeated)
    assert parse({**fine, "x": ["1", "2"]}) == CODE


@pytest.mark.requirement("S22")
@pytest.mark.parametrize("iss", ["https://anilist.co", "https://evil.example", ""])
def test_iss_is_ignored(iss: str) -> None:
    """AniList sends no `iss`, and there is no other server to confuse it with."""
    assert parse(callback(code=CODE, state=STATE, iss=iss)) == CODE


@pytest.mark.parametrize("given", [callback(state=STATE), callback(state=STATE, code=""), {"state": STATE}])
def test_a_callback_without_a_code_is_refused(given: Callback) -> None:
    """A callback with neither a code nor an error is refused."""
    with pytest.raises(InvalidCallbackError, match="neither a code nor an error"):
        parse(given)


@pytest.mark.requirement("S11")
@pytest.mark.requirement("V19")
@pytest.mark.parametrize(("state", "verified"), [({"state": STATE}, True), ({"state": ""}, False), ({}, False)])
def test_a_denial_raises(state: dict[str, str], *, verified: bool) -> None:
    """A denial is only verified if it has the right state, because anybody can make up one without."""
    for extra in ({}, {"code": CODE}, {"hint": "The user denied the request", "message": "denied"}):
        with pytest.raises(AccessDeniedError, match="the user declined") as caught:
            parse({"error": "access_denied", **state, **extra})
        assert caught.value.verified is verified


@pytest.mark.requirement("S11")
@pytest.mark.parametrize("name", ["error_description", "message"])
@pytest.mark.parametrize("verified", [True, False])
def test_another_error_raises(name: str, *, verified: bool) -> None:
    """The error keeps the server's texts separately, for old and new server versions."""
    state = {"state": STATE} if verified else {}
    given = {"error": "invalid_scope", name: "The scope is invalid", "hint": "Check the `nope` scope", **state}
    with pytest.raises(AuthorizationError) as caught:
        parse(callback(**given))
    error = caught.value
    assert (error.error, error.description, error.hint, error.verified) == (
        "invalid_scope",
        "The scope is invalid",
        "Check the `nope` scope",
        verified,
    )
    assert str(error) == (
        "AniList did not let the user log in (invalid_scope; The scope is invalid; Check the `nope` scope); "
        "start a new login"
    )


@pytest.mark.requirement("S11")
@pytest.mark.requirement("V18")
def test_texts_of_a_callback_are_cleaned() -> None:
    """Texts are cut to 300 characters without control characters, and markup stays text."""
    evil = "<img src=x onerror=alert(1)>"
    long = evil + "\x1b[2J\r\nSet-Cookie: a=b\u202e" + "x" * 10_000
    with pytest.raises(AuthorizationError) as caught:
        parse(callback(error=long, error_description=long, hint=long, state=STATE, x=evil))
    for text in (caught.value.error, caught.value.description, caught.value.hint):
        assert text is not None
        assert text.startswith(evil + "[2J Set-Cookie: a=bxxx")
        assert len(text) == 300
        assert text.isprintable()
    assert str(caught.value).isprintable()


def test_an_error_without_text_is_an_error() -> None:
    """An error whose texts are invisible raises without texts."""
    with pytest.raises(AuthorizationError) as caught:
        parse({"error": "\x00", "hint": "\x00", "state": STATE})
    assert (caught.value.error, caught.value.description, caught.value.hint) == ("", None, None)


@pytest.mark.requirement("S19")
@pytest.mark.requirement("V15")
def test_secrets_in_an_error_are_masked() -> None:
    """An error that repeats the state, the code or a token does not show it."""
    text = f"{STATE} {CODE} {JWT}"
    with pytest.raises(AuthorizationError) as caught:
        parse(callback(error=f"bad {STATE}", error_description=text, hint=text, state=STATE, code="the-code-of-it"))
    shown = f"{caught.value} {caught.value!r} {vars(caught.value)}"
    assert not [secret for secret in (STATE, CODE, JWT, "the-code-of-it") if secret in shown]


SECRETS = ("hidden-code", "hidden-state", "hidden-token", STATE, "def50200", JWT)


@pytest.mark.requirement("S19")
@pytest.mark.requirement("V15")
@pytest.mark.parametrize(
    "given",
    [
        callback(code="hidden-code", state="hidden-state"),
        callback(code="hidden-code"),
        callback(state=STATE),
        callback(error="hidden-code", code="hidden-code", state=STATE),
        callback(code="hidden-code", state=STATE) + "&code=hidden-code",
        callback(code="hidden-code", state=STATE) + "&state=hidden-state",
        callback(code="hidden-code", state=STATE) + "#access_token=hidden-token",
        callback(access_token="hidden-token"),
        f"https://evil.example/cb?code=hidden-code&state={STATE}",
        f"https://evil.example/def50200{'0f' * 20}?code=hidden-code&state={STATE}",
        f"https://evil.example/{JWT}?code=hidden-code&state={STATE}",
        f"https://bot.example:x/cb?code=hidden-code&state={STATE}",
        f"https://[::1/cb?code=hidden-code&state={STATE}",
        {"code": ["hidden-code", 5], "state": STATE},
        {"code": b"hidden-code", "state": STATE},
        callback(code="hidden-code" * SIZE_LIMIT, state=STATE),
    ],
    ids=range(16),
)
def test_no_refusal_shows_a_secret(given: Callback) -> None:
    """No message, attribute, cause or context contains the code, state or token."""
    with pytest.raises(AniListOAuthError) as caught:
        parse(given, redirect_uri=AWAY)
    error: BaseException | None = caught.value
    while error:
        shown = f"{error} {error!r} {vars(error)}"
        assert not [secret for secret in SECRETS if secret in shown]
        error = error.__cause__ or error.__context__


@pytest.mark.requirement("S29")
@pytest.mark.parametrize(
    "given",
    [
        callback(access_token=JWT, state=STATE),
        callback(access_token=JWT, code=CODE, state=STATE),
        f"{AWAY}#access_token={JWT}&token_type=Bearer&expires_in=31536000&state={STATE}",
        f"{callback(code=CODE, state=STATE)}#access_token={JWT}",
        URL(f"{AWAY}#access_token={JWT}"),
        {"access_token": JWT, "state": STATE},
    ],
    ids=range(6),
)
def test_an_implicit_token_is_refused_as_a_code(given: Callback) -> None:
    """The code flow refuses a token in the query, the fragment or a paste, whatever its state is."""
    for expected in (STATE, "o" * len(STATE)):
        with pytest.raises(InvalidCallbackError, match="an access token"):
            parse_callback(given, expected_state=expected)
    if isinstance(given, str):
        with pytest.raises(InvalidCallbackError, match="this is an access token, not a code"):
            parse_pin(given)


@pytest.mark.parametrize(
    ("registered", "came"),
    [
        (AWAY, AWAY),
        ("http://EXAMPLE.com:80/a/../cb", "http://example.com/cb"),
        ("https://h.example:443/cb", "https://h.example/cb"),
        ("HTTPS://h.example/cb", "https://h.example/cb"),
        ("https://h.example:8443", "https://h.example:8443/"),
        ("https://münchen.example/é", "https://xn--mnchen-3ya.example/%C3%A9"),
        ("https://MÜNCHEN.example/", "https://xn--mnchen-3ya.example/"),
        ("https://h.example/a/%2e%2E/./cb", "https://h.example/cb"),
        ("https://h.example/cb/.", "https://h.example/cb/"),
        ('https://h.example/{a}|"<b>`^', "https://h.example/%7Ba%7D|%22%3Cb%3E%60^"),
        ("http://[0:0:0:0:0:0:0:1]:8080/cb", "http://[::1]:8080/cb"),
        ("https://h.example/cb?x=1", "https://h.example/cb?x=1"),
        ("https://h.example/~m", "https://h.example/~m"),
        ("com.example.app:/cb", "com.example.app:/cb"),
        ("myapp://cb", "myapp://cb"),
        ("myapp:cb", "myapp:cb"),
        ("myapp:cb?x=1", "myapp:cb?x=1"),
    ],
)
def test_the_url_may_be_as_browsers_rewrite_it(registered: str, came: str) -> None:
    """The URL matches the redirect URI even after a browser has normalized it."""
    given = f"{came}{'&' if '?' in came else '?'}code={CODE}&state={STATE}"
    assert parse(given, redirect_uri=registered) == CODE
    assert parse(f" {given}\n", redirect_uri=registered) == CODE


def test_the_redirect_uri_may_be_a_url_object() -> None:
    """A URL object is accepted here, because only the place is compared."""
    odd: Any = URL(AWAY)
    assert parse(callback(code=CODE, state=STATE), redirect_uri=odd) == CODE


@given(registrable_uris)
def test_every_redirect_uri_matches_its_own_callback(registered: str) -> None:
    """Every URI that can be registered matches, if a browser can open it."""
    given = f"{registered}{'&' if '?' in registered else '?'}code={CODE}&state={STATE}"
    try:
        read = parse(given, redirect_uri=registered)
    except InvalidCallbackError as error:
        read = str(error)
    assert read in {CODE, "the callback's URL is malformed; start a new login"}


@pytest.mark.requirement("S27")
@pytest.mark.parametrize(
    ("registered", "came"),
    [
        (AWAY, "http://bot.example/cb"),
        (AWAY, "https://evil.example/cb"),
        (AWAY, " https://evil.example/cb"),
        (AWAY, "https://bot.example@evil.example/cb"),
        (AWAY, "https://mika@bot.example/cb"),
        (AWAY, "https://bot.example:8443/cb"),
        (AWAY, "https://bot.example/cb/"),
        (AWAY, "https://bot.example/CB"),
        (AWAY, "https://bot.example/"),
        (AWAY, "https://bot.example"),
        (AWAY, "https://bot.example/cb%2F"),
        (AWAY, "com.example.app:/cb"),
        ("com.example.app:/cb", "com.example.app:/c"),
        ("com.example.app:/cb", "com.evil.app:/cb"),
        ("myapp://cb", "myapp://bc"),
    ],
)
def test_a_callback_to_another_place_is_refused(registered: str, came: str) -> None:
    """Scheme, host, port and path must be the same, and the error names both URLs."""
    with pytest.raises(InvalidCallbackError, match="which is not the redirect URI"):
        parse(f"{came}?code={CODE}&state={STATE}", redirect_uri=registered)


@pytest.mark.parametrize(
    "given", [f"?code={CODE}&state={STATE}", f"/x?code={CODE}&state={STATE}", {"code": CODE, "state": STATE}]
)
def test_a_query_alone_is_not_compared(given: Callback) -> None:
    """Behind a proxy, only the query may be known."""
    assert parse(given, redirect_uri=AWAY) == CODE


@pytest.mark.requirement("V8")
@pytest.mark.requirement("V9")
@pytest.mark.parametrize(
    "came",
    [
        "https://[::1",
        "https://[v1.x]/",
        "https://h:x/",
        "https://h:99999/",
        "https://xn--/",
        "https://[]@/",
        "https://\u2100/",
        "x:",
    ],
)
def test_a_malformed_url_is_refused(came: str) -> None:
    """A malformed URL raises our error and crashes no parser."""
    with pytest.raises(InvalidCallbackError):
        parse(f"{came}?code={CODE}&state={STATE}", redirect_uri=AWAY)


anything = st.one_of(
    st.text(),
    st.text("codestate=&?#%/:.@[]é\ud800"),
    st.text("/:.@[]%é\\ ?#0").map("https://{}".format),
    st.dictionaries(
        st.sampled_from(["code", "state", "error", "iss", "access_token", "hint", "message", "expires_in"]),
        st.none() | st.text() | st.lists(st.text() | st.none(), max_size=2) | st.integers() | st.binary(),
    ),
)


@pytest.mark.requirement("V8")
@given(anything)
@example("https://bot.example/cb?" + "code=" * 13_000)
@example({"access_token": "a", "expires_in": "9" * 60_000})
@example("https://bot.example/cb?code=%ff&state=%ed%a0%80")
@example({"code": "a", "state": "\ud800"})
def test_any_callback_is_read_or_raises_our_error(given: Any) -> None:
    """Every function returns a result or raises a `CallbackError`, for any input."""
    readers = (
        lambda: parse(given, redirect_uri=AWAY),
        lambda: parse(given),
        lambda: callback_state(given),
        lambda: parse_implicit(given, now=NOW),
        lambda: parse_pin(given),
    )
    for read in readers:
        try:
            result: object = read()
        except CallbackError as error:
            result = str(error)
        assert isinstance(result, str | Token | None)


@given(st.text("aA0-_.~", min_size=22), st.text(min_size=1), st.text(min_size=1))
def test_only_the_expected_state_gives_a_code(expected: str, state: str, code: str) -> None:
    """There is a code only if the two states are the same."""
    given = {"code": code, "state": state}
    assert parse({"code": code, "state": expected}, expected_state=expected) == code
    if state != expected:
        with pytest.raises(StateMismatchError):
            parse(given, expected_state=expected)


ROWS = [row for row in recorded() if any(place in row.location for place in ("/callback", "/cb"))]
ODD_STATES = {
    "approve, odd state": 'a b+c/d=e&f é%"<',
    "approve, state with blanks at the ends": " x ",
    "approve, state long 2000": "k" * 2000,
    "deny, odd state": "a b+c/d=e&f é",
}


@pytest.mark.requirement("S11")
@pytest.mark.requirement("S29")
def test_every_recorded_callback_is_understood() -> None:
    """The recorded callbacks of every server version are read correctly."""
    for row in ROWS:
        with naming(row):
            understands(row)


def understands(row: Recorded) -> None:
    """Check that one recorded callback is read correctly."""
    state = callback_state(row.location)
    fragment = row.location.partition("#")[2]
    if "access_token" in fragment:
        assert parse_implicit(row.location, now=NOW).expires_at == NOW + timedelta(days=365)
        outcome: type[Exception] | None = InvalidCallbackError
    elif fragment:
        with pytest.raises(AccessDeniedError if "access_denied" in fragment else AuthorizationError):
            parse_implicit(row.location, now=NOW)
        outcome = StateMismatchError
    elif "error=access_denied" in row.location:
        outcome = AccessDeniedError
    elif "error=" in row.location:
        outcome = AuthorizationError
    else:
        outcome = None if state else StateMismatchError
    if outcome is None:
        assert parse(row.location, expected_state=state or "") == "CODE"
    else:
        with pytest.raises(outcome) as caught:
            parse(row.location, expected_state=state or STATE)
        if isinstance(caught.value, AccessDeniedError | AuthorizationError):
            assert caught.value.verified is bool(state)
        if isinstance(caught.value, AuthorizationError):
            assert caught.value.error == "invalid_scope"
            assert caught.value.hint == "Check the `nope` scope"
            assert caught.value.description == "The requested scope is invalid, unknown, or malformed"


def test_an_unencoded_state_does_no_harm() -> None:
    """Passport does not encode the state in a denial, so a state with other characters comes back changed."""
    raw = next(row.location for row in ROWS if row.probe == "deny, odd state" and "Passport 10" in row.servers)
    assert callback_state(raw) == "a b c/d=e"
    with pytest.raises(StateMismatchError):
        parse(raw, expected_state="a b+c/d=e&f é")


@pytest.mark.parametrize(
    "pasted",
    [
        CODE,
        f"  {CODE}\n",
        f"'{CODE}'",
        f"“{CODE}”",
        f"`{CODE}`",
        f"```\n{CODE}\n```",
        f"```text\n{CODE[:80]}\n{CODE[80:]}\n```\n",
        f"||{CODE}||",
        f"<https://anilist.co/api/v2/oauth/pin?code={CODE}>",
        f"{CODE[:300]}\r\n{CODE[300:]}",
        f"\ufeff{CODE[:300]}\u200b{CODE[300:]}",
        f"code={CODE}",
        f"?code={CODE}",
        f"code={CODE}&state=",
        f"https://anilist.co/api/v2/oauth/pin?code={CODE}",
        f"anilist.co/api/v2/oauth/pin?code={CODE}",
        f"{CODE}&state=s1",
        f"{CODE[:-5]}\n{CODE[-5:]}",
        f"{CODE[:16]} {CODE[16:]}",
        f"{CODE[:16]}\t{CODE[16:]}",
        f"```\n{CODE[:16]} {CODE[16:]}\n```",
    ],
    ids=range(21),
)
def test_a_pin_is_understood_as_people_paste_it(pasted: str) -> None:
    """The code may be pasted alone or in an address, with what chats and terminals add to it."""
    assert parse_pin(pasted) == CODE


@pytest.mark.requirement("S29")
@pytest.mark.parametrize(
    ("pasted", "text"),
    [
        ("", "no code in this"),
        (" \n", "no code in this"),
        ("``", "no code in this"),
        ("code=", "no code in this"),
        ("https://anilist.co/api/v2/oauth/pin", "no code in this"),
        ("anilist.co/api/v2/oauth/pin", "no code in this"),
        ("der Code ist größer", "text without a code"),
        (f"{CODE[:15]} {CODE[15:]}", "text without a code"),
        (f"{CODE[:-15]}\t{CODE[-15:]}", "text without a code"),
        (f"```\nhere {CODE}\n```", "text without a code"),
        ("code=a%20b", "no code in this"),
        ("code=a%00b", "no code in this"),
        ("code=1&code=2", "'code' more than once"),
        ("?&", "no code in this"),
        (JWT, "this is an access token"),
        (f"access_token={JWT}", "this is an access token"),
        ("a" * (SIZE_LIMIT + 1), "longer than 64 KiB"),
        (None, "must be a str, not NoneType"),
        (b"code", "must be a str, not bytes"),
    ],
    ids=range(19),
)
def test_anything_but_a_pin_is_refused(pasted: str, text: str) -> None:
    """The error says what to paste instead."""
    with pytest.raises(InvalidCallbackError, match=text):
        parse_pin(pasted)


@pytest.mark.requirement("S11")
def test_a_denial_can_be_pasted() -> None:
    """The pasted address of a denial is an unverified denial."""
    with pytest.raises(AccessDeniedError) as caught:
        parse_pin(f"https://anilist.co/api/v2/oauth/pin?error=access_denied&state={STATE}")
    assert not caught.value.verified
    with pytest.raises(AccessDeniedError):
        parse_pin("https://anilist.co/api/v2/oauth/pin?&error=access_denied")


@pytest.mark.requirement("S19")
@pytest.mark.requirement("V15")
def test_a_bad_paste_is_not_repeated() -> None:
    """No error shows the pasted text, because it may be a secret."""
    for pasted in ("hidden hidden é", "code=hidden%20hidden", "access_token=hidden", "hidden/hidden"):
        with pytest.raises(InvalidCallbackError) as caught:
            parse_pin(pasted)
        assert "hidden" not in f"{caught.value!r} {caught.value.__cause__!r}"


@pytest.mark.parametrize(
    "given",
    [
        f"{AWAY}#access_token={JWT}&token_type=Bearer&expires_in=3600",
        f"https://anilist.co/api/v2/oauth/pin#access_token={JWT}&token_type=Bearer&expires_in=3600&state=x",
        f"access_token={JWT}&token_type=Bearer&expires_in=3600",
        f"#access_token={JWT}&expires_in=3600",
        f"  `#access_token={JWT[:50]}\n{JWT[50:]}&expires_in=3600`",
        f"{JWT}&token_type=Bearer&expires_in=3600",
        {"access_token": JWT, "expires_in": "3600"},
        URL(f"{AWAY}#access_token={JWT}&expires_in=3600"),
        f"{AWAY}?{urlencode({'access_token': JWT, 'expires_in': '3600'})}",
    ],
    ids=range(9),
)
def test_an_implicit_token_is_read(given: Callback) -> None:
    """A token is read from the fragment, the query or a paste, and its lifetime begins now."""
    assert parse_implicit(given, now=NOW) == Token(access_token=JWT, expires_at=NOW + timedelta(hours=1))


@pytest.mark.parametrize("expires_in", ["", "&expires_in=", *(f"&expires_in={quote_plus(odd)}" for odd in (
    "0", "-5", "1.5", "x", "٣", "1_0", "+5", "9" * 11, "9" * 60_000, "5" + "\x00"))], ids=range(12))  # fmt: skip
def test_without_a_usable_lifetime_the_claims_count(expires_in: str) -> None:
    """Without a usable expires_in, the token's claims say when it expires."""
    expires_at = datetime(2027, 11, 24, 6, 46, 50, 765000, tzinfo=UTC)
    assert parse_implicit(f"#access_token={JWT}{expires_in}"[:SIZE_LIMIT], now=NOW).expires_at == expires_at


def test_a_bare_token_can_be_pasted() -> None:
    """The claims of a bare token say when it expires, and an opaque token is only read as a parameter."""
    assert parse_implicit(f" {JWT}\n", now=NOW) == Token.from_access_token(JWT)
    with pytest.raises(InvalidCallbackError, match="there is no access token in this"):
        parse_implicit("opaque", now=NOW)
    assert parse_implicit("access_token=opaque", now=NOW) == Token(access_token="opaque", expires_at=None)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("", "there is no access token in this"),
        (AWAY, "there is no access token in this"),
        (f"{AWAY}?code={CODE}", "there is no access token in this"),
        ("access_token=", "there is no access token in this"),
        ("access_token=hidden%20hidden", "damaged"),
        ("access_token=hidd%C3%A9n", "damaged"),
        ("access_token=a&access_token=b", "more than once"),
        (None, "not NoneType"),
    ],
)
def test_anything_but_an_implicit_token_is_refused(given: str, text: str) -> None:
    """The error says what to copy, and does not repeat the text."""
    with pytest.raises(InvalidCallbackError, match=text) as caught:
        parse_implicit(given, now=NOW)
    assert "hidd" not in f"{caught.value!r} {caught.value.__cause__!r}"


@pytest.mark.requirement("S11")
@pytest.mark.parametrize("mark", ["?", "#", "#state=s1?"])
def test_an_implicit_denial_raises(mark: str) -> None:
    """A denial is in the query or the fragment, depending on the server version, and is never verified."""
    with pytest.raises(AccessDeniedError) as caught:
        parse_implicit(f"{AWAY}{mark}error=access_denied&hint=x", now=NOW)
    assert not caught.value.verified
    with pytest.raises(AuthorizationError, match="invalid_scope") as other:
        parse_implicit(f"{AWAY}{mark}error=invalid_scope&hint=x", now=NOW)
    assert not other.value.verified


@pytest.mark.parametrize("now", [None, NOW.replace(tzinfo=None)])
def test_a_lifetime_counts_from_an_aware_time(now: Any) -> None:
    """A naive time raises our error."""
    with pytest.raises(ConfigurationError, match=r"^now: .*aware"):
        parse_implicit(f"#access_token={JWT}&expires_in=3600", now=now)


def test_a_lifetime_beyond_the_year_9999_is_unknown() -> None:
    """``expires_in`` would end after the year 9999, so the expiry is None."""
    late = datetime(9999, 12, 1, tzinfo=UTC)
    assert parse_implicit("#access_token=a.b.c&expires_in=9999999999", now=late).expires_at is None


@pytest.mark.requirement("S35")
def test_every_reader_takes_linear_time() -> None:
    """Twice the input takes about twice as many steps, for each reader and each odd form of input."""
    shapes: dict[str, Callable[[int], object]] = {
        "many names": lambda n: callback_state("&".join(f"n{i}=x" for i in range(n))),
        "one name": lambda n: _any_error(lambda: callback_state("&".join(["code=x"] * n))),
        "a mapping": lambda n: callback_state(MultiDict((f"n{i}", "x") for i in range(n))),
        "a long state": lambda n: callback_state({"state": "x" * n}),
        "ampersands": lambda n: callback_state("&" * n),
        "question marks": lambda n: _any_error(lambda: callback_state("#" + "?" * n)),
        "a pasted run of blanks": lambda n: _any_error(lambda: parse_pin(" " * n)),
        "backticks": lambda n: _any_error(lambda: parse_pin("`" * n)),
        "fences": lambda n: _any_error(lambda: parse_pin("``` \n" * n)),
        "dots": lambda n: _any_error(lambda: parse_implicit("a." * n, now=NOW)),
        "an error": lambda n: _any_error(lambda: parse({"error": "eyJ" * n, "state": STATE}, expected_state=STATE)),
    }
    for name, read in shapes.items():
        with naming(name):
            read(10)
            once, twice = steps_of(partial(read, 2_000)), steps_of(partial(read, 4_000))
            assert twice <= 2.2 * once + 200


def _any_error(call: Callable[[], object]) -> None:
    with contextlib.suppress(AniListOAuthError):
        call()
