"""A token from another source must name this application, and the same user as AniList."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from anilist_oauth.errors import TokenMismatchError
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.verification import claimed_token, verified
from anilist_oauth.tokens.viewer import Viewer

MIKA = Viewer(5, "mika", None, None, None)


def jwt(**claims: Any) -> str:
    """Return an unsigned JWT."""
    head, payload = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"typ": "JWT"}, claims)
    )
    return f"{head}.{payload}.signature"


def test_a_token_of_this_application_and_user_is_verified() -> None:
    """Whitespace around a pasted token is ignored."""
    token, claims = claimed_token(f" {jwt(aud='12345', sub='5', exp=1_800_000_000)}\n", client_id="12345")
    done = verified(token, claims, MIKA)
    assert (done.token, done.viewer) == (token, MIKA)
    assert token.expires_at == datetime.fromtimestamp(1_800_000_000, UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "canary",
        "a.b.canary",
        "é" + jwt(aud="12345", sub="5"),
        "x " + jwt(aud="12345"),
        Token(access_token=jwt(aud="12345", sub="5"), expires_at=None),
        None,
    ],
)
def test_anything_but_a_jwt_is_refused(text: Any) -> None:
    """Other text and an incomplete token are refused."""
    with pytest.raises(TokenMismatchError) as caught:
        claimed_token(text, client_id="12345")
    assert caught.value.reason == "not_a_jwt"
    assert "canary" not in str(caught.value)


@pytest.mark.requirement("S17")
@pytest.mark.requirement("S27")
@pytest.mark.parametrize("claims", [{"aud": "54321"}, {}, {"aud": ["12345", "54321"]}])
def test_a_token_of_another_application_is_refused(claims: dict[str, Any]) -> None:
    """So is a token that names no application."""
    with pytest.raises(TokenMismatchError) as caught:
        claimed_token(jwt(sub="5", **claims), client_id="12345")
    assert caught.value.reason in {"other_application", "not_a_jwt"}


@pytest.mark.requirement("S17")
@pytest.mark.requirement("S27")
@pytest.mark.parametrize("claims", [{"sub": "6"}, {}])
def test_a_token_that_names_another_user_is_refused(claims: dict[str, Any]) -> None:
    """AniList must report the same user as the claims."""
    token, peeked = claimed_token(jwt(aud="12345", **claims), client_id="12345")
    with pytest.raises(TokenMismatchError) as caught:
        verified(token, peeked, MIKA)
    assert caught.value.reason == "other_user"
