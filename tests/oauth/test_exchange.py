"""The token request is built, and its response is read."""

import json
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from anilist_oauth.errors import (
    AniListOAuthError,
    ConfigurationError,
    ExchangeError,
    InvalidClientError,
    InvalidCodeError,
    RateLimitedError,
    ServiceUnavailableError,
    UnexpectedResponseError,
)
from anilist_oauth.http_messages import TOKEN_BODY_LIMIT, Response
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import ANILIST
from anilist_oauth.oauth.exchange import parse_token_response, token_request
from anilist_oauth.tokens.access_token import Token
from tests import graphql_answers
from tests.naming import naming
from tests.recordings import JWT, PAGE, Recorded, recorded
from tests.uris import registrable_uris

AWAY = "https://bot.example/cb"
SECRET = "the-client-secret/of+this&test=1"
CODE = "the-code/of+this&test=1"
NOW = datetime(2030, 1, 1, tzinfo=UTC)
APPLICATION = Application(client_id="12345", client_secret=SECRET, redirect_uri=AWAY)
YEAR = timedelta(days=365)


def answer(document: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a response. Bytes are the body as it is."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Response(status=status, headers=headers or {}, body=body)


def parse(document: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Token:
    """Parse the response to an exchange of the code under test."""
    response = answer(document, status=status, headers=headers)
    return parse_token_response(response, application=APPLICATION, code=CODE, now=NOW)


@pytest.mark.requirement("S12")
@pytest.mark.requirement("S15")
def test_the_request_is_a_form_with_the_credentials_in_it() -> None:
    """The body has each field of RFC 6749 section 4.1.3 once, and there is no other client authentication."""
    request = token_request(ANILIST.token, application=APPLICATION, code=CODE)
    assert parse_qsl(request.body.decode("ascii"), strict_parsing=True) == [
        ("grant_type", "authorization_code"),
        ("client_id", "12345"),
        ("client_secret", SECRET),
        ("redirect_uri", AWAY),
        ("code", CODE),
    ]
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.headers["Accept"] == "application/json"
    assert "Authorization" not in request.headers
    assert request.body_limit == TOKEN_BODY_LIMIT == 1024 * 1024


@pytest.mark.requirement("S12")
@pytest.mark.requirement("S19")
def test_the_url_contains_no_secret() -> None:
    """Only the body contains the client secret and the code, and no repr shows it."""
    request = token_request(ANILIST.token, application=APPLICATION, code=CODE)
    assert request.url == ANILIST.token
    assert not request.url.query
    assert "the-c" not in repr(request)


@pytest.mark.requirement("S7")
@pytest.mark.requirement("V23")
@given(registrable_uris)
def test_the_redirect_uri_is_sent_byte_for_byte(redirect_uri: str) -> None:
    """After decoding, the body contains every possible redirect URI unchanged."""
    application = Application(client_id=1, client_secret=SECRET, redirect_uri=redirect_uri)
    body = token_request(ANILIST.token, application=application, code=CODE).body
    fields = dict(parse_qsl(body.decode("ascii"), strict_parsing=True))
    assert fields["redirect_uri"] == redirect_uri


@pytest.mark.parametrize("code", [CODE, f"  {CODE}\n", f"\u3000{CODE}\u00a0", "=+/&?%"])
def test_blanks_around_a_code_are_stripped(code: str) -> None:
    """Whitespace is easily copied with a code, and no code contains it."""
    body = token_request(ANILIST.token, application=APPLICATION, code=code).body
    assert dict(parse_qsl(body.decode("ascii"), strict_parsing=True))["code"] == code.strip()


@pytest.mark.requirement("S19")
@pytest.mark.parametrize(
    "code",
    ["", " \n", "hid den", "hidd\x00en", "hiddén", "hid\u200bden", "\ud800", f"{AWAY}?code=hidden", None, 5, b"hidden"],
    ids=ascii,
)
def test_a_garbled_code_is_not_sent(code: str) -> None:
    """A string that cannot be a code raises ``garbled`` and is not shown."""
    with pytest.raises(InvalidCodeError, match="the code is empty or garbled") as caught:
        token_request(ANILIST.token, application=APPLICATION, code=code)
    assert (caught.value.reason, caught.value.status) == ("garbled", None)
    assert "hid" not in repr(caught.value)


def test_an_exchange_needs_the_secret() -> None:
    """Without a client secret, the error says where to find it."""
    with pytest.raises(ConfigurationError, match="client_secret: it is needed to exchange a code"):
        token_request(ANILIST.token, application=Application(client_id=1, redirect_uri=AWAY), code=CODE)


@pytest.mark.requirement("S15")
@pytest.mark.parametrize("token_type", [{"token_type": "Bearer"}, {"token_type": "bearer"}, {"token_type": None}, {}])
@pytest.mark.parametrize("extra", [{}, {"refresh_token": "def50200"}, {"scope": "", "error": None, "x": [1]}])
def test_a_grant_gives_a_token(token_type: dict[str, str], extra: dict[str, Any]) -> None:
    """The refresh token is dropped, because AniList accepts none, and a missing type means Bearer."""
    token = parse({"access_token": JWT, "expires_in": 31536000, **token_type, **extra})
    assert token == Token(access_token=JWT, expires_at=NOW + YEAR)


@pytest.mark.requirement("S15")
def test_a_byte_order_mark_is_skipped() -> None:
    """PHP sends a byte order mark if one of its files has it, and readers may skip it (RFC 8259 section 8.1)."""
    assert parse(b"\xef\xbb\xbf" + json.dumps({"access_token": JWT}).encode()).access_token == JWT


@pytest.mark.parametrize("expires_in", [3600, 3600.0, "3600", " 3600 ", 3600.4e0])
def test_a_lifetime_counts_from_the_response(expires_in: Any) -> None:
    """The lifetime may be a number or a string."""
    expires_at = parse({"access_token": JWT, "expires_in": expires_in}).expires_at
    assert expires_at is not None
    assert abs(expires_at - NOW - timedelta(hours=1)) < timedelta(seconds=1)


@pytest.mark.requirement("S15")
@pytest.mark.parametrize(
    "expires_in",
    [
        None,
        0,
        -1,
        True,
        False,
        "",
        "soon",
        "nan",
        [],
        {},
        [3600],
        1e300,
        10**400,
        float("nan"),
        float("inf"),
        "9" * 5_000,
    ],
    ids=range(16),
)
def test_without_a_usable_lifetime_the_claims_count(expires_in: Any) -> None:
    """Without a usable expires_in the claims are used, and without those the expiry is None."""
    expires_at = datetime(2027, 11, 24, 6, 46, 50, 765000, tzinfo=UTC)
    assert parse({"access_token": JWT, "expires_in": expires_in}).expires_at == expires_at
    assert parse({"access_token": "opaque", "expires_in": expires_in}).expires_at is None


def test_a_lifetime_beyond_the_year_9999_is_not_used() -> None:
    """Then the claims are used, because a clock may be wrong by thousands of years."""
    last = datetime(9999, 12, 1, tzinfo=UTC)
    for token, known in ((JWT, True), ("opaque", False)):
        response = answer({"access_token": token, "expires_in": 31536000})
        found = parse_token_response(response, application=APPLICATION, code=CODE, now=last).expires_at
        assert (found is not None) == known


def test_without_a_lifetime_the_claims_count() -> None:
    """AniList's documentation only promises an access token."""
    assert parse({"access_token": JWT}) == Token.from_access_token(JWT)


@pytest.mark.requirement("S15")
@pytest.mark.parametrize(
    "document",
    [
        {"access_token": ""},
        {"access_token": None},
        {"access_token": 5},
        {"access_token": ["hidden"]},
        {"access_token": "hidden hidden"},
        {"access_token": "hiddén"},
        {"access_token": "hidden\n"},
        {"access_token": "hidden", "token_type": "mac"},
        {"access_token": "hidden", "token_type": ""},
        {"access_token": "hidden", "token_type": ["Bearer"]},
        {"access_token": "hidden", "error": ""},
        {"access_token": "hidden", "error": False},
        {},
        {"token": "hidden"},
        [],
        [{"access_token": "hidden"}],
        "hidden-token",
        5,
        None,
        True,
        b"",
        b" \n",
        b"Error.",
        PAGE.encode(),
        b'{"access_token": "hidden"',
        b'{"access_token": "hidden"} {}',
        b'{"access_token": "hidd\xe9n"}',
        b"access_token=hidden&token_type=Bearer",
        b"\x00\xff" * 1000,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 10_000,
        b"\xef\xbb\xbf",
    ],
    ids=range(33),
)
def test_a_200_without_a_usable_token_is_unexpected(document: Any) -> None:
    """Only a JSON object with a visible Bearer token is accepted, and the error shows no part of it."""
    with pytest.raises(UnexpectedResponseError) as caught:
        parse(document)
    assert "hid" not in f"{caught.value} {caught.value.__cause__}"
    assert len(str(caught.value)) < 500


def test_a_byte_order_mark_does_no_harm() -> None:
    """Some proxies add one before JSON."""
    assert parse(b"\xef\xbb\xbf" + json.dumps({"access_token": JWT}).encode()) == Token.from_access_token(JWT)


@pytest.mark.requirement("S15")
@pytest.mark.parametrize("status", [201, 203, 204, 206, 400, 404, 418])
def test_only_status_200_grants_a_token(status: int) -> None:
    """No other status grants a token, whatever the body says (RFC 6749 section 5.1)."""
    with pytest.raises(UnexpectedResponseError, match=f"HTTP {status}"):
        parse({"access_token": "hidden"}, status=status)


C = "Client authentication failed"


@pytest.mark.requirement("S15")
@pytest.mark.parametrize(
    ("document", "error", "reason"),
    [
        ({"error": "invalid_client", "message": C}, InvalidClientError, None),
        ({"error": "invalid_client", "error_description": C}, InvalidClientError, None),
        ({"error": "invalid_client"}, InvalidClientError, None),
        ({"error": "invalid_client", "access_token": "hidden"}, InvalidClientError, None),
        ({"error": "invalid_grant"}, InvalidCodeError, "unknown"),
        ({"error": "invalid_grant", "error_description": "Bad code"}, InvalidCodeError, "unknown"),
        ({"error": "invalid_request", "hint": "Cannot decrypt the authorization code"}, InvalidCodeError, "garbled"),
        (
            {"error": "invalid_grant", "hint": "Cannot validate the provided authorization code"},
            InvalidCodeError,
            "garbled",
        ),
        ({"error": "invalid_request", "hint": "Authorization code has expired"}, InvalidCodeError, "expired"),
        ({"error": "invalid_grant", "hint": "Authorization code has expired."}, InvalidCodeError, "expired"),
        ({"error": "invalid_request", "hint": "Authorization code has been revoked"}, InvalidCodeError, "used"),
        (
            {"error": "invalid_grant", "error_description": "Authorization code has been revoked"},
            InvalidCodeError,
            "used",
        ),
        (
            {"error": "invalid_request", "hint": "Authorization code was not issued to this client"},
            InvalidCodeError,
            "other_client",
        ),
        ({"error": "invalid_request", "hint": "Check the `code` parameter"}, ExchangeError, None),
        ({"error": "invalid_request", "hint": "Invalid redirect URI"}, ExchangeError, None),
        ({"error": "invalid_request"}, ExchangeError, None),
        ({"error": "server_error", "hint": "Authorization code has expired"}, ExchangeError, None),
        ({"error": "unsupported_grant_type"}, ExchangeError, None),
    ],
    ids=str,
)
def test_a_refusal_is_recognized_by_its_error_and_hint(
    document: dict[str, str], error: type[ExchangeError], reason: str | None
) -> None:
    """The status does not matter, and the error keeps the server's texts separately."""
    for status in (200, 400, 401, 403):
        with naming(status):
            with pytest.raises(error) as caught:
                parse(document, status=status)
            assert type(caught.value) is error
            assert getattr(caught.value, "reason", None) == reason
            assert caught.value.status == status
            assert caught.value.error == document["error"]
            assert caught.value.description == (document.get("error_description") or document.get("message"))
            assert caught.value.hint == document.get("hint")
            assert AWAY in str(caught.value)


def test_a_refused_client_names_all_three_settings() -> None:
    """AniList does not say which setting is wrong, so the message names id, secret and redirect URI."""
    with pytest.raises(InvalidClientError) as caught:
        parse({"error": "invalid_client", "message": C}, status=401)
    for part in (
        "the client id (12345)",
        "the client secret (32 characters)",
        f"the redirect URI, which was sent as {AWAY}",
        C,
    ):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("document", "description", "hint"),
    [
        ({"error": {"status": 404, "messages": ["API route", 5, "not found."]}}, "API route; not found.", None),
        ({"error": {"status": 404}, "message": "Nothing here"}, "Nothing here", None),
        ({"message": "Unauthenticated. "}, "Unauthenticated.", None),
        ({"message": "Unauthenticated."}, "Unauthenticated.", None),
        ({"error_description": ["x"], "message": "Server"}, "Server", None),
        (
            {"errors": [{"message": "Not Found.", "hint": "Use POST", "status": 404}], "data": None},
            "Not Found.",
            "Use POST",
        ),
        ({"error_description": "", "message": "Server"}, "Server", None),
        ({"message": "Server", "hint": "\x00"}, "Server", None),
        ({"hint": "a hint alone"}, None, "a hint alone"),
    ],
    ids=range(9),
)
def test_other_error_formats_are_read(document: dict[str, Any], description: str | None, hint: str | None) -> None:
    """Errors of the older site, of Laravel and of GraphQL are refusals without a code."""
    with pytest.raises(ExchangeError) as caught:
        parse(document, status=400)
    assert type(caught.value) is ExchangeError
    assert (caught.value.error, caught.value.description, caught.value.hint) == (None, description, hint)


@pytest.mark.parametrize("status", [200, 400, 401])
def test_an_error_of_the_older_api_is_a_failure_of_anilist(status: int) -> None:
    """Its database failed, so neither the user nor the settings are wrong."""
    with pytest.raises(ServiceUnavailableError, match="SQL Error"):
        parse({"error": {"status": 400, "messages": ["SQL Error"]}}, status=status)


@pytest.mark.parametrize(
    "document",
    [
        {"error": {"messages": []}},
        {"error": {"messages": "x"}},
        {"error": ["x"]},
        {"error": 5, "hint": 5},
        {"error": ""},
        {"errors": []},
        {"errors": ["x"]},
        {"errors": {}},
        {"message": ""},
        {"message": "\x00"},
        [{"error": "invalid_client"}],
        "invalid_client",
        None,
        b"invalid_client",
        PAGE.encode(),
        b"",
    ],
    ids=range(16),
)
def test_an_unreadable_refusal_is_unexpected(document: Any) -> None:
    """A response in an unknown form is quoted in short."""
    with pytest.raises(UnexpectedResponseError, match="HTTP 400 in an unknown form"):
        parse(document, status=400)


@pytest.mark.requirement("V19")
@pytest.mark.parametrize(
    "document",
    [{"message": "Too Many Attempts."}, {"access_token": JWT}, PAGE.encode(), b"", {"error": "invalid_client"}],
    ids=range(5),
)
@pytest.mark.parametrize(
    ("headers", "wait"), [({"Retry-After": "58"}, 58.0), ({}, None), ({"Retry-After": "soon"}, None)]
)
def test_429_is_a_rate_limit(document: Any, headers: dict[str, str], wait: float | None) -> None:
    """With any body, a 429 means that the code was not processed and may be sent again."""
    with pytest.raises(RateLimitedError, match="too many requests") as caught:
        parse(document, status=429, headers=headers)
    assert caught.value.retry_after == wait
    assert caught.value.retryable


@pytest.mark.parametrize(
    ("document", "status"),
    [
        (b"Error.", 500),
        ({"message": "Server Error"}, 500),
        ({"error": "server_error"}, 500),
        ({"access_token": JWT}, 503),
        (PAGE.encode(), 502),
        (b"", 520),
        (PAGE.encode(), 403),
        (b"", 403),
        ({"errors": [{"message": "The AniList API has been temporarily disabled due to severe", "status": 403}]}, 403),
        ({"errors": [{"message": "The AniList API has been temporarily disabled", "status": 403}]}, 200),
    ],
    ids=range(10),
)
def test_an_outage_is_not_a_refusal(document: Any, status: int) -> None:
    """A 5xx, a page of another server and AniList's own notice never look like a wrong code or secret."""
    with pytest.raises(ServiceUnavailableError, match="the login itself is fine") as caught:
        parse(document, status=status, headers={"Retry-After": "5"})
    assert caught.value.retry_after == 5.0
    assert not caught.value.retryable


@pytest.mark.parametrize(
    "challenge",
    [
        *(
            entry.response()
            for parameters in graphql_answers.RECORDED
            if isinstance(entry := parameters.values[0], graphql_answers.Recorded) and "Cloudflare" in entry.name
        ),
        graphql_answers.answer(403, "error code: 1020"),
        graphql_answers.answer(403, {"title": "Error 1020: Access denied", "cloudflare_error": True}),
        graphql_answers.answer(403, "<html>", **{"cf-mitigated": "challenge"}),
        graphql_answers.answer(503, "<html>", **{"cf-mitigated": "challenge"}),
    ],
    ids=range(6),
)
def test_a_challenge_of_cloudflare_says_that_it_concerns_this_address(challenge: Response) -> None:
    """AniList never saw the code, so the message says to try another network, not to wait."""
    with pytest.raises(ServiceUnavailableError, match="refused this machine's address") as caught:
        parse_token_response(challenge, application=APPLICATION, code=CODE, now=NOW)
    assert "waiting may not help" in str(caught.value)
    assert not caught.value.retryable


@pytest.mark.parametrize(
    ("document", "status"),
    [
        (b"<html>cloudflare: 522", 522),
        (b"<html>error code: 502, cloudflare", 502),
        (b"<script src=https://static.cloudflareinsights.com/beacon.min.js>", 404),
        ({"error": "invalid_grant", "message": "Just a moment"}, 403),
    ],
)
def test_other_pages_that_name_cloudflare_say_nothing_of_the_address(document: Any, status: int) -> None:
    """Cloudflare also reports that AniList did not answer, and AniList's own pages contain its beacon."""
    with pytest.raises(AniListOAuthError) as caught:
        parse(document, status=status)
    assert "this machine's address" not in str(caught.value)


@pytest.mark.requirement("S14")
@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_a_redirect_is_unexpected(status: int) -> None:
    """A redirect is not followed, and its target is not shown."""
    with pytest.raises(UnexpectedResponseError, match="redirect") as caught:
        parse({"access_token": JWT}, status=status, headers={"Location": "https://evil.example/hidden"})
    assert "evil" not in str(caught.value)


def expected(row: Recorded) -> tuple[type[AniListOAuthError] | None, str | None]:
    """Return the class and reason for a recorded response of the token endpoint."""
    if row.status == 200 and JWT.encode() in row.body:
        return None, None
    if not row.body.startswith(b"{") or row.status == 200:
        special = {429: RateLimitedError, 500: ServiceUnavailableError}
        return special.get(row.status, UnexpectedResponseError), None
    if row.status in {429, 500}:
        return {429: RateLimitedError, 500: ServiceUnavailableError}[row.status], None
    document = json.loads(row.body)
    reason = {
        "Cannot decrypt the authorization code": "garbled",
        "Cannot validate the provided authorization code": "garbled",
        "Authorization code has expired": "expired",
        "Authorization code has been revoked": "used",
        "Authorization code was not issued to this client": "other_client",
    }.get(document.get("hint", ""))
    if reason or document.get("error") == "invalid_grant":
        return InvalidCodeError, reason or "unknown"
    return (InvalidClientError if document.get("error") == "invalid_client" else ExchangeError), None


ROWS = list(recorded())


@pytest.mark.requirement("S15")
def test_every_recorded_response_is_understood() -> None:
    """Each recorded response of every server version raises the right class with hint and status."""
    for row in ROWS:
        with naming(row):
            understands(row)


def understands(row: Recorded) -> None:
    """Check that one recorded response is read correctly."""
    cls, reason = expected(row)
    if cls is None:
        token = parse(row.body, status=row.status, headers=row.headers)
        assert token == Token(access_token=JWT, expires_at=NOW + YEAR)
        return
    with pytest.raises(AniListOAuthError) as caught:
        parse(row.body, status=row.status, headers=row.headers)
    assert type(caught.value) is cls
    assert getattr(caught.value, "reason", None) == reason
    if isinstance(caught.value, ExchangeError):
        document = json.loads(row.body)
        assert caught.value.status == row.status
        assert caught.value.error == document.get("error")
        assert caught.value.hint == document.get("hint")
        assert caught.value.description == (document.get("error_description") or document.get("message"))
    if isinstance(caught.value, RateLimitedError):
        assert caught.value.retry_after == 58.0


def test_the_recordings_contain_every_kind() -> None:
    """Each class and each reason occurs among the recordings."""
    found = {expected(row) for row in ROWS}
    assert {cls for cls, _ in found} == {
        None, InvalidClientError, InvalidCodeError, ExchangeError,
        RateLimitedError, ServiceUnavailableError, UnexpectedResponseError,
    }  # fmt: skip
    assert {reason for _, reason in found} >= {"garbled", "expired", "used", "other_client"}


LEAKS = [
    {"error": "{}", "message": "{}", "hint": "{}"},
    {"error": "invalid_client", "message": "got {} for it", "hint": "x{}x"},
    {"error": "invalid_grant", "error_description": "a" * 290 + "{}"},
    {"error": "invalid_request", "hint": "Cannot decrypt the authorization code", "message": "\x00{}\x00"},
    {"error": {"status": 400, "messages": ["SQL: {}", "{}"]}},
    {"errors": [{"message": "{}", "hint": "{}"}]},
    {"message": "{}"},
    "{}",
    ["{}"],
    {"access_token": "{}", "token_type": "{}"},
    {"access_token": "{}", "error": "x", "message": "{}"},
]


@pytest.mark.requirement("S19")
@pytest.mark.requirement("V15")
def test_secrets_that_a_server_repeats_are_masked() -> None:
    """Client secret, code and tokens are in no message, attribute or cause."""
    secrets = (SECRET, CODE, JWT, "def50200" + "0f" * 350)
    for secret, shape, status in product(secrets, LEAKS, (200, 302, 400, 401, 403, 429, 500)):
        with naming((status, shape, secret[:16])):
            document = json.loads(json.dumps(shape).replace("{}", json.dumps(secret)[1:-1]))
            with pytest.raises(AniListOAuthError) as caught:
                parse(document, status=status)
            error: BaseException | None = caught.value
            while error:
                shown = f"{error} {error!r} {vars(error)}"
                assert secret not in shown
                assert secret[:16] not in shown
                assert shown.isprintable()
                error = error.__cause__ or error.__context__


@pytest.mark.requirement("S19")
def test_an_opaque_token_is_masked() -> None:
    """A token in a refusal is masked, whatever it looks like."""
    document = {"error": "x", "message": "opaque-1 opaque-2", "access_token": "opaque-1", "refresh_token": "opaque-2"}
    with pytest.raises(ExchangeError) as caught:
        parse(document)
    assert caught.value.description == "*** ***"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b" \n", r"unknown form \(an empty body\); check its URL"),
        (b"{'Access_Token': 1}", r"unknown form \(19 bytes, not shown\)"),
        (b"<p>Not\n here", r"unknown form \(<p>Not here\)"),
    ],
)
def test_an_unreadable_body_is_quoted(body: bytes, text: str) -> None:
    """The body is quoted in short, and not at all if it may contain a token."""
    with pytest.raises(UnexpectedResponseError, match=text):
        parse(body, status=404)


