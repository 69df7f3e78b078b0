"""One login's life as values: begun (`Login`), kept (`PendingLogin`), taken (`Taken`), completed (`CompletedLogin`)."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
from yarl import URL

from anilist_oauth.arguments import expect
from anilist_oauth.errors import ConfigurationError, StorageError
from anilist_oauth.redaction import Unpicklable, masked
from anilist_oauth.tokens import Token
from anilist_oauth.viewer import Viewer

_LONGEST_LIFE = timedelta(days=366)
_TEXT_LIMIT = 2048  # bytes; what is kept for strangers is bounded, and PostgreSQL's keys hold some 2,700 at most


def _text(instance: object, attribute: "attrs.Attribute[str | None]", value: Any) -> None:
    """Refuse at once what some store could not keep, when the code is spent already."""
    del instance
    if value is None:
        return
    data = value.encode("utf-8", "replace") if isinstance(value, str) else b""
    if not 0 < len(data) <= _TEXT_LIMIT or data.decode() != value or "\0" in value:
        raise ConfigurationError(
            f"{attribute.name}: a string of 1 to {_TEXT_LIMIT:,} bytes in UTF-8, without NUL, is needed, or None"
        )


def checked_lifetime(lifetime: timedelta) -> timedelta:
    """Give a login's lifetime back; `ConfigurationError` unless it is positive, and a year at most."""
    expect(lifetime, timedelta, "lifetime: a timedelta is needed")
    if not timedelta() < lifetime <= _LONGEST_LIFE:
        raise ConfigurationError("lifetime: a positive time of at most a year is needed")
    return lifetime


def _aware(value: datetime) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ConfigurationError("expires_at: an aware datetime is needed, such as datetime.now(UTC)")
    return value.astimezone(UTC)


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


@attrs.frozen(kw_only=True)
class Taken:
    """Who took a login, and with what.

    Attributes:
        claim: What `new_claim` made for this one take.
        code: The digest of what the taker brought: a code, a denial, a cancellation.
    """

    claim: str
    code: str

    @property
    def at(self) -> datetime:
        """When it was taken, by the clock of the session that took it.

        Raises:
            StorageError: `new_claim` did not make the claim.
        """
        try:
            return datetime.fromisoformat(self.claim.partition(" ")[0]).astimezone(UTC)
        except ValueError as error:
            raise StorageError("the store holds a login that this package did not take; start a new one") from error


def new_claim(now: datetime) -> str:
    """Make a taker's mark: the time of the take, so that no store needs a clock for it, and 128 random bits."""
    return f"{now.isoformat()} {secrets.token_hex(16)}"


@attrs.frozen(kw_only=True)
class PendingLogin:
    """A login as a store keeps it, under the digest of its state; there is no secret in it.

    Attributes:
        client_id: The application it belongs to.
        subject: Whose login this is, or None for a sign-in.
        binding_digest: The digest of what only the right browser or user can bring along, or None.
        label: What a page may call the one who asked, or None.
        return_to: Where the web application goes on afterwards, or None.
        expires_at: When it can no longer be taken, in UTC.
        taken: Who took it, or None; a store fills it in, and it is None when the login is added.
    """

    client_id: str
    subject: str | None = attrs.field(default=None, validator=_text)
    binding_digest: str | None = attrs.field(default=None, validator=_text)
    label: str | None = attrs.field(default=None, validator=_text)
    return_to: str | None = attrs.field(default=None, validator=_text)
    expires_at: datetime = attrs.field(converter=_aware)
    taken: Taken | None = None


@attrs.frozen(kw_only=True)
class CompletedLogin(Unpicklable):
    """A finished login: whose it was, and the user's token and viewer.

    Attributes:
        login: The login; its `subject` is always set: that of a sign-in is ``anilist:`` and the viewer's id.
        token: The user's access token.
        viewer: The user, as AniList named them with that very token.
    """

    login: Login
    token: Token
    viewer: Viewer
