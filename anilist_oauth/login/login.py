"""The values that `LoginFlow` returns: `Login` for a login that was begun, and `CompletedLogin` for a finished one."""

from datetime import datetime, timedelta

import attrs
from yarl import URL

from anilist_oauth.arguments import Value, expect, instance_of
from anilist_oauth.clock import in_utc, to_utc
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.redaction import Unpicklable, masked
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.viewer import Viewer, check_user, display_name, known_user_id

_LONGEST_LIFE = timedelta(days=366)


def checked_lifetime(lifetime: timedelta) -> timedelta:
    """Return a login's lifetime, or raise `ConfigurationError` unless it is positive and at most a year."""
    expect(lifetime, timedelta, "lifetime: a timedelta is needed")
    if not timedelta() < lifetime <= _LONGEST_LIFE:
        raise ConfigurationError("lifetime: a positive time of at most a year is needed")
    return lifetime


@attrs.frozen(repr=False, eq=False, kw_only=True)
class Login(Value, Unpicklable):
    """A login that was begun. Whoever has its `url` can finish it, so show it to one person only.

    Attributes:
        url: Where to send the user. It contains the state.
        state: The random key that the callback contains.
        subject: Your name for the person who logs in, or None for a sign-in that is not finished.
        label: The name on pages of the person the login is for, or None.
        return_to: Where the web application redirects to afterwards, or None. `LoginFlow.begin` has checked it.
        expires_at: When it can no longer be finished, in UTC.
    """

    url: URL = attrs.field(repr=masked, validator=instance_of(URL, "url: a yarl.URL is needed"))
    state: str = attrs.field(repr=masked, validator=instance_of(str, "state: a string is needed"))
    subject: str | None = None
    label: str | None = None
    return_to: str | None = None
    expires_at: datetime = attrs.field(converter=to_utc, validator=in_utc)

    @property
    def link(self) -> str:
        """The `url` as a `str`, for buttons and messages in chats."""
        return str(self.url)


@attrs.frozen(repr=False, eq=False, kw_only=True)
class CompletedLogin(Value, Unpicklable):
    """A finished login, with the user and the token.

    Link accounts by `user_id`, which never changes. Greet the user with `display_name`.

    Attributes:
        login: The login. Its `subject` is always set. For a sign-in, it is ``anilist:`` and the user id.
        token: The user's access token.
        user_id: The AniList user id. By default that of the viewer.
        viewer: The user as AniList reports it, or None if AniList could not be asked at once. `LoginFlow.viewer`
            requests it later.
    """

    login: Login = attrs.field(validator=instance_of(Login, "login: a Login is needed"))
    token: Token = attrs.field(validator=instance_of(Token, "token: a Token is needed"))
    viewer: Viewer | None = None  # must come before `user_id`, whose default uses it
    user_id: int = attrs.field(
        default=attrs.Factory(lambda self: known_user_id(self.viewer), takes_self=True), validator=check_user
    )

    @property
    def display_name(self) -> str:
        """The user's name, or ``AniList user 112084`` if it is unknown."""
        return display_name(self.user_id, self.viewer)
