"""The store for ``memory:``, with logins and tokens."""

from typing import Self

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.pacing.pace import Pace
from anilist_oauth.redaction import Unpicklable
from anilist_oauth.storage.health import Health
from anilist_oauth.storage.memory.logins import MemoryLoginStore
from anilist_oauth.storage.memory.tokens import MemoryTokenStore
from anilist_oauth.storage.protocols import TokenStore
from anilist_oauth.storage.sealed import Keys, UnsealedTokenStore, token_store

VERSION = 1


class MemoryStore(Unpicklable):
    """Logins and tokens in the memory of this process, until it ends."""

    def __init__(self, *, keys: Keys | None = None, sealed: bool | None = None) -> None:
        self.logins: MemoryLoginStore = MemoryLoginStore()
        self._records = MemoryTokenStore()
        tokens = token_store(self._records, keys, sealed=sealed)
        self.tokens: TokenStore = self._records if type(tokens) is UnsealedTokenStore else tokens

    @classmethod
    def from_url(cls, url: str, *, keys: Keys | None, sealed: bool | None) -> Self:
        """Return the store for ``memory:``.

        Raises:
            ConfigurationError: The URL contains anything else.
        """
        if url.partition(":")[2].strip("/"):
            raise ConfigurationError("a store in memory has no name: use open_store('memory:')")
        return cls(keys=keys, sealed=sealed)

    def pace(self, ceiling: int = 90) -> Pace:
        """Return a pace for this process, because no other process can use this store."""
        return Pace(ceiling)

    async def open(self) -> Self:
        """Do nothing, because memory need not be opened."""
        return self

    async def ping(self) -> None:
        """Do nothing, because memory always answers."""

    async def health(self) -> Health:
        """Count the records."""
        return Health(
            kind="memory", version=VERSION, found_version=0, logins=len(self.logins), tokens=len(self._records)
        )

    async def aclose(self) -> None:
        """End the calls that wait for a login. What is kept stays until the process ends."""
        self.logins.end_waits()