@pytest.mark.parametrize(("status", "cls"), [(429, RateLimitedError), (500, ServiceUnavailableError)])
def test_the_server_s_text_is_in_a_service_error(status: int, cls: type[AniListOAuthError]) -> None:
    """The message contains the server's text, if there is one."""
    with pytest.raises(cls, match=": the reason"):
        parse({"message": "the reason"}, status=status)
    with pytest.raises(cls) as caught:
        parse({"hint": "x"}, status=status)
    assert "None" not in str(caught.value)


@pytest.mark.requirement("S19")
@pytest.mark.parametrize("gap", [0, 900, 990, 16_000, 16_375])
def test_a_page_that_repeats_the_code_is_masked(gap: int) -> None:
    """No part of the code is shown, wherever the page repeats it."""
    for secret in (SECRET, CODE):
        with pytest.raises(UnexpectedResponseError) as caught:
            parse(b"<p>" + b" " * gap + secret.encode() + b"</p>", status=404)
        assert secret[:6] not in str(caught.value)


def test_a_placeholder_garbles_no_text() -> None:
    """A test's "code" and "secret" are also ordinary words, so they are not masked."""
    application = Application(client_id=1, client_secret="secret", redirect_uri=AWAY)
    for code, error, hint, cls in (
        ("code", "invalid_request", "Cannot decrypt the authorization code", InvalidCodeError),
        ("expired", "invalid_grant", "Authorization code has expired", InvalidCodeError),
        ("A", "invalid_request", "Authorization code has been revoked", InvalidCodeError),
        ("code", "invalid_request", "Check the `client_secret` parameter", ExchangeError),
        ("client", "invalid_client", None, InvalidClientError),
    ):
        response = answer({"error": error, "hint": hint}, status=400)
        with pytest.raises(cls) as caught:
            parse_token_response(response, application=application, code=code, now=NOW)
        assert (caught.value.error, caught.value.hint) == (error, hint)


