"""Verify a token that does not come from an exchange, such as a pasted or implicit one.

AniList's ``Viewer`` query accepts tokens of every application, so a token of another application could log its user in
here. The claims contain the application and the user, and AniList reports the user. The application must be this one,
and both users must be the same (RFC 6749 section 10.16).
"""

from anilist_oauth.errors import ConfigurationError, TokenMismatchError
from anilist_oauth.redaction import MaskedText
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.claims import UnverifiedClaims, peek_claims
from anilist_oauth.tokens.viewer import Verified, Viewer


def claimed_token(access_token: str, *, client_id: str) -> tuple[Token, UnverifiedClaims]:
    """Return the token and its claims if they name this application. This does not verify the user.

    Raises:
        TokenMismatchError: The string is not a JWT, or the token was issued to another application.
    """
    access_token = MaskedText(access_token.strip()) if isinstance(access_token, str) else MaskedText()
    claims = peek_claims(access_token)
    try:
        token = Token.from_access_token(access_token)
    except ConfigurationError:
        claims = None
    if claims is None:
        raise TokenMismatchError(
            "this is not an access token of AniList; pass the whole token, as a string", reason="not_a_jwt"
        )
    if claims.client_id != client_id:
        raise TokenMismatchError(
            "the token was issued to another application; log in with this one", reason="other_application"
        )
    return token, claims


def verified(token: Token, claims: UnverifiedClaims, viewer: Viewer) -> Verified:
    """Return the token with its user, or raise `TokenMismatchError` if its claims name another user than AniList."""
    if claims.user_id != viewer.id:
        raise TokenMismatchError(
            "the token's claims name another user than AniList does; log in again", reason="other_user"
        )
    return Verified(token=token, viewer=viewer)
