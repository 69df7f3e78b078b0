"""The records of stores as values."""

from typing import Any

import attrs
import pytest

from anilist_oauth.errors import ConfigurationError, StorageError
from anilist_oauth.storage import StoredToken
from anilist_oauth.storage.records import Taken, new_claim
from anilist_oauth.tokens.access_token import Token
from tests.storage.records import NOON, jwt, pending, stored


def test_a_record_takes_the_user_id_from_its_viewer() -> None:
    """Without a viewer it must be given, and both must be the same user."""
    assert stored().user_id == 7
    assert attrs.evolve(stored(), viewer=None).user_id == 7
    for wrong in ({"viewer": None}, {"viewer": stored().viewer, "user_id": 8}, {"viewer": None, "user_id": 0}):
        with pytest.raises(ConfigurationError, match="user_id"):
            StoredToken(client_id="1", subject="a", token=stored().token, stored_at=NOON, **wrong)


def test_a_record_says_how_to_greet_its_user() -> None:
    """If AniList could not be asked for the name, the user id stands for it."""
    assert stored().display_name == "ミカ"
    assert attrs.evolve(stored(), viewer=None).display_name == "AniList user 7"


@pytest.mark.requirement("R8")
def test_a_record_knows_when_its_token_was_issued() -> None:
    """By default it is the claim `iat`, and None for a token that is not a JWT."""
    token = Token.from_access_token(jwt(sub="7", iat=NOON.timestamp()))
    record = StoredToken(client_id="1", subject="a", token=token, user_id=7, stored_at=NOON)
    assert record.issued_at == NOON
    assert stored().issued_at is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("client_id", 1),
        ("subject", None),
        ("token", "eyJ"),
        ("viewer", "mika"),
        ("stored_at", NOON.replace(tzinfo=None)),
        ("issued_at", NOON.replace(tzinfo=None)),
        ("refused_at", 5),
    ],
)
def test_a_record_of_a_wrong_type_cannot_exist(field: str, value: Any) -> None:
    """The error names the field."""
    with pytest.raises(ConfigurationError, match=f"^{field}: "):
        attrs.evolve(stored(), **{field: value})


def test_a_record_without_a_user_id_takes_it_from_a_viewer_alone() -> None:
    """Any other object is refused."""
    viewer: Any = "mika"
    with pytest.raises(ConfigurationError, match=r"^viewer: a Viewer is needed, or None, not str"):
        StoredToken(client_id="1", subject="a", token=stored().token, stored_at=NOON, viewer=viewer)


def test_a_claim_contains_its_time() -> None:
    """A claim of another program raises our error."""
    assert Taken(claim=new_claim(NOON), code="x").at == NOON
    for claim in ("canary", "", "0001-01-01T00:00:00+14:00 x"):
        with pytest.raises(StorageError, match="did not take"):
            _ = Taken(claim=claim, code="x").at


@pytest.mark.requirement("S40")
def test_the_return_to_of_a_sign_in_is_short() -> None:
    """Anybody can begin a sign-in, and it is stored for minutes."""
    with pytest.raises(ConfigurationError, match=r"^return_to: 512 bytes at most"):
        attrs.evolve(pending(None), return_to="/" + "x" * 512)
    assert attrs.evolve(pending("discord:42"), return_to="/" + "x" * 512).return_to
