"""The state, which is the only protection against a login that reaches the wrong person.

AniList supports neither PKCE nor ``iss``. So a login depends on a random state that is used once and is bound to the
browser or chat user (RFC 6749 section 10.12).
"""

import hmac
import secrets

from anilist_oauth.redaction import secret_bytes


def new_state() -> str:
    """Return a new state: 256 random bits as 43 characters of ``A-Z a-z 0-9 - _``."""
    return secrets.token_urlsafe(32)


def states_match(expected: str, given: str) -> bool:
    """Return whether two states are equal, in constant time. An empty state or another type never matches."""
    if not (isinstance(expected, str) and isinstance(given, str) and expected and given):
        return False
    return hmac.compare_digest(secret_bytes(expected), secret_bytes(given))
