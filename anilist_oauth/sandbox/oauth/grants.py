"""Codes and tokens: who approved which application, and for how long."""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import datetime, timedelta

import attrs
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from anilist_oauth.sandbox.oauth.server_versions import Generation
from anilist_oauth.sandbox.people import User

CODE_LIFETIME = timedelta(minutes=10)
TOKEN_LIFETIME = timedelta(days=365)


@attrs.define(kw_only=True)
class Code:
    """An authorization code's record.

    Attributes:
        client_id: The application it was issued to.
        user: The user who approved.
        redirect_uri: The one that the token request must repeat, or None.
        expires_at: When it expires, after ten minutes.
        challenge: The code challenge (RFC 7636) and its method, if one was sent.
        spent: Whether it was exchanged.
    """

    client_id: str
    user: User
    redirect_uri: str | None
    expires_at: datetime
    challenge: tuple[str, str] | None = None
    spent: bool = False


@attrs.define(kw_only=True)
class AccessToken:
    """An access token and its refresh token, if there is one."""

    client_id: str
    user: User
    expires_at: datetime
    value: str = attrs.field(repr=False)
    refresh_token: str | None = attrs.field(default=None, repr=False)
    revoked: bool = False


class Grants:
    """Every code and token the sandbox has issued.

    Attributes:
        codes: The codes' records.
        refreshable: The access tokens, by the refresh token that each was issued with.
    """

    def __init__(self, *, generation: Generation, now: Callable[[], datetime], key: "Future[RSAPrivateKey]") -> None:
        self._generation = generation
        self.now = now
        self._key = key
        self.codes: dict[str, Code] = {}
        self._tokens: dict[str, AccessToken] = {}
        self.refreshable: dict[str, AccessToken] = {}

    def new_code(
        self, *, client_id: str, user: User, redirect_uri: str | None, challenge: tuple[str, str] | None
    ) -> str:
        """Issue a code that looks like AniList's."""
        value = _ciphertext()
        self.codes[value] = Code(
            client_id=client_id,
            user=user,
            redirect_uri=redirect_uri,
            expires_at=self.now() + CODE_LIFETIME,
            challenge=challenge,
        )
        return value

    async def new_token(self, *, client_id: str, user: User, refreshable: bool = True) -> AccessToken:
        """Issue an access token: an RS256 JWT with AniList's size and claims, valid for a year."""
        key = await asyncio.shield(asyncio.wrap_future(self._key))
        issued_at = self.now()
        expires_at = issued_at + TOKEN_LIFETIME
        token = AccessToken(
            client_id=client_id,
            user=user,
            expires_at=expires_at,
            value=self._signed(client_id, user, issued_at, expires_at, key),
            refresh_token=_ciphertext() if refreshable else None,
        )
        self._tokens[token.value] = token
        if token.refresh_token:
            self.refreshable[token.refresh_token] = token
        return token

    def live_token(self, value: str) -> AccessToken | None:
        """Return an access token that is neither expired nor revoked, or None."""
        token = self._tokens.get(value)
        return token if token and self._lives(token) else None

    def live_tokens(self, user: User) -> Iterator[AccessToken]:
        """Iterate over a user's live tokens, oldest first."""
        return (token for token in self._tokens.values() if token.user == user and self._lives(token))

    def approved(self, user: User, client_id: str) -> bool:
        """Return whether the user is not asked again. For Passport, a live token of the application is enough."""
        return any(token.client_id == client_id for token in self.live_tokens(user))

    def revoke(self, user: User, client_id: str) -> None:
        """Revoke everything the user granted to the application."""
        for token in self.live_tokens(user):
            if token.client_id == client_id:
                token.revoked = True

    def _lives(self, token: AccessToken) -> bool:
        return not token.revoked and self.now() < token.expires_at

    def _signed(self, client_id: str, user: User, issued_at: datetime, expires_at: datetime, key: RSAPrivateKey) -> str:
        jti = secrets.token_hex(40)
        issued, expires = issued_at.timestamp(), expires_at.timestamp()
        if not self._generation.float_times:
            issued, expires = int(issued), int(expires)
        claims = {"aud": client_id, "jti": jti, "iat": issued, "nbf": issued, "exp": expires}
        headers = {"jti": jti} if self._generation.header_has_jti else {}
        return jwt.encode({**claims, "sub": str(user.id), "scopes": []}, key, algorithm="RS256", headers=headers)


def _ciphertext() -> str:
    """Return a value that looks like php-encryption's output for a code: 712 hexadecimal digits."""
    return "def50200" + secrets.token_hex(352)
