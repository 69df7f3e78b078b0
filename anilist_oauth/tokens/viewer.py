"""Who the user is, by AniList's own word."""

import attrs

from anilist_oauth.errors import ConfigurationError
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


def display_name(user_id: int, viewer: Viewer | None) -> str:
    """Give the name to greet a user by: their own, else one such as ``AniList user 112084``."""
    return f"AniList user {user_id}" if viewer is None else viewer.name


def known_user_id(viewer: Viewer | None) -> int:
    """Take the user id from the viewer, where none was given.

    Raises:
        ConfigurationError: There is no viewer either.
    """
    if viewer is None:
        raise ConfigurationError("user_id: give AniList's user id, or the viewer")
    return viewer.id


def check_user(user_id: int, viewer: Viewer | None) -> None:
    """Refuse a user id that is not a positive integer, or not the viewer's: a `ConfigurationError`."""
    if type(user_id) is not int or user_id <= 0:
        raise ConfigurationError("user_id: AniList's user id is a positive integer")
    if viewer is not None and viewer.id != user_id:
        raise ConfigurationError("user_id: it is not the viewer's id; the two must name one user")
