"""Read the claims of AniList's access tokens without verifying them.

AniList publishes no key, so only AniList itself can verify a token. The claims are trusted in one case: `LoginFlow`
reads ``sub`` from a token that the token endpoint has just sent over TLS. OpenID Connect Core 3.1.3.7 item 6 allows the
same for ID tokens, and AniList's guide takes the user id from ``sub``. Pass a token from any other source to
`OAuthSession.verify`.
"""

import base64
import json
from datetime import UTC, datetime
from typing import Any, NoReturn

import attrs

from anilist_oauth.arguments import Value

SIZE_LIMIT = 16 * 1024  # characters; AniList's tokens have about 1,100
ID_LIMIT = 2**63
_DIGITS = len(str(ID_LIMIT))


@attrs.frozen(repr=False, eq=False)
class UnverifiedClaims(Value):
    """The claims of an access token. They are not verified, and anybody can write such a token.

    Attributes:
        client_id: The application that the token was issued to, if `audience` has exactly one member. Otherwise None.
        audience: The ``aud`` claim, or empty if it is missing or unreadable.
        user_id: The ``sub`` claim: AniList's integer user id.
        issued_at: The ``iat`` claim, in UTC.
        expires_at: The ``exp`` claim, in UTC.
    """

    client_id: str | None
    audience: tuple[str, ...]
    user_id: int | None
    issued_at: datetime | None
    expires_at: datetime | None


def peek_claims(access_token: str) -> UnverifiedClaims | None:
    """Read the claims of a JWT without verifying them (RFC 7519 section 4.1), in limited time and memory.

    Args:
        access_token: The token, at most 16 KiB long.

    Returns:
        The claims, or None if the token is not a JWT. A claim that is missing or unreadable is None, or an empty
        `audience`.
    """
    if not isinstance(access_token, str) or len(access_token) > SIZE_LIMIT:
        return None
    try:
        _, payload, _ = access_token.split(".", 3)
        raw = base64.b64decode(payload + "=" * (-len(payload) % 4), altchars=b"-_", validate=True)
        claims = json.loads(raw.decode(), parse_constant=_refuse)
        if not isinstance(claims, dict):
            return None
    except (ValueError, RecursionError):
        return None
    audience, sub = _audience(claims.get("aud")), claims.get("sub")
    if isinstance(sub, str) and sub.isascii() and sub.isdigit() and len(sub) <= _DIGITS:
        sub = int(sub)
    return UnverifiedClaims(
        client_id=audience[0] if len(audience) == 1 else None,
        audience=audience,
        user_id=sub if type(sub) is int and 0 < sub < ID_LIMIT else None,
        issued_at=_time(claims.get("iat")),
        expires_at=_time(claims.get("exp")),
    )


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _audience(aud: Any) -> tuple[str, ...]:
    """Read a string, an integer, or a list of these. The result is empty if there is any other member."""
    members = aud if isinstance(aud, list) else [aud]
    found = tuple(
        str(member)
        for member in members
        if (isinstance(member, str) and member and member.isprintable())
        or (type(member) is int and 0 < member < ID_LIMIT)
    )
    return found if len(found) == len(members) else ()


def _time(seconds: Any) -> datetime | None:
    if type(seconds) not in {int, float}:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):  # the type depends on the platform
        return None
