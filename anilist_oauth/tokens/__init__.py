"""The access token, its claims and its user, as values without I/O.

`access_token` has the token, `claims` reads its claims without verifying them, `viewer` has the user as AniList reports
it, and `verification` compares the claims with that user. Tokens are obtained in `oauth` and stored in `storage`.
"""

from anilist_oauth.tokens.access_token import Token, bearer_headers
from anilist_oauth.tokens.claims import UnverifiedClaims, peek_claims
from anilist_oauth.tokens.viewer import Verified, Viewer

__all__ = ["Token", "UnverifiedClaims", "Verified", "Viewer", "bearer_headers", "peek_claims"]
