"""Whether a token that did not come from an exchange may be believed: a pasted or implicit one.

Any application's token passes AniList's ``Viewer``, so that one made for another application would log its user in
here. The claims name the application, and AniList vouches for the user; the two must agree (RFC 6749 section 10.16).
"""

from anilist_oauth.errors import ConfigurationError, TokenMismatchError
from anilist_oauth.redaction import MaskedText
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.claims import UnverifiedClaims, peek_claims
from anilist_oauth.tokens.viewer import Verified, Viewer


def claimed_token(access_token: str, *, client_id: str) -> tuple[Token, UnverifiedClaims]:
    """Make a token whose claims name this application; what AniList says of it comes next.

    Raises:
        TokenMismatchError: It is no JWT, or another application's.
    """
    access_token = MaskedText(access_token.strip()) if isinstance(access_token, str) else MaskedText()
    claims = peek_claims(access_token)
    try:
        token = Token.from_access_token(access_token)
    except ConfigurationError:
        claims = None
    if claims is None:
        raise TokenMismatchError(
            "this is not an access token of AniList; pass it whole, as a string", reason="not_a_jwt"
        )
    if claims.client_id != client_id:
        raise TokenMismatchError(
            "the token was issued to another application: log in with this one", reason="other_application"
        )
    return token, claims


def verified(token: Token, claims: UnverifiedClaims, viewer: Viewer) -> Verified:
    """Give the token and whose it is; `TokenMismatchError` if its claims name another user than AniList does."""
    if claims.user_id != viewer.id:
        raise TokenMismatchError("the token names another user than AniList does: log in again", reason="other_user")
    return Verified(token=token, viewer=viewer)
