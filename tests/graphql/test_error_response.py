"""Each error response of AniList raises the error that it means."""

import pickle
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from anilist_oauth import errors
from anilist_oauth.graphql.response import parse_graphql_response
from anilist_oauth.http_messages import Response
from tests.graphql_answers import RECORDED, Recorded, answer

NOW = datetime(2026, 9, 14, 12, 0, tzinfo=UTC)
TOKEN = "eyJ0eXAiOiJKV1QifQ.canary.signature"


def refused(response: Response, *, with_token: bool = True, mutation: bool = False) -> Any:
    """Return the error for a response."""
    with pytest.raises(errors.AniListOAuthError) as caught:
        parse_graphql_response(response, with_token=with_token, mutation=mutation, now=NOW, secrets=(TOKEN,))
    return caught.value


def body(message: str, status: int | None = None, data: Any = None, **more: Any) -> dict[str, Any]:
    """Return a GraphQL response with one error."""
    return {"errors": [{"message": message, "status": status, **more}], "data": data}


@pytest.mark.parametrize("recorded", RECORDED)
def test_recorded_responses_raise_their_error(recorded: Recorded) -> None:
    """Every published response raises its class with the right wait, and the error can be pickled."""
    error = refused(recorded.response(), with_token=recorded.with_token)
    assert type(error).__name__ == recorded.error
    assert getattr(error, "retry_after", None) == recorded.retry_after
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.__dict__) == (type(error), str(error), error.__dict__)


@pytest.mark.parametrize(
    ("response", "text"),
    [
        (answer(401, {"data": None}), "not GraphQL (HTTP 401, JSON); check the GraphQL endpoint"),
        (answer(400, {"errors": [{"message": "", "status": 400}, {"message": "Invalid token"}]}), "(HTTP 400); log in"),
        (answer(401, body("Unauthorized.", 401)), "revoked (HTTP 401: Unauthorized.); log in again"),
        (Response(status=403, headers=CIMultiDict(), body=b"<html>"), "out of service (HTTP 403); tokens stay valid"),
        (answer(500, {}), "failed to answer (HTTP 500); try again later"),
        (answer(200, {}), "not GraphQL (HTTP 200, JSON); check the GraphQL endpoint"),
        (answer(400, body("")), "refused the query: HTTP 400"),
        (answer(200, {"errors": [{"message": None}]}), "refused the query: HTTP 200"),
        (answer(404, body("")), "is private: HTTP 404"),
        (answer(200, body("", 403)), "does not allow this (HTTP 200)"),
    ],
    ids=range(10),
)
def test_a_message_reads_well_whether_anilist_says_something_or_nothing(response: Response, text: str) -> None:
    """There are no empty parentheses, and the message ends in what to do."""
    assert text in str(refused(response))


def test_a_graphql_error_has_anilists_errors() -> None:
    """The error has the errors, the status and the text."""
    error = refused(answer(400, body("Cannot query field.", 400, hint="Ask otherwise.", locations=[{"line": 1}])))
    assert type(error) is errors.GraphQLError
    assert error.status == 400
    assert error.errors == [
        {"message": "Cannot query field.", "status": 400, "hint": "Ask otherwise.", "locations": [{"line": 1}]}
    ]
    assert str(error) == "AniList refused the query: Cannot query field. Ask otherwise."


def test_partial_data_is_not_lost() -> None:
    """The error has the partial data, even if AniList failed in one field."""
    data = {"Viewer": {"id": 1}, "Media": None}
    for message, status in (("Not Found.", 404), ("Internal Server Error", 500), ("Forbidden", 401)):
        error = refused(answer(200, body(message, status, data)))
        assert isinstance(error, errors.GraphQLError)
        assert error.data == data


def test_a_validation_error_has_its_fields() -> None:
    """Each field has a list of texts, whatever the form of the response."""
    error = refused(answer(400, body("validation", 400, validation={"score": ["Too high.", "Odd."], "id": "Bad."})))
    assert isinstance(error, errors.GraphQLValidationError)
    assert error.fields == {"score": ["Too high.", "Odd."], "id": ["Bad."]}
    assert str(error) == "AniList refused the input: score: Too high. Odd.; id: Bad."


def test_a_validation_without_fields_is_a_plain_refusal() -> None:
    """An unknown form raises `GraphQLError`."""
    assert type(refused(answer(400, body("validation", 400, validation="?")))) is errors.GraphQLError


def test_complexity_is_read_as_numbers() -> None:
    """Both numbers are read from the text."""
    error = refused(answer(400, body("Max query complexity should be 500 but got 525.", 400)))
    assert (error.allowed, error.actual) == (500, 525)


