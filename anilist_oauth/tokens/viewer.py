"""The user of a token, as AniList reports it."""

from typing import Any

import attrs

from anilist_oauth.arguments import Value, expect, instance_of
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.tokens.access_token import Token


@attrs.frozen(repr=False, eq=False)
class Viewer(Value):
    """The user that a token belongs to (``Viewer`` in AniList's API).

    Attributes:
        id: AniList's user id. It never changes, so link accounts by the id, not by the name.
        name: The name. The user may change it.
        avatar: URL of the large avatar, or None.
        site_url: URL of the profile, or None.
        unread: The number of unread notifications at the time of the request, or None.
    """

    id: int
    name: str
    avatar: str | None
    site_url: str | None
    unread: int | None

    def __attrs_post_init__(self) -> None:
        if type(self.id) is not int or self.id <= 0:
            raise ConfigurationError("id: AniList's user id is needed, which is a positive integer")
        expect(self.name, str, "name: a string is needed")
        expect(self.avatar, str | None, "avatar: a URL as a string is needed, or None")
        expect(self.site_url, str | None, "site_url: a URL as a string is needed, or None")
        expect(self.unread, int | None, "unread: a number of notifications is needed, or None")


@attrs.frozen(repr=False, eq=False)
class Verified(Value):
    """A pasted or implicit token and its user. It was verified that the token belongs to this application."""

    token: Token = attrs.field(validator=instance_of(Token, "token: a Token is needed"))
    viewer: Viewer = attrs.field(validator=instance_of(Viewer, "viewer: a Viewer is needed"))


def display_name(user_id: int, viewer: Viewer | None) -> str:
    """Return the viewer's name, or ``AniList user 112084`` if it is unknown."""
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


def check_user(record: Any, _field: "attrs.Attribute[Any]", user_id: Any) -> None:
    """Raise `ConfigurationError` unless the user id is a positive integer, and that of ``record.viewer``.

    This is an attrs validator for the `user_id` of a record with a `viewer`.
    """
    if record.viewer is not None:
        expect(record.viewer, Viewer, "viewer: a Viewer is needed, or None")
    if type(user_id) is not int or user_id <= 0:
        raise ConfigurationError("user_id: AniList's user id is needed, which is a positive integer")
    if record.viewer is not None and record.viewer.id != user_id:
        raise ConfigurationError("user_id: it differs from the viewer's id; pass the id of the same user")
