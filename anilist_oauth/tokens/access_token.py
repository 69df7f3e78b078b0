"""The access token. It is valid for a year and cannot be refreshed. Its repr is masked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NoReturn, Self

import attrs

from anilist_oauth.arguments import Value, expect
from anilist_oauth.clock import aware_utc, checked_now
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.redaction import Masked, MaskedText, Unpicklable, masked
from anilist_oauth.tokens.claims import peek_claims

_BEARER = "Bearer"
_VISIBLE = bytes(range(0x21, 0x7F))  # removed in one call, because every exchange makes a token


def _token_type(value: Any) -> str:
    if not isinstance(value, str) or value.lower() != "bearer":
        _refuse("token_type: only Bearer tokens can be used")
    return _BEARER  # AniList refuses "bearer" in lower case


def _refuse(why: str) -> NoReturn:
    raise ConfigurationError(why)


@attrs.frozen(repr=False, eq=False, kw_only=True, init=False)
class Token(Value, Unpicklable):
    """An access token from AniList.

    Attributes:
        access_token: The token itself: a JWT of about 1,100 characters. Store it in a TEXT column.
        token_type: Always ``Bearer``.
        expires_at: When it expires, in UTC, or None if unknown. After that, the user must log in again.
    """

    access_token: str = attrs.field(repr=masked)
    token_type: str = _BEARER
    expires_at: datetime | None

    def __init__(self, *, access_token: str, token_type: str = _BEARER, expires_at: datetime | None) -> None:
        text = isinstance(access_token, str) and access_token.isascii() and access_token != ""
        try:
            bearer = _BEARER if token_type == _BEARER else _token_type(token_type)
            if not text or access_token.encode().translate(None, _VISIBLE):
                _refuse("access_token: a string of visible ASCII characters is needed (RFC 6750 section 2.1)")
            self.__attrs_init__(
                access_token=str.__str__(access_token),  # `str()` of an Enum's member is its name
                token_type=bearer,
                expires_at=None if expires_at is None else aware_utc(expires_at, "expires_at"),
            )
        except BaseException:  # whatever the other arguments raise
            del access_token  # crash reporters show the variables of this frame
            raise

    @classmethod
    def from_access_token(cls, access_token: str) -> Self:
        """Make a token from a string, such as one that another program stored. Its claims say when it expires."""
        given = Masked(access_token)
        del access_token
        claims = peek_claims(given.value)
        return cls(access_token=given.value, expires_at=claims.expires_at if claims else None)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Restore a token from the result of `to_dict`. Raises `ConfigurationError` for anything else."""
        given = Masked(data)
        del data
        try:
            expires_at = given.value["expires_at"]
            return cls(
                access_token=given.value["access_token"],
                token_type=given.value["token_type"],
                expires_at=None if expires_at is None else datetime.fromisoformat(expires_at),
            )
        except ConfigurationError:
            raise
        except (KeyError, TypeError) as error:
            raise ConfigurationError("this is not a result of Token.to_dict(); pass such a result unchanged") from error
        except ValueError:
            raise ConfigurationError("expires_at: a time in ISO 8601 format is needed") from None

    def to_dict(self) -> dict[str, str | None]:
        """Return the token as a dict with ``access_token``, ``token_type`` and ``expires_at`` (ISO 8601 or None)."""
        return {
            "access_token": self.access_token,
            "token_type": self.token_type,
            "expires_at": None if self.expires_at is None else self.expires_at.isoformat(),
        }

    def expired(self, now: datetime) -> bool:
        """Return whether the token has expired at `now` (aware). A token of unknown expiry counts as valid."""
        return self.expires_within(timedelta(), now=now)

    def expires_within(self, delta: timedelta, *, now: datetime) -> bool:
        """Return whether the token will have expired `delta` after `now` (aware)."""
        expect(delta, timedelta, "delta: a timedelta is needed")
        return self.expires_at is not None and self.expires_at - checked_now(now) <= delta

    @property
    def user_id(self) -> int | None:
        """The user id in the token's claims, not verified. Pass tokens from other sources to `OAuthSession.verify`."""
        claims = peek_claims(self.access_token)
        return claims.user_id if claims else None

    @property
    def client_id(self) -> str | None:
        """The application in the token's claims, if there is exactly one, not verified."""
        claims = peek_claims(self.access_token)
        return claims.client_id if claims else None


def bearer_headers(token: Token | str) -> dict[str, str]:
    """Return the Authorization header for a token, for use with another HTTP client (RFC 6750 section 2.1).

    Args:
        token: A token, or the access token as a string.

    Raises:
        ConfigurationError: The string cannot be an access token.
    """
    given: Masked[Any] = Masked(token)
    del token
    usable = given.value if isinstance(given.value, Token) else Token(access_token=given.value, expires_at=None)
    return {"Authorization": MaskedText(f"Bearer {usable.access_token}")}
