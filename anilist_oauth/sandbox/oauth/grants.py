"""Codes and tokens: who approved which application, and for how long."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cache

import attrs
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from anilist_oauth.oauth.application import Application
from anilist_oauth.sandbox.oauth.server_versions import Generation
from anilist_oauth.sandbox.people import User

CODE_LIFETIME = timedelta(minutes=10)
TOKEN_LIFETIME = timedelta(days=365)
_BITS = 4096  # AniList's signatures are 512 bytes long


@attrs.frozen(kw_only=True)
class Question:
    """A valid authorization request, which the user is asked about.

    Attributes:
        application: The application that asks.
        is_implicit: Whether it asks for a token and not for a code.
        redirect_uri: Where the answer goes.
        repeated: The redirect URI that the token request must repeat, or None.
        state: The state as Laravel trimmed it, or None.
        challenge: The code challenge (RFC 7636) and its method, or None.
    """

    application: Application
    is_implicit: bool
    redirect_uri: str
    repeated: str | None
    state: str | None = attrs.field(repr=False)
    challenge: tuple[str, str] | None = attrs.field(default=None, repr=False)


@attrs.define
class Code:
    """An authorization code's record.

    Attributes:
        question: What the user was asked.
        user: The user who approved.
        expires_at: When it expires, after ten minutes.
        spent: Whether it was exchanged.
    """

    question: Question
    user: User
    expires_at: datetime
    spent: bool = False


@attrs.define(kw_only=True)
class AccessToken:
    """An access token and its refresh token, if there is one."""

    client_id: str
    user: User
    expires_at: datetime
    value: str = attrs.field(repr=False)
    refresh_token: str | None = attrs.field(repr=False)
    revoked: bool = False


class Grants:
    """Every code and token the sandbox has issued.

    Attributes:
        codes: The codes' records.
        refreshable: The access tokens, by the refresh token that each was issued with.
    """

    def __init__(self, *, generation: Generation, now: Callable[[], datetime]) -> None:
        self.generation = generation
        self.now = now
        self._key = signing_key()
        self.codes: dict[str, Code] = {}
        self._tokens: dict[str, AccessToken] = {}
        self.refreshable: dict[str, AccessToken] = {}

    def new_code(self, question: Question, user: User) -> str:
        """Issue a code that looks like AniList's."""
        value = _ciphertext()
        self.codes[value] = Code(question, user, self.now() + CODE_LIFETIME)
        return value

    async def new_token(self, *, client_id: str, user: User, refreshable: bool = True) -> AccessToken:
        """Issue an access token: an RS256 JWT with AniList's size and claims, valid for a year."""
        key = await asyncio.shield(asyncio.wrap_future(self._key))
        now, jti = self.now(), secrets.token_hex(40)
        expires_at = now + TOKEN_LIFETIME
        issued, expires = now.timestamp(), expires_at.timestamp()
        if not self.generation.float_times:
            issued, expires = int(issued), int(expires)
        claims = {"aud": client_id, "jti": jti, "iat": issued, "nbf": issued, "exp": expires}
        headers = {"jti": jti} if self.generation.header_has_jti else {}
        value = jwt.encode({**claims, "sub": str(user.id), "scopes": []}, key, algorithm="RS256", headers=headers)
        renewal = _ciphertext() if refreshable else None
        token = AccessToken(client_id=client_id, user=user, expires_at=expires_at, value=value, refresh_token=renewal)
        self._tokens[value] = token
        if renewal:
            self.refreshable[renewal] = token
        return token

    def live_token(self, value: str) -> AccessToken | None:
        """Return an access token that is neither expired nor revoked, or None."""
        token = self._tokens.get(value)
        return token if token and not token.revoked and self.now() < token.expires_at else None

    def approved(self, user: User, client_id: str) -> bool:
        """Return whether the user is not asked again. For Passport, a live token of the application is enough."""
        return any(self.live_token(token.value) for token in self._granted(user, client_id))

    def revoke(self, user: User, client_id: str) -> None:
        """Revoke everything the user granted to the application."""
        for token in self._granted(user, client_id):
            token.revoked = True

    def _granted(self, user: User, client_id: str) -> list[AccessToken]:
        return [token for token in self._tokens.values() if (token.user, token.client_id) == (user, client_id)]


@cache
def signing_key() -> "Future[rsa.RSAPrivateKey]":
    """Start making this process's key, once, in a thread. It takes about half a second."""
    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="anilist-sandbox-key")
    key = executor.submit(rsa.generate_private_key, 65537, _BITS)
    executor.shutdown(wait=False)
    return key


def _ciphertext() -> str:
    """Return a value that looks like php-encryption's output for a code: 712 hexadecimal digits."""
    return "def50200" + secrets.token_hex(352)
