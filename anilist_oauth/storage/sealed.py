"""Encrypt stored tokens, so that somebody who reads the database or a backup cannot use them."""

import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import timedelta

import attrs

from anilist_oauth.arguments import expect
from anilist_oauth.errors import ConfigurationError, SealError
from anilist_oauth.redaction import MaskedBytes, MaskedText, Unpicklable
from anilist_oauth.storage.protocols import TokenStore, UpdatingTokenStore, check
from anilist_oauth.storage.records import StoredToken
from anilist_oauth.storage.skipped import Skipped
from anilist_oauth.tokens.claims import peek_claims

Keys = str | bytes | Iterable[str | bytes]
Plain = Callable[[str, str, str], str]

MARK = "sealed:"  # the beginning of every encrypted token; no access token begins like this
VARIABLE = "ANILIST_STORE_KEYS"
NEW_KEY = "`anilist-oauth store key` or cryptography.fernet.Fernet.generate_key() makes a key"
_LOOK_EVERY = 60.0  # seconds between checks for sealed tokens in a store without keys


class UnsealedTokenStore(Unpicklable):
    """A `TokenStore` without keys. It reads and writes plain records, and refuses sealed ones.

    Otherwise a program that was started without its keys would send ciphertext to AniList. AniList would refuse it, and
    every user would seem to be logged out. Such a program must not write plain tokens either, so the store refuses to
    do so if it contains sealed ones.

    Args:
        inner: The store of the records.
        beside_sealed: Whether plain tokens may be written although the store contains sealed ones.
    """

    def __init__(self, inner: TokenStore, *, beside_sealed: bool = False) -> None:
        if not hasattr(inner, "put"):  # such as a whole store, or its logins
            raise ConfigurationError(
                f"tokens: a TokenStore is needed, such as open_store(…).tokens, not {type(inner).__name__}"
            )
        self.inner = inner
        self._beside_sealed = beside_sealed
        self._look_at = 0.0

    async def get(self, subject: str, *, client_id: str) -> StoredToken | None:
        """Return the record of a subject, or None. Raises `SealError` if it cannot be decrypted."""
        check(subject=subject, client_id=client_id)
        stored = await self.inner.get(subject, client_id=client_id)
        return None if stored is None else self._open(stored)

    async def put(self, stored: StoredToken, *, over: str | None = None) -> bool:
        """Write the record of a subject; see `TokenStore.put`."""
        check(stored=stored, over=over)
        return await self.inner.put(await self._to_write(stored), over=over)

    async def update(self, stored: StoredToken, *, was: StoredToken) -> bool:
        """Write the record of a subject, if it has not changed; see `UpdatingTokenStore.update`.

        If the inner store cannot compare marks, only the token id is compared.
        """
        check(stored=stored, was=was)
        writable = await self._to_write(stored)
        update: Callable[..., Awaitable[bool]] | None = getattr(self.inner, "update", None)
        if update is None:
            return await self.inner.put(writable, over=was.token_id)
        return await update(writable, was=was)

    async def delete(self, subject: str, *, client_id: str) -> None:
        """Delete the token of a subject, even if it cannot be decrypted."""
        check(subject=subject, client_id=client_id)
        await self.inner.delete(subject, client_id=client_id)

    async def expiring(self, within: timedelta | None, *, client_id: str | None = None) -> AsyncIterator[StoredToken]:
        """Iterate over the records whose users must log in again, or all.

        Raises:
            SealError: At the end, if records were skipped because the keys cannot decrypt them.
        """
        check(within=within, only=client_id)
        skipped = Skipped()
        async for stored in self.inner.expiring(within, client_id=client_id):
            with skipped.unreadable(stored.client_id, stored.subject):
                yield self._open(stored)
        skipped.report()

    def plain(self, client_id: str, subject: str, access_token: str) -> str:
        """Return the token of a record, decrypted if possible. For upgrades of a store."""
        del client_id, subject
        return access_token

    async def _to_write(self, stored: StoredToken) -> StoredToken:
        """Return a record as it is written.

        Raises:
            SealError: The store contains sealed tokens. This is only checked once a minute.
        """
        holds_sealed: Callable[[str], Awaitable[bool]] | None = getattr(self.inner, "holds_sealed", None)
        if self._beside_sealed or holds_sealed is None or time.monotonic() < self._look_at:
            return stored
        if await holds_sealed(MARK):
            raise SealError(
                "the store contains sealed tokens, so a plain one is not written; pass the keys as an argument or in "
                f"{VARIABLE}, or call open_store(url, sealed=False)"
            )
        self._look_at = time.monotonic() + _LOOK_EVERY
        return stored

    def _open(self, stored: StoredToken) -> StoredToken:
        if stored.token.access_token.startswith(MARK):
            raise SealError(f"the stored token is sealed; pass the keys, or set {VARIABLE}")
        return stored


