"""The user of a token, as AniList reports it."""

import attrs

from anilist_oauth.arguments import expect
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.tokens.access_token import Token


@attrs.frozen
class Viewer:
    """The user a token belongs to (``Viewer`` in AniList's API).

    Attributes:
        id: AniList's user id. It never changes: link accounts by the id, not by the name.
        name: The name. The user may change it.
        avatar: URL of the large avatar, or None.
        site_url: URL of the profile, or None.
        unread: The number of unread notifications, or None.
    """

    id: int
    name: str
    avatar: str | None
    site_url: str | None
    unread: int | None

    def __attrs_post_init__(self) -> None:
        if type(self.id) is not int or self.id <= 0:
            raise ConfigurationError("id: a positive integer is needed, AniList's user id")
        expect(self.name, str, "name: a string is needed")
        expect(self.avatar, str | None, "avatar: a URL as a string is needed, or None")
        expect(self.site_url, str | None, "site_url: a URL as a string is needed, or None")
        expect(self.unread, int | None, "unread: a number of notifications is needed, or None")


@attrs.frozen
class Verified:
    """A pasted or implicit token that was issued to this application, and its user."""

    token: Token
    viewer: Viewer

    def __attrs_post_init__(self) -> None:
        expect(self.token, Token, "token: a Token is needed")
        expect(self.viewer, Viewer, "viewer: a Viewer is needed")


def display_name(user_id: int, viewer: Viewer | None) -> str:
    """Return a name to greet the user with: the viewer's name, or ``AniList user 112084`` if it is unknown."""
    return f"AniList user {user_id}" if viewer is None else viewer.name


def known_user_id(viewer: Viewer | None) -> int:
    """Return the user id of the viewer.

    Raises:
        ConfigurationError: There is no viewer.
    """
    if viewer is None:
        raise ConfigurationError("user_id: pass AniList's user id, or the viewer")
    expect(viewer, Viewer, "viewer: a Viewer is needed, or None")
    return viewer.id


def check_user(user_id: int, viewer: Viewer | None) -> None:
    """Raise `ConfigurationError` unless the user id is a positive integer, and the viewer's."""
    expect(viewer, Viewer | None, "viewer: a Viewer is needed, or None")
    if type(user_id) is not int or user_id <= 0:
        raise ConfigurationError("user_id: a positive integer is needed, AniList's user id")
    if viewer is not None and viewer.id != user_id:
        raise ConfigurationError("user_id: it differs from the viewer's id; pass the id of the same user")
