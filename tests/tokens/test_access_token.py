"""The access token as a value."""

import copy
import json
import pickle
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.tokens.access_token import Token, bearer_headers
from anilist_oauth.tokens.claims import peek_claims
from tests.constants import Constant

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiIzNjIiLCJzdWIiOiIxMTIwODQiLCJleHAiOjE1NTQ2NDYwOTd9.hidden"
DEAD = datetime(2019, 4, 7, 14, 8, 17, tzinfo=UTC)


class Nowhere(tzinfo):
    """A time zone without an offset, so that its times are naive."""

    def nothing(self, _: datetime | None) -> None:
        """Return nothing."""

    utcoffset = dst = tzname = nothing


def token(access_token: str = JWT, expires_at: datetime | None = DEAD, token_type: str = "Bearer") -> Token:
    """Return a token."""
    return Token(access_token=access_token, expires_at=expires_at, token_type=token_type)


@pytest.mark.parametrize(
    "value", ["", " ", "a b", "a\n", "\ta", "a\x00", "é", "\ud800", "a\x7f", None, 5, b"a", ["a"]], ids=ascii
)
def test_a_string_that_cannot_be_sent_is_not_a_token(value: str) -> None:
    """Every constructor only accepts visible ASCII, as a header does."""
    for make in (token, Token.from_access_token, bearer_headers):
        with pytest.raises(ConfigurationError, match="access_token: a string of visible ASCII"):
            make(value)


@pytest.mark.parametrize("token_type", ["Bearer", "bearer", "BEARER"])
def test_the_type_is_always_bearer(token_type: str) -> None:
    """However a server writes the type, it is sent as AniList accepts it."""
    assert token(token_type=token_type).token_type == "Bearer"


@pytest.mark.parametrize("token_type", ["mac", "", "Bearer ", None, 5])
def test_another_type_is_refused(token_type: str) -> None:
    """A token that is not a bearer token cannot be used (RFC 6749 section 7.1)."""
    with pytest.raises(ConfigurationError, match="only Bearer"):
        token(token_type=token_type)


@pytest.mark.parametrize(
    "value",
    [
        DEAD.replace(tzinfo=None),
        datetime(2030, 1, 1, tzinfo=Nowhere()),
        date(2030, 1, 1),
        1893456000,
        "2030-01-01T00:00Z",
    ],
)
def test_an_expiry_is_an_aware_datetime(value: datetime) -> None:
    """A time without a zone, or any other type, is refused."""
    with pytest.raises(ConfigurationError, match="expires_at: an aware datetime is needed"):
        token(expires_at=value)


@pytest.mark.parametrize(
    "value",
    [
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-23))),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=23))),
    ],
)
def test_an_expiry_beyond_the_calendar_is_refused(value: datetime) -> None:
    """A time that UTC cannot represent raises our error."""
    with pytest.raises(ConfigurationError, match="years 1 to 9999"):
        token(expires_at=value)


def test_an_expiry_is_kept_in_utc() -> None:
    """The same instant in another zone is the same token."""
    elsewhere = token(expires_at=DEAD.astimezone(timezone(timedelta(hours=9))))
    assert elsewhere == token()
    assert elsewhere.expires_at is not None
    assert elsewhere.expires_at.tzinfo is UTC


def test_a_bare_string_makes_a_token() -> None:
    """Its expiry is read from its claims, and is None for an opaque token."""
    assert Token.from_access_token(JWT) == token()
    assert Token.from_access_token("opaque") == token("opaque", None)


def test_the_claims_are_properties() -> None:
    """They are not verified, and None for an opaque token."""
    assert (token().user_id, token().client_id) == (112084, "362")
    assert (token("opaque").user_id, token("opaque").client_id) == (None, None)


@pytest.mark.parametrize(
    "now",
    [None, 1554646097, DEAD.replace(tzinfo=None), DEAD.replace(tzinfo=Nowhere()), DEAD.date()],
)
def test_the_time_a_token_is_compared_with_is_aware(now: Any) -> None:
    """A naive time raises our error, which says what to pass."""
    with pytest.raises(ConfigurationError, match=r"^now: .*aware"):
        token().expired(now)
    with pytest.raises(ConfigurationError, match=r"^now: .*aware"):
        token().expires_within(timedelta(days=1), now=now)


@pytest.mark.parametrize("delta", [None, 30])
def test_a_delta_is_a_timedelta(delta: Any) -> None:
    """A number has no unit."""
    with pytest.raises(ConfigurationError, match=r"^delta: a timedelta"):
        token().expires_within(delta, now=DEAD)


@pytest.mark.requirement("S17")
@pytest.mark.parametrize("access_token", ["opaque", "a.b.c", "a" * 20_000])
def test_an_unreadable_token_counts_as_valid(access_token: str) -> None:
    """It is used, and AniList decides whether it is valid."""
    unread = token(access_token)
    assert peek_claims(access_token) is None
    assert not unread.expired(DEAD - timedelta(microseconds=1))
    assert Token.from_dict(unread.to_dict()) == unread
    assert bearer_headers(unread) == {"Authorization": f"Bearer {access_token}"}


def test_a_token_expires_at_its_expiry() -> None:
    """It is valid until that moment, and always if its expiry is unknown."""
    moment = timedelta(microseconds=1)
    assert not token().expired(DEAD - moment)
    assert token().expired(DEAD)
    assert token().expired(DEAD.astimezone(timezone(timedelta(hours=9))))
    assert not token(expires_at=None).expired(DEAD)