@pytest.mark.parametrize(
    ("response", "with_token"),
    [
        (answer(400, body("Something else", 400)), True),
        (answer(403, body("Forbidden", 403)), True),
        (answer(403, "<html>"), True),
        (answer(401, "<html>maintenance"), True),
        (answer(401, body("Unauthorized.", 401)), False),
        (answer(401, body("Forbidden", 401)), True),
        (answer(200, body("Unauthorized.", 401, {"Viewer": None})), True),
        (answer(500, body("Invalid token", 400)), True),
        (answer(503, body("Unauthorized.", 401)), True),
        (answer(500, {"error": "invalid token"}), True),
        (answer(401, {}), True),
        (answer(401, {"data": None}), True),
        (answer(401, {"message": "Unauthenticated."}), True),
        (answer(401, {"message": "Unauthorized."}), True),
        (answer(400, {"error": "Invalid token"}), True),
        (answer(401, body("Invalid token", 401)), True),
        (answer(403, body("Invalid token", 403)), True),
        (answer(401, body("Token expired", 401)), True),
        (answer(403, body("Unauthorized.", 401)), True),
        (answer(401, body("Unauthorized.", 403)), True),
        (answer(400, body("Unauthorized.", 400)), True),
        (answer(400, body("Invalid token for this page", 400)), True),
    ],
)
def test_no_other_response_means_an_invalid_token(response: Response, *, with_token: bool) -> None:
    """A status alone, an outage or a refused field does not end a login."""
    assert not isinstance(refused(response, with_token=with_token), errors.InvalidTokenError)


@pytest.mark.parametrize("message", ["Invalid token", "invalid token.", "INVALID TOKEN"])
def test_an_invalid_token_is_recognized_by_its_text(message: str) -> None:
    """The text counts in any letter case, and after other errors."""
    response = answer(400, {"errors": [{"message": "First"}, {"message": message, "status": 400}], "data": None})
    assert isinstance(refused(response), errors.InvalidTokenError)


@pytest.mark.parametrize(
    ("response", "kind", "retry_after"),
    [
        (answer(429, "<html>"), errors.RateLimitedError, 60.0),
        (answer(429, {"message": "Too Many Attempts."}, **{"Retry-After": "7"}), errors.RateLimitedError, 7.0),
        (answer(200, body("Too Many Requests.", 429)), errors.RateLimitedError, 60.0),
        (answer(403, body("The AniList API has been temporarily disabled.", 403), **{"Retry-After": "600"}),
         errors.ServiceUnavailableError, 600.0),
        (answer(200, "<html>Just a moment", **{"cf-mitigated": "challenge"}), errors.ServiceUnavailableError, 60.0),
        (answer(403, "error code: 1020"), errors.ServiceUnavailableError, 60.0),
        (answer(403, {"title": "Error 1020", "cloudflare_error": True}), errors.ServiceUnavailableError, 60.0),
        (answer(503, "", **{"Retry-After": "Mon, 14 Sep 2026 12:02:00 GMT"}), errors.ServiceUnavailableError, 120.0),
        (answer(500, {"data": {"Viewer": None}}), errors.ServiceUnavailableError, None),
        (answer(500, {"data": {"Viewer": {"id": 1}}}), errors.ServiceUnavailableError, None),
        (answer(429, {"data": {"Viewer": {"id": 1}}, "errors": []}), errors.RateLimitedError, 60.0),
        (answer(200, {"error": {"status": 500, "messages": ["SQL Error"]}}), errors.ServiceUnavailableError, None),
        (answer(400, {"error": {"status": 400, "messages": ["SQL Error"]}}), errors.ServiceUnavailableError, None),
        (answer(404, {"error": {"status": 404, "messages": []}}), errors.UnexpectedResponseError, None),
        (answer(403, {"message": "No."}), errors.UnexpectedResponseError, None),
        (answer(302, ""), errors.UnexpectedResponseError, None),
        (answer(302, {"data": {"a": 1}}), errors.UnexpectedResponseError, None),
        (answer(200, ""), errors.UnexpectedResponseError, None),
        (answer(200, "[]"), errors.UnexpectedResponseError, None),
        (answer(200, '{"data": null}'), errors.UnexpectedResponseError, None),
        (answer(200, '{"data": []}'), errors.UnexpectedResponseError, None),
        (answer(404, {"data": {"a": 1}}), errors.UnexpectedResponseError, None),
        (answer(200, "[" * 200_000), errors.UnexpectedResponseError, None),
        (Response(status=200, headers=CIMultiDict(), body=b"\xff\xfe{"), errors.UnexpectedResponseError, None),
    ],
)  # fmt: skip
def test_failures_of_anilist_are_recognized(
    response: Response, kind: type[errors.ServiceError], retry_after: float | None
) -> None:
    """Responses of other servers and failures inside AniList are not errors of the query."""
    error = refused(response)
    assert type(error) is kind
    assert error.retry_after == retry_after


