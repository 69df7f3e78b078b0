"""The user that a token belongs to."""

import pickle
from typing import Any

import attrs
import pytest

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.viewer import Verified, Viewer

MIKA = Viewer(id=5, name="Mika", avatar=None, site_url="https://anilist.co/user/5", unread=2)


def test_a_viewer_is_a_plain_value() -> None:
    """It contains no secret, and can be compared, hashed and pickled."""
    assert Viewer(5, "Mika", None, "https://anilist.co/user/5", 2) == MIKA
    assert pickle.loads(pickle.dumps(MIKA)) == MIKA
    assert len({MIKA, Viewer(5, "Renamed", None, None, None)}) == 2


@pytest.mark.requirement("S19")
def test_a_verified_token_stays_hidden() -> None:
    """The token is not in the repr, and cannot be pickled."""
    verified = Verified(Token(access_token="hidden", expires_at=None), MIKA)
    assert "hidden" not in f"{verified} {verified!r}"
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(verified)


@pytest.mark.parametrize(
    ("field", "value"),
    [("id", 0), ("id", "5"), ("id", True), ("name", None), ("avatar", 5), ("site_url", b"https://x"), ("unread", "2")],
)
def test_a_viewer_of_a_wrong_type_cannot_exist(field: str, value: Any) -> None:
    """The error names the field."""
    with pytest.raises(ConfigurationError, match=f"^{field}: "):
        attrs.evolve(MIKA, **{field: value})


def test_a_verified_value_needs_a_token_and_a_viewer() -> None:
    """Two strings are refused."""
    token: Any = "token"
    viewer: Any = "mika"
    with pytest.raises(ConfigurationError, match=r"^token: a Token is needed, not str"):
        Verified(token, MIKA)
    with pytest.raises(ConfigurationError, match=r"^viewer: a Viewer is needed, not str"):
        Verified(Token(access_token="hidden", expires_at=None), viewer)