def test_a_token_expires_within_a_time() -> None:
    """Any delta works, however long."""
    day = timedelta(days=1)
    assert token().expires_within(day, now=DEAD - day)
    assert not token().expires_within(day, now=DEAD - day - timedelta(microseconds=1))
    assert token().expires_within(timedelta(0), now=DEAD)
    assert token().expires_within(timedelta.max, now=DEAD)
    assert not token().expires_within(timedelta.min, now=DEAD)
    assert not token(expires_at=None).expires_within(timedelta.max, now=DEAD)


visible = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1)


@given(visible, st.none() | st.datetimes(timezones=st.timezones()).filter(lambda time: 1 < time.year < 9999))
def test_a_token_survives_a_dict(access_token: str, expires_at: datetime | None) -> None:
    """``from_dict`` returns an equal token from the JSON of ``to_dict``."""
    made = token(access_token, expires_at)
    data = json.loads(json.dumps(made.to_dict()))
    assert Token.from_dict(data) == made
    assert list(data) == ["access_token", "token_type", "expires_at"]


GOOD = {"access_token": "a", "token_type": "Bearer", "expires_at": None}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (None, "not a result of Token.to_dict"),
        (5, "not a result of Token.to_dict"),
        ("access_token", "not a result of Token.to_dict"),
        (["access_token"], "not a result of Token.to_dict"),
        ({}, "not a result of Token.to_dict"),
        ({"access_token": "a"}, "not a result of Token.to_dict"),
        (GOOD | {"access_token": ""}, "access_token: "),
        (GOOD | {"access_token": None}, "access_token: "),
        (GOOD | {"token_type": "mac"}, "token_type: "),
        (GOOD | {"expires_at": "tomorrow"}, "expires_at: a time in ISO 8601 format"),
        (GOOD | {"expires_at": ""}, "expires_at: a time in ISO 8601 format"),
        (GOOD | {"expires_at": "2030-01-01T00:00:00"}, "expires_at: an aware datetime"),
        (GOOD | {"expires_at": "9999-12-31T23:59:59-23:59"}, "expires_at: it is outside the years"),
        (GOOD | {"expires_at": 1893456000}, "not a result of Token.to_dict"),
        (GOOD | {"expires_at": DEAD}, "not a result of Token.to_dict"),
        (GOOD | {"expires_at": True}, "not a result of Token.to_dict"),
    ],
    ids=str,
)
def test_another_dict_is_refused(data: Any, text: str) -> None:
    """A dict that ``to_dict`` did not return raises `ConfigurationError`."""
    with pytest.raises(ConfigurationError, match=text):
        Token.from_dict(data)


json_values = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=3)


@given(json_values | st.dictionaries(st.sampled_from(["access_token", "token_type", "expires_at"]), json_values))
def test_any_json_is_a_token_or_our_error(data: Any) -> None:
    """A store with changed data gives a token or a `ConfigurationError`."""
    try:
        made = Token.from_dict(data)
    except ConfigurationError:
        made = None
    assert made is None or Token.from_dict(made.to_dict()) == made


@pytest.mark.requirement("S19")
def test_a_token_is_never_shown() -> None:
    """It is in no repr, str or format."""
    made = token()
    assert repr(made) == f"Token(access_token=***, token_type='Bearer', expires_at={DEAD!r})"
    assert "hidden" not in f"{made} {made!r} {[made]}"


@pytest.mark.requirement("S19")
@pytest.mark.parametrize(
    "data", [GOOD | {"access_token": "hidden hidden"}, {"hidden": "hidden"}, GOOD | {"expires_at": "hidden"}]
)
def test_a_refused_token_is_not_repeated(data: dict[str, Any]) -> None:
    """The error that refuses a token does not show it."""
    with pytest.raises(ConfigurationError) as caught:
        Token.from_dict(data)
    assert "hidden" not in f"{caught.value!r} {caught.value.__cause__!r}"


@pytest.mark.requirement("S19")
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_token_is_not_pickled(protocol: int) -> None:
    """A pickle would contain it in plain text."""
    with pytest.raises(TypeError, match="Token holds a secret and cannot be pickled") as caught:
        pickle.dumps([token()], protocol)
    assert "hidden" not in str(caught.value)


def test_a_token_is_a_value() -> None:
    """Equal tokens have the same hash, and a copy is the same object."""
    made = token()
    untyped: Any = made
    assert made == token()
    assert len({made, token(), token("opaque")}) == 2
    assert copy.copy(made) is made
    assert copy.deepcopy({"a": made})["a"] is made
    assert attrs.evolve(made, expires_at=None) == token(expires_at=None)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        untyped.expires_at = None


@pytest.mark.requirement("S16")
@pytest.mark.parametrize("given_as", [token(), JWT])
def test_a_token_goes_in_the_authorization_header(given_as: Token | str) -> None:
    """A token or its string gives the one header (RFC 6750 section 2.1)."""
    assert bearer_headers(given_as) == {"Authorization": f"Bearer {JWT}"}


def test_a_constant_is_read_as_its_text() -> None:
    """A token from an Enum is sent as its text, not as ``Setting.NAME``."""
    for made in (Token(access_token=Constant(JWT), expires_at=None), Token.from_access_token(Constant(JWT))):
        assert type(made.access_token) is str
        assert made.to_dict()["access_token"] == JWT
    assert bearer_headers(Constant(JWT)) == {"Authorization": f"Bearer {JWT}"}
