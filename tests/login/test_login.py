"""The values for logins."""

import pickle
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
from yarl import URL

from anilist_oauth.errors import ConfigurationError, StorageError
from anilist_oauth.login.login import CompletedLogin, Login
from anilist_oauth.storage.records import PendingLogin, Taken, new_claim
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.viewer import Viewer

NOON = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
LOGIN = Login(url=URL("https://anilist.co/?state=canary"), state="canary", expires_at=NOON)
TOKEN = Token(access_token="canary", expires_at=None)
MIKA = Viewer(5, "mika", None, None, None)


def test_a_claim_says_when_and_is_never_made_twice() -> None:
    """Two claims at the same microsecond differ."""
    claims = {new_claim(NOON) for _ in range(1000)}
    assert len(claims) == 1000
    assert {Taken(claim=claim, code="").at for claim in claims} == {NOON}


@pytest.mark.parametrize("claim", ["", "yesterday", "2026-13-01T00:00:00+00:00 abc"])
def test_a_foreign_claim_is_a_storage_error(claim: str) -> None:
    """A claim that this package did not make never raises a ValueError."""
    with pytest.raises(StorageError, match="did not take"):
        Taken(claim=claim, code="").at  # noqa: B018  a property that raises


def test_expiry_is_kept_in_utc() -> None:
    """The time may be given in any zone."""
    elsewhere = NOON.astimezone(timezone(timedelta(hours=9)))
    pending = PendingLogin(client_id="1", expires_at=elsewhere)
    assert pending.expires_at == NOON
    assert pending.expires_at.tzinfo is UTC


@pytest.mark.parametrize("expires_at", [NOON.replace(tzinfo=None), None, 7])
def test_expiry_is_aware(expires_at: Any) -> None:
    """A naive time would be different on every machine."""
    with pytest.raises(ConfigurationError, match="expires_at"):
        PendingLogin(client_id="1", expires_at=expires_at)


def test_a_pending_login_contains_no_secret() -> None:
    """A store may keep its fields in plain text."""
    names = [field.name for field in attrs.fields(PendingLogin)]
    assert names == ["client_id", "subject", "binding_digest", "label", "return_to", "expires_at", "taken"]


@pytest.mark.requirement("S19")
def test_a_login_keeps_its_state_and_token_to_itself() -> None:
    """Neither is in the repr, and neither value can be pickled."""
    done = CompletedLogin(login=LOGIN, token=TOKEN, viewer=MIKA)
    for value in (LOGIN, done):
        assert "canary" not in repr(value)
        with pytest.raises(TypeError, match=f"{type(value).__name__} holds a secret"):
            pickle.dumps(value)


def test_a_link_is_the_url_as_text() -> None:
    """Chat libraries need a `str` for their buttons."""
    assert LOGIN.link == "https://anilist.co/?state=canary"


def test_a_completed_login_is_greeted_by_name_where_it_is_known() -> None:
    """The user id is that of the viewer by default, and without a viewer it is the name."""
    named = CompletedLogin(login=LOGIN, token=TOKEN, viewer=MIKA)
    assert (named.user_id, named.display_name) == (5, "mika")
    unnamed = CompletedLogin(login=LOGIN, token=TOKEN, user_id=112084, viewer=None)
    assert (unnamed.user_id, unnamed.display_name) == (112084, "AniList user 112084")


@pytest.mark.parametrize(
    "given", [{}, {"user_id": 6, "viewer": MIKA}, {"user_id": 0}, {"user_id": "5"}, {"user_id": True}]
)
def test_a_completed_login_names_one_user(given: dict[str, Any]) -> None:
    """A missing, different or invalid user id is refused."""
    with pytest.raises(ConfigurationError, match=r"^user_id: "):
        CompletedLogin(login=LOGIN, token=TOKEN, **given)


@pytest.mark.parametrize(("field", "value"), [("url", "https://anilist.co/"), ("state", None), ("expires_at", None)])
def test_a_login_of_a_wrong_type_cannot_exist(field: str, value: Any) -> None:
    """The error names the field."""
    with pytest.raises(ConfigurationError, match=f"^{field}: "):
        attrs.evolve(LOGIN, **{field: value})


@pytest.mark.parametrize(("field", "value"), [("login", None), ("token", "canary"), ("viewer", "mika")])
def test_a_completed_login_of_a_wrong_type_cannot_exist(field: str, value: Any) -> None:
    """The error names the field."""
    with pytest.raises(ConfigurationError, match=f"^{field}: "):
        attrs.evolve(CompletedLogin(login=LOGIN, token=TOKEN, user_id=5), **{field: value})


def test_a_pending_login_names_its_application() -> None:
    """A number is not a client id."""
    client_id: Any = 1
    with pytest.raises(ConfigurationError, match=r"^client_id: a string of 1 to 2,048 bytes"):
        PendingLogin(client_id=client_id, expires_at=NOON)
