"""The access token, its claims and its user, as values without I/O.

`access_token` holds the token, `claims` reads its claims without verifying them, `viewer` is the user that AniList
reports, and `verification` compares the two. `oauth` obtains tokens; `storage` keeps them.
"""

from anilist_oauth.tokens.access_token import Token, bearer_headers
from anilist_oauth.tokens.claims import UnverifiedClaims, peek_claims
from anilist_oauth.tokens.viewer import Verified, Viewer

__all__ = ["Token", "UnverifiedClaims", "Verified", "Viewer", "bearer_headers", "peek_claims"]
