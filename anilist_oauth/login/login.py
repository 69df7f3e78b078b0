"""One login's life as values: begun (`Login`), kept (`PendingLogin`), taken (`Taken`), completed (`CompletedLogin`)."""

from datetime import datetime, timedelta

import attrs
from yarl import URL

from anilist_oauth.arguments import expect
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.redaction import Unpicklable, masked
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.viewer import Viewer, check_user, display_name, known_user_id

_LONGEST_LIFE = timedelta(days=366)


def checked_lifetime(lifetime: timedelta) -> timedelta:
    """Give a login's lifetime back; `ConfigurationError` unless it is positive, and a year at most."""
    expect(lifetime, timedelta, "lifetime: a timedelta is needed")
    if not timedelta() < lifetime <= _LONGEST_LIFE:
        raise ConfigurationError("lifetime: a positive time of at most a year is needed")
    return lifetime


@attrs.frozen(kw_only=True)
class Login(Unpicklable):
    """A login as the one who began it holds it; whoever has the `url` can finish it, so that it is shown to one person.

    Attributes:
        url: Where the user goes; the state is in it.
        state: The random key that the callback brings back.
        subject: Whose login this is in the application's own terms, or None for a sign-in that is not finished.
        label: What a page may call the one who asked, or None.
        return_to: Where the web application goes on afterwards, checked when the login was begun, or None.
        expires_at: When it can no longer be finished, in UTC.
    """

    url: URL = attrs.field(repr=masked)
    state: str = attrs.field(repr=masked)
    subject: str | None = None
    label: str | None = None
    return_to: str | None = None
    expires_at: datetime

    @property
    def link(self) -> str:
        """The `url` as a `str`, for a chat's buttons and messages."""
        return str(self.url)


@attrs.frozen(kw_only=True)
class CompletedLogin(Unpicklable):
    """A finished login: whose it was, and the user's token.

    Link accounts by `user_id`, which never changes, and greet by `display_name`.

    Attributes:
        login: The login; its `subject` is always set: that of a sign-in is ``anilist:`` and the user id.
        token: The user's access token.
        user_id: AniList's id of the user; the viewer's unless given.
        viewer: The user as AniList's ``Viewer`` names them, or None where AniList could not be asked at once:
            `LoginFlow.viewer` asks later.
    """

    login: Login
    token: Token
    viewer: Viewer | None = None  # before `user_id`, whose default reads it
    user_id: int = attrs.field(default=attrs.Factory(lambda self: known_user_id(self.viewer), takes_self=True))

    def __attrs_post_init__(self) -> None:
        check_user(self.user_id, self.viewer)

    @property
    def display_name(self) -> str:
        """The user's name, else one such as ``AniList user 112084``."""
        return display_name(self.user_id, self.viewer)
