"""One URL says where logins and tokens live."""

import os
from collections.abc import Iterable
from typing import Protocol, Self

from anilist_oauth.arguments import expect
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.pacing.pace import Pace
from anilist_oauth.storage.memory.store import MemoryStore
from anilist_oauth.storage.protocols import LoginStore, TokenStore
from anilist_oauth.storage.redis.store import RedisStore
from anilist_oauth.storage.sealed import SealedTokenStore
from anilist_oauth.storage.sql.store import DIALECTS, SQLStore


class Backend(Protocol):
    """What a `Store` opens and closes."""

    @property
    def logins(self) -> LoginStore:
        """Begun logins."""

    @property
    def tokens(self) -> TokenStore:
        """Users' tokens."""

    def pace(self, ceiling: int = 90) -> Pace:
        """Give a pace that is right for all processes which may use it."""

    async def open(self) -> object:
        """Open it."""

    async def aclose(self) -> None:
        """Close it."""


class Store:
    """Where logins and tokens live; `open_store` makes it.

    Attributes:
        logins: The `LoginStore`.
        tokens: The `TokenStore`, sealed where there are keys.
    """

    def __init__(self, backend: Backend, keys: Iterable[str | bytes]) -> None:
        self._backend = backend
        keys = tuple(keys)
        self.logins: LoginStore = backend.logins
        self.tokens: TokenStore = SealedTokenStore(backend.tokens, keys) if keys else backend.tokens

    async def open(self) -> Self:
        """Open the store.

        Raises:
            StorageError: It cannot be reached, or a file cannot be kept to its owner.
            ImportError: An extra is not installed; the text says how to install it.
        """
        await self._backend.open()
        return self

    async def aclose(self) -> None:
        """Close the store; who still waits for a login gets a `StorageError`."""
        await self._backend.aclose()

    def pace(self, ceiling: int = 90) -> Pace:
        """Give a pace for sessions: of a Redis store one that all processes share, of a memory store a plain one.

        Args:
            ceiling: Requests a minute that the limit never exceeds.

        Raises:
            ConfigurationError: The store is SQL, which keeps no pace: give each process its share, as in
                ``Pace(processes=4)``. Or the ceiling is not a positive integer.
        """
        return self._backend.pace(ceiling)

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def open_store(url: str | None = None, keys: str | bytes | Iterable[str | bytes] = ()) -> Store:
    """Give the store a URL names, not yet opened: ``async with`` it, or await its `Store.open`.

    Args:
        url: ``memory:``, ``sqlite:///tokens.db``, ``postgresql://user:password@host/database`` (or ``postgres:``),
            ``redis://host:6379/0`` or ``rediss://…``. Without one, the environment says it: ``ANILIST_STORE``, and
            ``ANILIST_STORE_KEYS`` unless keys are given.
        keys: Fernet keys that seal the tokens, see `SealedTokenStore`; a string holds several between blanks or commas.

    Raises:
        ConfigurationError: There is no URL, it names no store, a key is not a Fernet key, or one of them is no text.
        ImportError: There are keys, and the extra ``seal`` is not installed.
    """
    if url is None:
        url = os.environ.get("ANILIST_STORE", "")
        keys = keys or os.environ.get("ANILIST_STORE_KEYS", "")
    expect(url, str, "url: a str is needed, such as sqlite:///tokens.db")
    expect(keys, Iterable, "keys: Fernet keys are needed, as a string or a list")
    if isinstance(keys, bytes):
        keys = (keys,)
    if isinstance(keys, str):
        keys = keys.replace(",", " ").split()
    return Store(_backend(url.strip()), keys)


def _backend(url: str) -> Backend:
    scheme, colon, _ = url.partition(":")
    name = scheme.partition("+")[0]
    if colon and name == "memory":
        return MemoryStore()
    if colon and name in DIALECTS:
        return SQLStore(url)
    if colon and name in {"redis", "rediss"}:
        return RedisStore(url)
    raise ConfigurationError(
        "a store's URL is needed, as an argument or in ANILIST_STORE: memory:, sqlite:///tokens.db, "
        "postgresql://user:password@host:5432/database, redis://host:6379/0 or rediss://host:6379/0"
    )
