"""Tokens encrypted at rest: who reads the database, or a backup of it, cannot act for the users."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import timedelta

import attrs

from anilist_oauth.arguments import expect
from anilist_oauth.errors import ConfigurationError, SealError
from anilist_oauth.storage.protocols import TokenStore
from anilist_oauth.storage.records import StoredToken

MARK = "sealed:"  # no access token begins like this


class UnsealedTokenStore:
    """A `TokenStore` without keys: it reads and writes plain records, and refuses sealed ones.

    Without it, a program that was started without its keys would send ciphertext to AniList, which refuses it: every
    user would seem to be logged out.
    """

    def __init__(self, inner: TokenStore) -> None:
        if not hasattr(inner, "put"):  # such as a store as a whole, or its logins
            raise ConfigurationError(
                f"tokens: a TokenStore is needed, such as open_store(…).tokens, not {type(inner).__name__}"
            )
        self.inner = inner

    async def get(self, subject: str, *, client_id: str) -> StoredToken | None:
        """Read the record of a subject; `SealError` where the keys do not open it."""
        stored = await self.inner.get(subject, client_id=client_id)
        return None if stored is None else self._open(stored)

    async def put(self, stored: StoredToken, *, over: str | None = None) -> bool:
        """Write the record of a subject, if `over` is what is there."""
        return await self.inner.put(self._seal(stored), over=over)

    async def update(self, stored: StoredToken, *, was: StoredToken) -> bool:
        """Write the record of a subject, if the one that is there is still as it was.

        A store that cannot compare the marks compares the token id alone.
        """
        update: Callable[..., Awaitable[bool]] | None = getattr(self.inner, "update", None)
        if update is None:
            return await self.inner.put(self._seal(stored), over=was.token_id)
        return await update(self._seal(stored), was=was)

    async def delete(self, subject: str, *, client_id: str) -> None:
        """Forget the token of a subject, whether or not the keys open it."""
        await self.inner.delete(subject, client_id=client_id)

    async def expiring(self, within: timedelta | None, *, client_id: str | None = None) -> AsyncIterator[StoredToken]:
        """Stream the records whose users must log in again, or all; `SealError` at one the keys do not open."""
        expect(within, timedelta | None, "within: a timedelta is needed, or None")
        async for stored in self.inner.expiring(within, client_id=client_id):
            yield self._open(stored)

    def _open(self, stored: StoredToken) -> StoredToken:
        if stored.token.access_token.startswith(MARK):
            raise SealError("the stored token is sealed: give the keys, or ANILIST_STORE_KEYS")
        return stored

    def _seal(self, stored: StoredToken) -> StoredToken:
        return stored


class SealedTokenStore(UnsealedTokenStore):
    """A `TokenStore` that encrypts access tokens (AES-128-CBC and HMAC-SHA-256: cryptography's Fernet).

    Client id and subject are sealed in with the token, so that a record which somebody moved to another user does not
    open. Everything else (the subject, the viewer, the expiry) stays readable. A plain record is read as it is, and
    sealed when it is next written.

    Args:
        inner: Where the records are kept.
        keys: Fernet keys: 32 bytes as URL-safe base64, such as ``cryptography.fernet.Fernet.generate_key()`` makes. The
            first seals, all of them open.

    Raises:
        ConfigurationError: There is no key, or one is not a Fernet key.
        ImportError: The extra ``seal`` is not installed; the text says how to install it.
    """

    def __init__(self, inner: TokenStore, keys: Iterable[str | bytes]) -> None:
        super().__init__(inner.inner if isinstance(inner, UnsealedTokenStore) else inner)
        try:
            from cryptography import fernet
        except ImportError as error:
            raise ImportError("pip install 'anilist-oauth[seal]'") from error
        try:
            self._fernet = fernet.MultiFernet([fernet.Fernet(key) for key in keys])
        except (TypeError, ValueError) as error:
            raise ConfigurationError(
                "keys: at least one Fernet key is needed, and each is 32 bytes as URL-safe base64 (44 characters)"
            ) from error
        self._refused = fernet.InvalidToken

    async def rotate(self) -> int:
        """Seal every record with the first key, so that the other keys may go; how many records there were.

        Records are taken one by one, and users may log in meanwhile. It may be called again after a failure.

        Raises:
            SealError: No key opens a record.
        """
        count = 0
        async for found in self.inner.expiring(None):
            stored: StoredToken | None = found
            while stored is not None and not await self.update(self._open(stored), was=stored):
                stored = await self.inner.get(found.subject, client_id=found.client_id)  # it was changed meanwhile
            count += 1
        return count

    def _open(self, stored: StoredToken) -> StoredToken:
        if not stored.token.access_token.startswith(MARK):
            return stored
        try:
            plain = self._fernet.decrypt(stored.token.access_token.removeprefix(MARK)).decode(errors="replace")
        except self._refused as error:
            raise SealError("no key opens the stored token: the key it was sealed with is missing") from error
        owner, _, access_token = plain.rpartition("\n")
        if owner != _owner(stored):
            raise SealError("the stored token was sealed for another user or application: somebody moved the record")
        return attrs.evolve(stored, token=attrs.evolve(stored.token, access_token=access_token))

    def _seal(self, stored: StoredToken) -> StoredToken:
        plain = f"{_owner(stored)}\n{stored.token.access_token}"
        sealed = MARK + self._fernet.encrypt(plain.encode()).decode()
        return attrs.evolve(stored, token=attrs.evolve(stored.token, access_token=sealed))


def _owner(stored: StoredToken) -> str:
    return json.dumps([stored.client_id, stored.subject])
