"""Open a store for logins and tokens by its URL."""

import os
from collections.abc import Callable
from typing import Any, Protocol, Self

from anilist_oauth.arguments import expect
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.pacing.pace import Pace
from anilist_oauth.redaction import MaskedText, Unpicklable
from anilist_oauth.storage.health import Health
from anilist_oauth.storage.memory.store import MemoryStore
from anilist_oauth.storage.plain_text import quoted
from anilist_oauth.storage.protocols import LoginStore, TokenStore
from anilist_oauth.storage.redis.store import RedisStore
from anilist_oauth.storage.sealed import Keys
from anilist_oauth.storage.sql.store import SQLStore

_SQL = {"sqlite", "postgresql", "postgres"}
_REDIS = {"redis", "rediss", "valkey", "valkeys", "unix"}
NEEDED = (
    "memory:, sqlite:///tokens.db, postgresql://user:password@host:5432/database, redis://host:6379/0 or "
    "rediss://host:6379/0"
)


class Backend(Protocol):
    """The implementation that a `Store` opens and closes."""

    @property
    def logins(self) -> LoginStore:
        """The store of the logins."""

    @property
    def tokens(self) -> TokenStore:
        """The store of the users' tokens."""

    def pace(self, ceiling: int = 90) -> Pace:
        """Return a pace for all processes that use this store."""

    async def open(self) -> object:
        """Open the store."""

    async def ping(self) -> None:
        """Check that the store answers."""

    async def health(self) -> Health:
        """Return the store's version, and count its records."""

    async def aclose(self) -> None:
        """Close the store."""


class Store(Unpicklable):
    """A store for logins and tokens. `open_store` returns one.

    A store belongs to the event loop that opens it.

    Attributes:
        logins: The `LoginStore`.
        tokens: The `TokenStore`. It encrypts tokens if there are keys.
    """

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.logins: LoginStore = backend.logins
        self.tokens: TokenStore = backend.tokens

    async def open(self) -> Self:
        """Open the store, and create or upgrade its contents. Opening it again changes nothing.

        Raises:
            StorageError: The store cannot be reached, was written by a newer version of this package, has a file that
                cannot be protected from other users, or belongs to another event loop.
            ImportError: An extra is not installed. The message says how to install it.
        """
        await self.backend.open()
        return self

    async def ping(self) -> None:
        """Check that the store answers, for a health check. Raises `StorageError` if it takes over two seconds."""
        await self.backend.ping()

    async def health(self) -> Health:
        """Return the store's version and count its records. Raises `StorageError` if that fails."""
        return await self.backend.health()

    async def aclose(self) -> None:
        """Wait for running calls, and close the store. Calls that wait for a login raise `StorageError`."""
        await self.backend.aclose()

    def pace(self, ceiling: int = 90) -> Pace:
        """Return a pace for sessions.

        That of a Redis store is shared by all processes. That of a memory store is for this process only.

        Args:
            ceiling: The upper bound of the limit, in requests per minute.

        Raises:
            ConfigurationError: An SQL store cannot share a pace; use ``Pace(processes=4)`` instead. Or the ceiling is
                not a positive integer.
        """
        return self.backend.pace(ceiling)

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def open_store(
    url: str | None = None,
    keys: Keys | None = None,
    *,
    sealed: bool | None = None,
    schema: str | None = None,
    prefix: str | None = None,
    pool_size: int | None = None,
    check_folder: bool = True,
) -> Store:
    """Return the store for a URL. Open it with ``async with``, or await `Store.open`.

    Args:
        url: ``memory:``, ``sqlite:///tokens.db``, ``postgresql://user:password@host/database`` with libpq's options
            (``postgres:`` means the same), ``redis://host:6379/0``, ``rediss://…`` for TLS, ``redis+sentinel://…``,
            ``redis+cluster://…`` or ``unix:///run/redis.sock``. None reads ``ANILIST_STORE``.
        keys: Fernet keys that encrypt (seal) the tokens; see `SealedTokenStore`. A string may contain several keys,
            separated by spaces or commas. None reads ``ANILIST_STORE_KEYS``. If that is not set, tokens are not
            encrypted.
        sealed: False allows plain tokens in a store that contains sealed ones. True requires keys.
        schema: The PostgreSQL schema of the tables.
        prefix: The prefix of all tables or keys, by default ``anilist_oauth_`` or ``anilist_oauth:``.
        pool_size: The most connections to PostgreSQL or Redis.
        check_folder: Whether to refuse a SQLite file in a folder that other users can access.

    Raises:
        ConfigurationError: There is no URL, it is not that of a store, or it has an unknown option. Or a key is not a
            Fernet key, the list of keys is empty, or an argument does not fit the store.
        ImportError: There are keys, but the extra ``seal`` is not installed.
    """
    if url is None:
        url = os.environ.get("ANILIST_STORE", "")
    expect(url, str, "url: a str is needed, such as sqlite:///tokens.db")
    url = MaskedText(url.strip())
    kind, taken = _kind(url)
    given = {"schema": schema, "prefix": prefix, "pool_size": pool_size}
    options: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    for name in options:
        if name not in taken:
            raise ConfigurationError(f"{name}: this kind of store does not use it ({url.partition(':')[0]}:)")
    if "check_folder" in taken:
        options["check_folder"] = check_folder
    return Store(kind(url, keys=keys, sealed=sealed, **options))


def _kind(url: str) -> tuple[Callable[..., Backend], set[str]]:
    """Return the class of store for a URL, and the options that it takes."""
    scheme, colon, _ = url.partition(":")
    if colon and scheme == "memory":
        return MemoryStore.from_url, set()
    kind = scheme.partition("+")[0]  # the rest is a driver, or says that the host is a Sentinel or a cluster
    if colon and kind in _SQL:
        return SQLStore, {"schema", "prefix", "pool_size", "check_folder"}
    if colon and kind in _REDIS:
        return RedisStore, {"prefix", "pool_size"}
    raise ConfigurationError(
        f"a store's URL is needed, as an argument or in ANILIST_STORE, not {quoted(url)}: {NEEDED}"
    )
