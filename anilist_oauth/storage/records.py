"""The records that stores keep: pending logins, who has taken them, and tokens with their users."""

import secrets
from datetime import UTC, datetime, timedelta

import attrs

from anilist_oauth.arguments import Value, expect, instance_of, wrong_type
from anilist_oauth.clock import in_utc, to_utc
from anilist_oauth.errors import ConfigurationError, StorageError
from anilist_oauth.redaction import Unpicklable
from anilist_oauth.storage.digests import digest
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.claims import peek_claims
from anilist_oauth.tokens.viewer import Viewer, check_user, display_name, known_user_id


def _checked_token(value: Token) -> Token:
    if not isinstance(value, Token):
        raise wrong_type(value, "token: a Token is needed")
    return value


@attrs.frozen(repr=False, eq=False, kw_only=True)
class StoredToken(Value, Unpicklable):
    """The record of a user's token. There is one per client id and subject.

    Attributes:
        client_id: The application that the token was issued to.
        subject: Whose token it is: the name that the application chose, such as ``discord:42``.
        token: The access token.
        user_id: The AniList user id. It never changes, so link accounts by it. By default that of the viewer.
        viewer: The user as AniList reports it, or None if AniList could not be asked yet.
        issued_at: When AniList issued the token, by AniList's clock (the claim ``iat``), in UTC. None if the token has
            no such claim. Of two tokens of a subject, the one that was issued later is newer.
        stored_at: When the user logged in, in UTC.
        token_id: The SHA-256 hex of the access token.
        needs_login: Whether AniList refused the token. The token is kept nevertheless, because AniList has refused
            valid tokens during incidents.
        refused_at: When AniList last refused it, or None.
        told_expiring: Whether the hook `on_expiring` was called for the token.
        told_invalid: Whether the hook `on_invalid` was called for the token.
    """

    client_id: str = attrs.field(validator=instance_of(str, "client_id: a string is needed"))
    subject: str = attrs.field(validator=instance_of(str, "subject: a string is needed"))
    token: Token = attrs.field(converter=_checked_token)
    viewer: Viewer | None = None  # must come before `user_id`, whose default uses it
    user_id: int = attrs.field(
        default=attrs.Factory(lambda self: known_user_id(self.viewer), takes_self=True), validator=check_user
    )
    issued_at: datetime | None = attrs.field(
        default=attrs.Factory(lambda self: _issued_at(self.token), takes_self=True),
        converter=attrs.converters.optional(to_utc),
        validator=attrs.validators.optional(in_utc),
    )
    stored_at: datetime = attrs.field(converter=to_utc, validator=in_utc)
    token_id: str = attrs.field(default=attrs.Factory(lambda self: digest(self.token.access_token), takes_self=True))
    needs_login: bool = False
    refused_at: datetime | None = attrs.field(
        default=None, converter=attrs.converters.optional(to_utc), validator=attrs.validators.optional(in_utc)
    )
    told_expiring: bool = False
    told_invalid: bool = False

    @property
    def display_name(self) -> str:
        """The user's name, or ``AniList user 112084`` if it is unknown."""
        return display_name(self.user_id, self.viewer)

    @property
    def marks(self) -> tuple[bool, bool, bool, bool]:
        """The values that may change for the same token: `needs_login`, `told_…`, and whether there is a viewer."""
        return self.needs_login, self.told_expiring, self.told_invalid, self.viewer is not None

    def is_due(self, within: timedelta | None, *, now: datetime) -> bool:
        """Return whether the user must log in again within this time.

        This is so if the token expires within it, or if AniList refused the token. With None, every record is due.
        """
        return within is None or self.needs_login or self.token.expires_within(within, now=now)

    def is_newer_than(self, other: "StoredToken") -> bool:
        """Return whether AniList issued this token in a later second. The result is False if either time is unknown."""
        if self.issued_at is None or other.issued_at is None:
            return False
        return self.issued_at.replace(microsecond=0) > other.issued_at.replace(microsecond=0)


def _issued_at(token: Token) -> datetime | None:
    claims = peek_claims(token.access_token)
    return claims.issued_at if claims else None


_TEXT_LIMIT = 2048  # bytes; this limits what strangers can store, and PostgreSQL's keys may have about 2,700
_STRANGERS_LIMIT = 512  # bytes


_TEXTS = ("client_id", "subject", "binding_digest", "label", "return_to")


@attrs.frozen(repr=False, eq=False, kw_only=True)
class Taken(Value):
    """Which call has taken a login, and with which result.

    Attributes:
        claim: The result of `new_claim` in that call.
        code: The digest of the code or token, or a word for an error or a cancellation.
    """

    claim: str
    code: str

    @property
    def at(self) -> datetime:
        """The time at which the login was taken, by the clock of the session that took it.

        Raises:
            StorageError: `new_claim` did not make the claim.
        """
        try:
            return datetime.fromisoformat(self.claim.partition(" ")[0]).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise StorageError("the store holds a login that this package did not take; start a new one") from error


def new_claim(now: datetime) -> str:
    """Return a unique string for a call that takes a login: the current time, and 128 random bits.

    Because it contains the time, stores need no clock for it.
    """
    return f"{now.isoformat()} {secrets.token_hex(16)}"


@attrs.frozen(repr=False, eq=False, kw_only=True)
class PendingLogin(Value):
    """A login as stores keep it. Its key is the digest of its state, and it contains no secret.

    Attributes:
        client_id: The application that it belongs to.
        subject: Who logs in, or None for a sign-in.
        binding_digest: The digest of the secret that only the right browser or user has, or None.
        label: The name on pages of the person the login is for, or None.
        return_to: Where the web application redirects to afterwards, or None.
        expires_at: When it can no longer be taken, in UTC.
        taken: Which call has taken it, or None. The store sets this. It is None when the login is added.
    """

    client_id: str
    subject: str | None = None
    binding_digest: str | None = None
    label: str | None = None
    return_to: str | None = None
    expires_at: datetime = attrs.field(converter=to_utc, validator=in_utc)
    taken: Taken | None = None

    def __attrs_post_init__(self) -> None:
        for name in _TEXTS:  # otherwise a text that a store cannot keep would only fail after the code is spent
            value = getattr(self, name)
            if value is None:
                continue
            data = value.encode("utf-8", "replace") if isinstance(value, str) else b""
            if not 0 < len(data) <= _TEXT_LIMIT or data.decode() != value or "\0" in value:
                raise ConfigurationError(
                    f"{name}: a string of 1 to {_TEXT_LIMIT:,} bytes in UTF-8, without NUL, is needed, or None"
                )
        expect(self.client_id, str, "client_id: a string is needed")
        if self.subject is None and self.return_to and len(self.return_to.encode()) > _STRANGERS_LIMIT:
            raise ConfigurationError(f"return_to: {_STRANGERS_LIMIT} bytes at most, if the login has no subject")
