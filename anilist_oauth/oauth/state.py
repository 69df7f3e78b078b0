"""The state: the one defence of AniList's grant against a login that reaches the wrong person.

AniList has no PKCE and no ``iss``, so that a random, single-use state which the caller binds to the browser or the
chat user is all there is (RFC 6749 section 10.12).
"""

import hmac
import secrets


def new_state() -> str:
    """Make a fresh state: 256 random bits as 43 characters of ``A-Z a-z 0-9 - _``."""
    return secrets.token_urlsafe(32)


def states_match(expected: str, given: str) -> bool:
    """Compare two states in constant time; one that is empty, absent or no string matches nothing."""
    if not (isinstance(expected, str) and isinstance(given, str) and expected and given):
        return False
    return hmac.compare_digest(expected.encode("utf-8", "surrogatepass"), given.encode("utf-8", "surrogatepass"))
