"""A callback, pin or token is read before its login is looked up."""

import pickle
from datetime import UTC, datetime
from typing import Any

import pytest
from yarl import URL

from anilist_oauth.errors import AccessDeniedError, ConfigurationError, StateMismatchError
from anilist_oauth.login.authorization_response import AuthorizationResponse
from anilist_oauth.login.login import Login
from anilist_oauth.oauth.state import new_state
from anilist_oauth.redaction import Masked
from anilist_oauth.storage.digests import digest
from anilist_oauth.storage.records import PendingLogin

NOON = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
STATE = new_state()
CODE = "def50200" + "ab" * 300


def pending(binding: str | None) -> PendingLogin:
    """Return a pending login."""
    return PendingLogin(client_id="1", binding_digest=None if binding is None else digest(binding), expires_at=NOON)


def test_a_callback_is_known_by_digests() -> None:
    """The digest of the state finds the login, and that of the code recognizes a duplicate."""
    response = AuthorizationResponse.from_callback(Masked({"state": STATE, "code": CODE}), binding=Masked(None))
    assert (response.login_key, response.answer) == (digest(STATE), digest(CODE))


def test_different_answers_are_not_duplicates() -> None:
    """A denial, another error and a code are all different."""
    answers = ({"error": "access_denied"}, {"error": "server_error"}, {"code": CODE}, {"code": CODE + "a"})
    responses = [
        AuthorizationResponse.from_callback(Masked({"state": STATE, **answer}), binding=Masked(None))
        for answer in answers
    ]
    assert len({response.answer for response in responses}) == len(answers)


def test_an_error_without_state_is_raised_at_once() -> None:
    """It belongs to no login."""
    with pytest.raises(AccessDeniedError) as caught:
        AuthorizationResponse.from_callback(Masked({"error": "access_denied"}), binding=Masked(None))
    assert not caught.value.verified


@pytest.mark.requirement("V7")
@pytest.mark.parametrize(
    ("brought", "begun", "bound"),
    [
        ("a", "a", True),
        (None, None, True),
        ("a", "b", False),
        (None, "a", False),
        ("a", None, False),
        ("", None, False),
    ],
)
def test_a_binding_is_on_both_sides_or_on_neither(brought: str | None, begun: str | None, bound: bool) -> None:  # noqa: FBT001  a parameter
    """If the login has a binding, the same one must be sent, and otherwise none."""
    response = AuthorizationResponse.from_callback(Masked({"state": STATE, "code": CODE}), binding=Masked(brought))
    assert response.is_bound_to(pending(begun)) is bound


@pytest.mark.requirement("S2")
@pytest.mark.parametrize(
    "form", ["state={0}&code={1}", "code={1}&state={0}", "https://bot.example/?state={0}&code={1}"]
)
def test_a_pin_with_another_login_s_state_is_refused(form: str) -> None:
    """With the state of its own login it is accepted, however it was copied."""
    login = Login(url=URL("https://anilist.co"), state=STATE, expires_at=NOON)
    with pytest.raises(StateMismatchError):
        AuthorizationResponse.from_pin(Masked(form.format(new_state(), CODE)), login=login, binding=Masked(None))
    assert (
        AuthorizationResponse.from_pin(Masked(form.format(STATE, CODE)), login=login, binding=Masked(None)).result
        == CODE
    )


@pytest.mark.parametrize("given", [None, "eyJ0.hidden", True])
def test_a_token_alone_is_not_verified(given: Any) -> None:
    """Only the result of `verify` is accepted, and other values are not shown."""
    url = URL("https://anilist.co/api/v2/oauth/authorize")
    login = Login(url=url, state=STATE, expires_at=NOON)
    with pytest.raises(ConfigurationError, match=r"^verified: the result of OAuthSession.verify") as caught:
        AuthorizationResponse.from_verified(Masked(given), login=login, binding=Masked(None))
    assert "hidden" not in str(caught.value)


@pytest.mark.requirement("S19")
def test_its_repr_shows_nothing() -> None:
    """Neither state, code nor binding is shown, and it cannot be pickled."""
    response = AuthorizationResponse.from_callback(Masked({"state": STATE, "code": CODE}), binding=Masked("canary"))
    assert not any(secret in repr(response) for secret in (STATE, CODE, "canary"))
    with pytest.raises(TypeError, match="AuthorizationResponse holds a secret"):
        pickle.dumps(response)