class SealedTokenStore(UnsealedTokenStore):
    """A `TokenStore` that encrypts (seals) access tokens with cryptography's Fernet (AES-128-CBC and HMAC-SHA-256).

    The client id and the subject are encrypted together with the token. So a record that somebody copied to another
    user is refused, and so is one whose user id is not that of the token. Everything but the token stays readable, such
    as subject, viewer and expiry. Plain records can be read, and are encrypted when they are next written.

    Args:
        inner: The store of the records.
        keys: Fernet keys: 32 bytes as URL-safe base64. ``anilist-oauth store key`` makes one. The first key encrypts,
            and all keys decrypt.

    Raises:
        ConfigurationError: There is no key, or one is not a Fernet key.
        ImportError: The extra ``seal`` is not installed. The message says how to install it.
    """

    def __init__(self, inner: TokenStore, keys: Iterable[str | bytes]) -> None:
        super().__init__(inner.inner if isinstance(inner, UnsealedTokenStore) else inner)
        try:
            from cryptography import fernet
        except ImportError as error:
            raise ImportError("sealed tokens need cryptography: pip install 'anilist-oauth[seal]'") from error
        try:
            ring = [fernet.Fernet(key) for key in _masked(keys)]
            self._fernet = fernet.MultiFernet(ring)
        except (TypeError, ValueError) as error:
            raise ConfigurationError(
                "keys: at least one Fernet key is needed, and each must be 32 bytes as URL-safe base64 (44 "
                f"characters); {NEW_KEY}"
            ) from error
        self._refused = fernet.InvalidToken

    async def rotate(self) -> int:
        """Encrypt every record with the first key, so that the other keys can be removed.

        Records are written one by one, and users may log in meanwhile. After a failure, this may be called again.

        Returns:
            The number of records.

        Raises:
            SealError: At the end, if records were skipped because no key can decrypt them.
            StorageError: At the end, if records were skipped because this package did not write them.
        """
        count, skipped = 0, Skipped()
        async for found in self.inner.expiring(None):
            with skipped.unreadable(found.client_id, found.subject):
                stored: StoredToken | None = found
                while stored is not None and not await self.update(self._open(stored), was=stored):
                    stored = await self.inner.get(found.subject, client_id=found.client_id)  # it has changed since
                count += 1
        skipped.report()
        return count

    def plain(self, client_id: str, subject: str, access_token: str) -> str:
        """Return the token of a record, decrypted if possible. For upgrades of a store."""
        access_token = MaskedText(access_token)
        if not access_token.startswith(MARK):
            return access_token
        try:
            return self._decrypt(client_id, subject, access_token)
        except SealError:
            return access_token

    def _open(self, stored: StoredToken) -> StoredToken:
        if not stored.token.access_token.startswith(MARK):
            return stored
        access_token = self._decrypt(stored.client_id, stored.subject, MaskedText(stored.token.access_token))
        claims = peek_claims(access_token)
        if claims is not None and claims.user_id not in {None, stored.user_id}:
            raise SealError("the stored token belongs to another AniList user than its record; delete this record")
        issued_at = stored.issued_at  # missing if the record was upgraded without its key
        if issued_at is None and claims is not None:
            issued_at = claims.issued_at
        token = attrs.evolve(stored.token, access_token=access_token)
        return attrs.evolve(stored, token=token, issued_at=issued_at)

    def _decrypt(self, client_id: str, subject: str, sealed: str) -> MaskedText:
        sealed = MaskedText(sealed.removeprefix(MARK))
        try:
            plain = MaskedText(self._fernet.decrypt(sealed).decode(errors="replace"))
        except self._refused as error:
            raise SealError("no key can decrypt the stored token; add the key that it was sealed with") from error
        owner = f"{_owner(client_id, subject)}\n"
        if not plain.startswith(owner):
            raise SealError("the stored token was sealed for another user or application; delete this record")
        return MaskedText(plain[len(owner) :])

    async def _to_write(self, stored: StoredToken) -> StoredToken:
        plain = MaskedBytes(f"{_owner(stored.client_id, stored.subject)}\n{stored.token.access_token}".encode())
        sealed = MaskedText(MARK + self._fernet.encrypt(plain).decode())
        return attrs.evolve(stored, token=attrs.evolve(stored.token, access_token=sealed))


def unsealed(tokens: TokenStore) -> UpdatingTokenStore:
    """Return the store, wrapped so that it refuses to read sealed tokens without keys, unless it already does so."""
    return tokens if isinstance(tokens, UnsealedTokenStore) else UnsealedTokenStore(tokens)


def token_store(inner: TokenStore, keys: Keys | None, *, sealed: bool | None) -> UnsealedTokenStore:
    """Return a store that encrypts tokens if there are keys, and otherwise checks that it needs none.

    Args:
        inner: The store of the records.
        keys: Fernet keys, or None for those in the environment, if any.
        sealed: True requires keys. False writes plain tokens, even if the store contains sealed ones, and allows no
            keys. None encrypts if there are keys.

    Raises:
        ConfigurationError: `keys` and `sealed` contradict each other, or a key is not a Fernet key.
        ImportError: The extra ``seal`` is not installed.
    """
    expect(sealed, bool | None, "sealed: True, False or None is needed")
    if sealed is False:
        if keys is not None:
            raise ConfigurationError("sealed=False keeps tokens as they are; leave out either keys or sealed")
        return UnsealedTokenStore(inner, beside_sealed=True)
    found = _read_keys(keys)
    if found is not None:
        return SealedTokenStore(inner, found)
    if sealed:
        raise ConfigurationError(f"sealed=True needs a key, as an argument or in {VARIABLE}; {NEW_KEY}")
    return UnsealedTokenStore(inner)


def _read_keys(keys: Keys | None) -> tuple[str | bytes, ...] | None:
    if keys is None:
        keys = MaskedText(os.environ.get(VARIABLE, ""))
        if not keys.strip():
            return None
    expect(keys, Iterable, "keys: Fernet keys are needed, as a string or a list")
    found = _masked(keys.replace(",", " ").split() if isinstance(keys, str) else keys)
    if not found:
        raise ConfigurationError(
            f"keys: the list is empty; pass at least one key, or None for tokens that are not sealed; {NEW_KEY}"
        )
    return found


def _masked(keys: bytes | Iterable[str | bytes]) -> tuple[str | bytes, ...]:
    several = (keys,) if isinstance(keys, bytes) else keys
    return tuple(MaskedBytes(key) if isinstance(key, bytes) else MaskedText(key) for key in several)


def _owner(client_id: str, subject: str) -> str:
    return json.dumps([client_id, subject])