names = st.sampled_from(
    ["access_token", "token_type", "expires_in", "error", "error_description", "message", "messages", "hint", "errors"]
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["invalid_client", JWT, CODE]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.requirement("S15")
@given(
    st.one_of(st.binary(), st.dictionaries(names, json_values), json_values),
    st.sampled_from([200, 201, 302, 400, 401, 403, 404, 429, 500, 999]),
    st.dictionaries(st.sampled_from(["Retry-After"]), st.text()),
)
@example({"access_token": JWT, "expires_in": 10**400}, 200, {})
def test_any_response_is_a_token_or_our_error(document: Any, status: int, headers: dict[str, str]) -> None:
    """Any status, headers and body give a token or one of our errors without secrets."""
    try:
        result = repr(parse(document, status=status, headers=headers))
    except AniListOAuthError as error:
        result = f"{error!r} {vars(error)}"
    assert SECRET not in result
    assert CODE not in result
    assert len(result) < 5_000


def test_a_wrong_argument_of_a_token_request_is_named() -> None:
    """An endpoint or an application of another type is reported where it was passed."""
    application = Application(client_id="12345", client_secret="hidden", redirect_uri="https://bot.example/cb")
    odd: Any = "https://anilist.co/"
    with pytest.raises(ConfigurationError, match=r"^endpoint: .* not str$"):
        token_request(odd, application=application, code="a-code")
    with pytest.raises(ConfigurationError, match=r"^application: .* not str$"):
        token_request(ANILIST.token, application=odd, code="a-code")
