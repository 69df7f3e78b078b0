"""The access token, what it says of itself, and the user it belongs to, as values, without I/O.

`access_token` is the token, `claims` reads it without verifying it, `viewer` is AniList's word on a user,
`verification` compares the two. How a token is obtained is in `oauth`; where it is kept is in `storage`.
"""

from anilist_oauth.tokens.access_token import Token, bearer_headers
from anilist_oauth.tokens.claims import UnverifiedClaims, peek_claims
from anilist_oauth.tokens.viewer import Verified, Viewer

__all__ = ["Token", "UnverifiedClaims", "Verified", "Viewer", "bearer_headers", "peek_claims"]
