"""The user of a token, as AniList reports it."""

import attrs

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


@attrs.frozen
class Verified:
    """A pasted or implicit token that was issued to this application, and its user."""

    token: Token
    viewer: Viewer


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
    return viewer.id


def check_user(user_id: int, viewer: Viewer | None) -> None:
    """Raise `ConfigurationError` unless the user id is a positive integer, and the viewer's."""
    if type(user_id) is not int or user_id <= 0:
        raise ConfigurationError("user_id: a positive integer is needed, AniList's user id")
    if viewer is not None and viewer.id != user_id:
        raise ConfigurationError("user_id: it differs from the viewer's id; pass the id of the same user")
