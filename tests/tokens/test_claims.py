"""Claims are read without verifying them."""

import base64
import inspect
import json
import sys
import tracemalloc
from datetime import UTC, datetime
from typing import Any, get_type_hints

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import anilist_oauth
from anilist_oauth.tokens.claims import SIZE_LIMIT, UnverifiedClaims, peek_claims

NOTHING = UnverifiedClaims(None, (), None, None, None)


def encoded(part: bytes) -> str:
    """Encode as in a JWT (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def jwt(claims: Any, *, header: bytes = b'{"alg":"RS256"}', signature: str = "c2ln") -> str:
    """Return an unsigned token. A string is used as the claims unchanged."""
    payload = claims if isinstance(claims, str) else json.dumps(claims)
    return f"{encoded(header)}.{encoded(payload.encode('utf-8', 'surrogatepass'))}.{signature}"


def test_the_claims_of_anilist_are_read() -> None:
    """AniList issues ids as strings and times as integers."""
    claims = {"aud": "362", "jti": "0", "iat": 1523110097, "nbf": 1523110097, "exp": 1554646097, "sub": "112084"}
    assert peek_claims(jwt(claims | {"scopes": []})) == UnverifiedClaims(
        client_id="362",
        audience=("362",),
        user_id=112084,
        issued_at=datetime(2018, 4, 7, 14, 8, 17, tzinfo=UTC),
        expires_at=datetime(2019, 4, 7, 14, 8, 17, tzinfo=UTC),
    )


def test_newer_servers_are_read() -> None:
    """Times may be floats (lcobucci/jwt 4), the audience a list of one, and the user id a number."""
    claims = peek_claims(jwt({"aud": ["362"], "sub": 5, "exp": 1827038810.765187}))
    assert claims == UnverifiedClaims("362", ("362",), 5, None, datetime(2027, 11, 24, 6, 46, 50, 765187, tzinfo=UTC))


def test_missing_claims_are_none() -> None:
    """A claim that is missing or null is None."""
    assert peek_claims(jwt({})) == NOTHING
    assert peek_claims(jwt({"aud": None, "sub": None, "iat": None, "exp": None})) == NOTHING


ODD: dict[str, list[Any]] = {  # what is a str here stands in the JSON as it is
    "aud": [
        '""',
        [],
        [["1"]],
        ["1", {}],
        ["1", ""],
        {"1": 1},
        True,
        0,
        -1,
        3.5,
        2**63,
        '"1\\u0000"',
        '"\\ud800"',
        "null",
    ],
    "sub": [
        *('""', '"mika"', '"-5"', '"5.0"', '"٣"', '"²"', '" 5"', '"' + "9" * 5_000 + '"', "null"),
        *(0, -1, 5.0, True, 2**63, [5], {"id": 5}),
    ],
    "iat": [253402300800, -62135596801, '"1554646097"', "null"],
    "exp": ['"1554646097"', True, [], 1e300, -1e300, 10**400, 2**60, 2**63, 253402300800, "1e999", "-1e999"],
}


@pytest.mark.requirement("S17")
@pytest.mark.parametrize(
    "payload",
    [
        '{"exp": NaN}',
        '{"exp": Infinity}',
        '{"x": -Infinity}',
        '{"exp": ' + "9" * 5_000 + "}",
        '{"aud": "\ud800"}',
        "\ufeff{}",
        "[]",
        "null",
        '"x"',
        "5",
        "",
        "{",
        "{}{}",
        "[" * 12_000,
        '{"a":' * 2_000,
        '{"sub": "' + "x" * 12_000,
    ],
    ids=lambda payload: str(payload)[:30].encode("ascii", "replace").decode(),
)
def test_a_payload_that_is_not_an_object_is_none(payload: Any) -> None:
    """Nothing in the token is used, and nothing is raised."""
    assert peek_claims(jwt(payload)) is None


@pytest.mark.requirement("S17")
def test_an_odd_claim_is_none_and_the_others_are_read() -> None:
    """An unreadable claim does not affect the others."""
    good = {"aud": "362", "sub": "5", "iat": 0, "exp": 1}
    read = UnverifiedClaims("362", ("362",), 5, datetime.fromtimestamp(0, UTC), datetime.fromtimestamp(1, UTC))
    field = {"sub": "user_id", "iat": "issued_at", "exp": "expires_at"}
    for name, values in ODD.items():
        for value in values:
            payload = json.dumps(good | {name: "here"}).replace(
                '"here"', value if type(value) is str else json.dumps(value)
            )
            absent: dict[str, Any] = {"audience": (), "client_id": None} if name == "aud" else {field[name]: None}
            expected = attrs.evolve(read, **absent)
            assert peek_claims(jwt(payload)) == expected, f"{name}: {str(value)[:40]}"


@pytest.mark.requirement("S17")
def test_an_audience_is_a_string_a_number_or_a_list_of_them() -> None:
    """`client_id` is its only member, or None if there are several."""
    for aud, audience, client_id in (
        ("362", ("362",), "362"),
        (362, ("362",), "362"),
        (["362"], ("362",), "362"),
        ([362], ("362",), "362"),
        (["1", 2], ("1", "2"), None),
    ):
        claims = peek_claims(jwt({"aud": aud}))
        assert claims == UnverifiedClaims(client_id, audience, None, None, None), aud


@pytest.mark.requirement("S17")
@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c.d",
        "a.e30.c.",
        "a.=.c",
        "a.e30=.c=.",
        "a.é30.c",
        "a.e\ud80030.c",
        "a.e3 0.c",
        "a.e30\n.c",
        "a.!!!!e30=.c",
        "a.e.c",
        *(f"a.{encoded(raw)}.c" for raw in (b"\xff{}", "{}".encode("utf-16"), "{}".encode("utf-32"))),
        None,
        5,
        b"a.e30.c",
        ["a", "e30", "c"],
    ],
    ids=ascii,
)
def test_anything_but_a_token_is_none(token: str) -> None:
    """The result is None unless there are three parts with an object in the second."""
    assert peek_claims(token) is None


@pytest.mark.requirement("S17")
@given(st.one_of(st.text(), st.text(".eyJ0=-_"), st.binary().map(lambda raw: f"a.{encoded(raw)}.c")))
@example("e30.e30.")
def test_nothing_is_ever_raised(token: str) -> None:
    """Any string gives claims or None."""
    assert isinstance(peek_claims(token), UnverifiedClaims | None)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@pytest.mark.requirement("S17")
@given(st.dictionaries(st.sampled_from(["aud", "sub", "iat", "exp", "nbf"]), values))
def test_any_claims_give_typed_values(claims: dict[str, Any]) -> None:
    """Any JSON gives values of the documented types."""
    seen = peek_claims(jwt(claims))
    if seen is not None:
        assert isinstance(seen.client_id, str | None)
        assert all(type(member) is str for member in seen.audience)
        assert isinstance(seen.user_id, int | None)
        for time in (seen.issued_at, seen.expires_at):
            assert time is None or time.tzinfo is UTC


@given(
    st.text(min_size=1).filter(str.isprintable),
    st.integers(1, 2**63 - 1),
    st.integers(0, 4_000_000_000),
    st.integers(0, 4_000_000_000),
)
def test_claims_round_trip(aud: str, sub: int, iat: int, exp: int) -> None:
    """Claims that a server wrote are read unchanged."""
    assert peek_claims(jwt({"aud": aud, "sub": str(sub), "iat": iat, "exp": exp})) == UnverifiedClaims(
        aud, (aud,), sub, datetime.fromtimestamp(iat, UTC), datetime.fromtimestamp(exp, UTC)
    )


HUGE = [
    "a" * 10_000_000,
    "a.b.c" + "d" * 10_000_000,
    "." * 1_000_000,
    jwt("[" * 5_000_000),
    jwt('{"a":' * 1_000_000),
    jwt('{"sub": ' + "9" * 5_000_000 + "}"),
    "." * SIZE_LIMIT,
    jwt("[" * 12_000),
    jwt('{"sub": ' + "9" * 12_000 + "}"),
    "é" * SIZE_LIMIT,
]


@pytest.mark.requirement("V10")
@pytest.mark.requirement("S17")
@pytest.mark.requirement("S35")
@pytest.mark.parametrize("token", HUGE, ids=lambda token: f"{token[:8]}-{len(token)}")
def test_a_hostile_token_costs_little(token: str) -> None:
    """A token of 10 MB, a million dots or deep nesting is None, with little memory and few steps."""
    peek_claims(token[:100])
    steps = 0

    def count(*_: object) -> object:
        nonlocal steps
        steps += 1
        return count

    tracemalloc.start()
    sys.setprofile(count)
    try:
        assert peek_claims(token) is None
    finally:
        sys.setprofile(None)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < (1024 if sys.version_info >= (3, 13) else 512) * 1024  # Python 3.13 follows brackets deeper
    assert steps < 300


@pytest.mark.requirement("V10")
@pytest.mark.requirement("S35")
def test_the_limit_is_16_kib() -> None:
    """A token of 16 KiB is read, and a longer one is not."""
    token = jwt({"sub": 5})
    fits = token + "A" * (16 * 1024 - len(token))
    assert peek_claims(fits) is not None
    assert peek_claims(fits + "A") is None


@pytest.mark.requirement("V11")
def test_a_forged_token_reads_like_a_true_one() -> None:
    """``alg: none`` or a missing signature changes nothing, because nothing is verified."""
    forged = jwt({"sub": "1"}, header=b'{"alg":"none"}', signature="")
    assert peek_claims(forged) == UnverifiedClaims(None, (), 1, None, None)
    assert get_type_hints(peek_claims)["return"] == UnverifiedClaims | None


@pytest.mark.requirement("V11")
def test_no_function_accepts_unverified_claims() -> None:
    """So claims cannot be mistaken for an identity."""
    for name in anilist_oauth.__all__:
        thing = getattr(anilist_oauth, name)
        members = vars(thing).values() if inspect.isclass(thing) else []
        for function in filter(inspect.isfunction, [thing, *members]):
            taken = {key: hint for key, hint in function.__annotations__.items() if key != "return"}
            assert "UnverifiedClaims" not in str(taken)
