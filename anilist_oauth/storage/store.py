"""One URL says where logins and tokens are kept."""

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
from anilist_oauth.storage.redis.url import SCHEMES as REDIS
from anilist_oauth.storage.sealed import Keys
from anilist_oauth.storage.sql.store import SQLStore
from anilist_oauth.storage.sql.url import DIALECTS

NEEDED = (
    "memory:, sqlite:///tokens.db, postgresql://user:password@host:5432/database, redis://host:6379/0 or "
    "rediss://host:6379/0"
)


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

    async def ping(self) -> None:
        """See whether it answers."""

    async def health(self) -> Health:
        """Count what it holds."""

    async def aclose(self) -> None:
        """Close it."""


class Store(Unpicklable):
    """Where logins and tokens are kept; `open_store` makes it.

    A store belongs to the event loop that opens it.

    Attributes:
        logins: The `LoginStore`.
        tokens: The `TokenStore`, sealed where there are keys.
    """

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.logins: LoginStore = backend.logins
        self.tokens: TokenStore = backend.tokens

    async def open(self) -> Self:
        """Open the store, and make or upgrade what it holds; opening it again changes nothing.

        Raises:
            StorageError: It cannot be reached, is of a newer version of this package, or a file cannot be kept to its
                owner.
            ImportError: An extra is not installed; the text says how to install it.
        """
        await self.backend.open()
        return self

    async def ping(self) -> None:
        """Ask the store for an answer, for a health check; `StorageError` unless it comes within two seconds."""
        await self.backend.ping()

    async def health(self) -> Health:
        """Tell the store's version and count what it holds; `StorageError` if it fails."""
        return await self.backend.health()

    async def aclose(self) -> None:
        """Wait for what runs, and close the store; whoever still waits for a login gets a `StorageError`."""
        await self.backend.aclose()

    def pace(self, ceiling: int = 90) -> Pace:
        """Give a pace for sessions: of a Redis store one that all processes share, of a memory store a plain one.

        Args:
            ceiling: Requests a minute that the limit never exceeds.

        Raises:
            ConfigurationError: The store is SQL, which keeps no pace: give each process its share, as in
                ``Pace(processes=4)``. Or the ceiling is not a positive integer.
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
    """Give the store that a URL names, not yet opened: ``async with`` it, or await its `Store.open`.

    Args:
        url: ``memory:``, ``sqlite:///tokens.db``, ``postgresql://user:password@host/database`` with libpq's options
            (``postgres:`` means the same), ``redis://host:6379/0``, ``rediss://…`` for TLS, ``redis+sentinel://…``,
            ``redis+cluster://…`` or ``unix:///run/redis.sock``. None reads ``ANILIST_STORE``.
        keys: Fernet keys that seal the tokens, see `SealedTokenStore`; a string may hold several between blanks or
            commas. None reads ``ANILIST_STORE_KEYS``; where that is not set, tokens are kept as they are.
        sealed: False lets a store that holds sealed tokens keep plain ones; True insists on keys.
        schema: PostgreSQL's schema for the tables.
        prefix: What the names of tables or keys begin with, ``anilist_oauth_`` or ``anilist_oauth:`` unless given.
        pool_size: How many connections to PostgreSQL or Redis there are at most.
        check_folder: Whether to refuse a SQLite file in a folder to which others have a way.

    Raises:
        ConfigurationError: There is no URL, it names no store, it has an option that is not known, a key is not a
            Fernet key or the list of them is empty, or an argument does not fit the store.
        ImportError: There are keys, and the extra ``seal`` is not installed.
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
            raise ConfigurationError(f"{name}: a store of this kind has none ({url.partition(':')[0]}:)")
    if "check_folder" in taken:
        options["check_folder"] = check_folder
    return Store(kind(url, keys=keys, sealed=sealed, **options))


def _kind(url: str) -> tuple[Callable[..., Backend], set[str]]:
    """Tell which store a URL means, and which options it takes."""
    scheme, colon, _ = url.partition(":")
    if colon and scheme == "memory":
        return MemoryStore.from_url, set()
    if colon and scheme.partition("+")[0] in DIALECTS:
        return SQLStore, {"schema", "prefix", "pool_size", "check_folder"}
    if colon and scheme in REDIS:
        return RedisStore, {"prefix", "pool_size"}
    raise ConfigurationError(
        f"a store's URL is needed, as an argument or in ANILIST_STORE, not {quoted(url)}: {NEEDED}"
    )
