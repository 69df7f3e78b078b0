"""What a store keeps: a pending login, who took it, and a token with its user."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from anilist_oauth.arguments import expect, validator
from anilist_oauth.clock import aware_utc
from anilist_oauth.errors import ConfigurationError, StorageError
from anilist_oauth.redaction import Unpicklable
from anilist_oauth.storage.digests import digest
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.claims import peek_claims
from anilist_oauth.tokens.viewer import Viewer, check_user, known_user_id


def _checked_token(value: Token) -> Token:
    expect(value, Token, "token: a Token is needed")
    return value


def _issued_at_or_none(value: datetime | None) -> datetime | None:
    return None if value is None else aware_utc(value, "issued_at")


def _stored_at(value: datetime) -> datetime:
    return aware_utc(value, "stored_at")


def _refused_at_or_none(value: datetime | None) -> datetime | None:
    return None if value is None else aware_utc(value, "refused_at")


def _expires_at(value: datetime) -> datetime:
    return aware_utc(value, "expires_at")


@attrs.frozen(kw_only=True)
class StoredToken(Unpicklable):
    """The one record of a user's token; there is one for each client id and subject.

    Attributes:
        client_id: The application the token was issued to.
        subject: Whose token this is, in the application's own terms.
        token: The access token.
        user_id: AniList's id of the user, which never changes: link accounts by it. The viewer's unless given.
        viewer: Who the user is, as AniList's ``Viewer`` says, or None where AniList could not be asked yet.
        issued_at: When AniList issued the token, by its own clock (the claim ``iat``), in UTC; None where the token
            does not say. Of two tokens of a subject, the one issued later is the newer.
        stored_at: When the user logged in, in UTC.
        token_id: The SHA-256 hex of the access token.
        needs_login: AniList refused the token. It is kept, since AniList has refused good ones in incidents.
        refused_at: When AniList refused it last, or None.
        told_expiring: The application was told that the token ends soon.
        told_invalid: The application was told that AniList refuses the token.
    """

    client_id: str
    subject: str
    token: Token = attrs.field(converter=_checked_token)
    viewer: Viewer | None = None  # before `user_id`, whose default reads it
    user_id: int = attrs.field(default=attrs.Factory(lambda self: known_user_id(self.viewer), takes_self=True))
    issued_at: datetime | None = attrs.field(
        default=attrs.Factory(lambda self: _issued_at(self.token), takes_self=True),
        converter=_issued_at_or_none,
    )
    stored_at: datetime = attrs.field(converter=_stored_at)
    token_id: str = attrs.field(default=attrs.Factory(lambda self: digest(self.token.access_token), takes_self=True))
    needs_login: bool = False
    refused_at: datetime | None = attrs.field(default=None, converter=_refused_at_or_none)
    told_expiring: bool = False
    told_invalid: bool = False

    def __attrs_post_init__(self) -> None:
        expect(self.client_id, str, "client_id: a string is needed")
        expect(self.subject, str, "subject: a string is needed")
        check_user(self.user_id, self.viewer)

    @property
    def marks(self) -> tuple[bool, bool, bool, bool]:
        """What may change while the token stays: needs login, told expiring, told invalid, and a viewer is known."""
        return self.needs_login, self.told_expiring, self.told_invalid, self.viewer is not None

    def is_due(self, within: timedelta | None, *, now: datetime) -> bool:
        """Tell whether the user must log in again within a time: the token expires by then, or AniList refused it.

        None is the end of time: then every record is due.
        """
        return within is None or self.needs_login or self.token.expires_within(within, now=now)

    def is_newer_than(self, other: "StoredToken") -> bool:
        """Tell whether AniList issued this token in a later second; False where either does not say when."""
        if self.issued_at is None or other.issued_at is None:
            return False
        return self.issued_at.replace(microsecond=0) > other.issued_at.replace(microsecond=0)


def _issued_at(token: Token) -> datetime | None:
    claims = peek_claims(token.access_token)
    return claims.issued_at if claims else None


_TEXT_LIMIT = 2048  # bytes; what is kept for strangers is bounded, and PostgreSQL's keys hold some 2,700 at most
_STRANGERS_LIMIT = 512  # bytes


def _text(name: str, value: Any) -> None:
    """Refuse at once what some store could not keep, when the code is spent already."""
    if value is None:
        return
    data = value.encode("utf-8", "replace") if isinstance(value, str) else b""
    if not 0 < len(data) <= _TEXT_LIMIT or data.decode() != value or "\0" in value:
        raise ConfigurationError(
            f"{name}: a string of 1 to {_TEXT_LIMIT:,} bytes in UTF-8, without NUL, is needed, or None"
        )


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
        except (ValueError, OverflowError) as error:
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

    client_id: str = attrs.field(validator=validator(_text))
    subject: str | None = attrs.field(default=None, validator=validator(_text))
    binding_digest: str | None = attrs.field(default=None, validator=validator(_text))
    label: str | None = attrs.field(default=None, validator=validator(_text))
    return_to: str | None = attrs.field(default=None, validator=validator(_text))
    expires_at: datetime = attrs.field(converter=_expires_at)
    taken: Taken | None = None

    def __attrs_post_init__(self) -> None:
        expect(self.client_id, str, "client_id: a string is needed")
        if self.subject is None and self.return_to and len(self.return_to.encode()) > _STRANGERS_LIMIT:
            raise ConfigurationError(f"return_to: {_STRANGERS_LIMIT} bytes at most, where the login has no subject")
