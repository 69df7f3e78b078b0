"""An unverified look into AniList's access token.

AniList publishes no key, so that nobody but AniList can tell a true token from a forged one. What is read here is good
for an expiry date to show, never for who somebody is: that is what ``Viewer`` answers.
"""

import base64
import json
from datetime import UTC, datetime
from typing import Any, NoReturn

import attrs

SIZE_LIMIT = 16 * 1024  # characters; AniList's tokens have about 1,100
ID_LIMIT = 2**63


@attrs.frozen
class UnverifiedClaims:
    """What an access token says of itself; anybody can write such a token.

    Attributes:
        client_id: The ``aud`` claim: the application it was issued to.
        user_id: The ``sub`` claim: AniList's integer user id.
        issued_at: The ``iat`` claim, in UTC.
        expires_at: The ``exp`` claim, in UTC.
    """

    client_id: str | None
    user_id: int | None
    issued_at: datetime | None
    expires_at: datetime | None


def peek_claims(access_token: str) -> UnverifiedClaims | None:
    """Read the claims of a JWT without verifying them, in bounded time and memory (RFC 7519 section 4.1).

    Args:
        access_token: The token, at most 16 KiB.

    Returns:
        The claims, each None where it is absent; None for anything that is not such a token.
    """
    if not isinstance(access_token, str) or len(access_token) > SIZE_LIMIT:
        return None
    try:
        _, payload, _ = access_token.split(".", 3)
        raw = base64.b64decode(payload + "=" * (-len(payload) % 4), altchars=b"-_", validate=True)
        claims = json.loads(raw.decode(), parse_constant=_refuse)
        if not isinstance(claims, dict):
            return None
        return UnverifiedClaims(
            client_id=_client_id(claims.get("aud")),
            user_id=_user_id(claims.get("sub")),
            issued_at=_time(claims.get("iat")),
            expires_at=_time(claims.get("exp")),
        )
    except (ValueError, OverflowError, OSError, RecursionError):
        return None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _client_id(aud: Any) -> str | None:
    if isinstance(aud, list) and len(aud) == 1:
        aud = aud[0]
    if aud is None or (isinstance(aud, str) and aud and aud.isprintable()):
        return aud
    raise ValueError


def _user_id(sub: Any) -> int | None:
    if sub is None:
        return None
    if isinstance(sub, str) and sub.isascii() and sub.isdigit():
        sub = int(sub)
    if type(sub) is int and 0 < sub < ID_LIMIT:
        return sub
    raise ValueError


def _time(seconds: Any) -> datetime | None:
    if seconds is None:
        return None
    if type(seconds) not in {int, float}:
        raise ValueError
    return datetime.fromtimestamp(seconds, UTC)
