"""Who the user is, by AniList's own word."""

import attrs

from anilist_oauth.tokens.access_token import Token


@attrs.frozen
class Viewer:
    """AniList's ``Viewer``: the user a token belongs to.

    Attributes:
        id: AniList's integer id, which never changes: link accounts by it, not by the name.
        name: The name, which the user may change.
        avatar: URL of the large avatar, or None.
        site_url: URL of the profile, or None.
        unread: The number of unread notifications, or None.
    """

    id: int
    name: str
    avatar: str | None
    site_url: str | None
    unread: int | None


@attrs.frozen
class Verified:
    """A pasted or implicit token that proved to be this application's, and whose it is."""

    token: Token
    viewer: Viewer