@pytest.mark.parametrize(
    "response",
    [
        answer(500, body("Internal Server Error", 500)),
        answer(200, body("Internal Server Error", 500)),
        answer(502, "<html><h1>502 Bad Gateway</h1></html>"),
        answer(504, "upstream timed out"),
        answer(400, {"error": {"status": 400, "messages": ["SQL Error"]}}),
        answer(200, "<html>"),
    ],
)
def test_whoever_sent_a_mutation_learns_that_the_change_may_have_been_made(response: Response) -> None:
    """After a failure inside AniList a change may have been made, while a query may be repeated."""
    assert "the change may have been made: check before you repeat it" in str(refused(response, mutation=True))
    assert not refused(response, mutation=True).retryable
    assert "may have been made" not in str(refused(response))


@pytest.mark.parametrize("response", [answer(429, ""), answer(403, "<html>"), answer(302, ""), answer(404, "")])
def test_a_refused_mutation_has_changed_nothing(response: Response) -> None:
    """After the rate limit, a disabled API or a wrong address, nothing was changed."""
    assert "may have been made" not in str(refused(response, mutation=True))


@pytest.mark.parametrize("status", [403, 503])
def test_a_challenge_of_cloudflare_says_that_it_concerns_this_address(status: int) -> None:
    """After a challenge, the message is about the network and not about waiting."""
    for challenged in (
        answer(status, "<title>Just a moment...</title>"),
        answer(status, "<html>", **{"cf-mitigated": "challenge"}),
        answer(status, "<html>DDoS protection by Cloudflare</html>"),
    ):
        error = refused(challenged)
        assert type(error) is errors.ServiceUnavailableError
        assert "refused this machine's address" in str(error)
        assert "waiting may not help" in str(error)
    for outage in (
        answer(503, "<html>cloudflare: 522"),
        answer(403, body("The AniList API has been temporarily", 403)),
    ):
        assert "address" not in str(refused(outage))


def test_a_failed_mutation_may_not_be_repeated() -> None:
    """After a 5xx it may have been carried out, but not after the rate limit or a disabled API."""
    assert refused(answer(503, "")).retryable
    assert not refused(answer(500, "")).retryable
    assert not refused(answer(503, ""), mutation=True).retryable
    assert refused(answer(429, ""), mutation=True).retryable
    assert refused(answer(403, ""), mutation=True).retryable


@pytest.mark.requirement("S19")
@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429, 500])
def test_a_token_in_a_response_is_masked(status: int) -> None:
    """It is in no message and no attribute."""
    texts = {"message": f"{TOKEN} is bad", "hint": TOKEN, TOKEN: [TOKEN], "validation": {TOKEN: TOKEN}}
    for answered in ({"errors": [texts]}, {"errors": texts}, {"errors": TOKEN}, {"error": texts}, texts):
        error = refused(answer(status, answered))
        assert "canary" not in f"{error} {error!r} {error.__dict__} {error.__cause__!r}"


def test_a_short_token_garbles_no_text() -> None:
    """A test's own "token" is not masked in AniList's texts."""
    with pytest.raises(errors.InvalidTokenError) as caught:
        parse_graphql_response(answer(400, body("Invalid token", 400)), with_token=True, now=NOW, secrets=("token",))
    assert caught.value.errors == [{"message": "Invalid token", "status": 400}]


def test_the_size_of_an_error_is_limited() -> None:
    """Neither a deep nor a long list of errors makes a large error."""
    deep: list[Any] = []
    for _ in range(50):
        deep = [deep]
    error = refused(answer(400, {"errors": [{"message": "m" * 1000, "deep": deep, "n": 1.5}] * 1000}))
    assert len(error.errors) == 50
    assert len(error.errors[0]["message"]) == 300
    assert len(str(error.errors[0]["deep"])) < 60


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["errors", "error", "message", "status", "validation", "hint", "x"]), inner)
    ),
    max_leaves=20,
)


@given(
    st.sampled_from([200, 204, 301, 400, 401, 403, 404, 429, 500, 503]),
    st.dictionaries(st.sampled_from(["errors", "error", "data", "message"]), json_values) | json_values,
)
def test_any_response_is_data_or_our_error(status: int, answered: Any) -> None:
    """No response raises an error of another package."""
    response = answer(status, answered if isinstance(answered, dict) else str(answered))
    try:
        assert isinstance(parse_graphql_response(response, with_token=True, now=NOW), dict)
    except errors.AniListOAuthError as error:
        assert str(error)  # noqa: PT017 (either outcome is right)
