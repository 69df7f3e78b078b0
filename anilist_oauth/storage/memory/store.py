"""The memory store as a whole."""

from typing import Self

from anilist_oauth.pacing.pace import Pace
from anilist_oauth.storage.memory.logins import MemoryLoginStore
from anilist_oauth.storage.memory.tokens import MemoryTokenStore
from anilist_oauth.storage.protocols import LoginStore, TokenStore


class MemoryStore:
    """Logins and tokens in this process, until it ends."""

    def __init__(self) -> None:
        self.logins: LoginStore = MemoryLoginStore()
        self.tokens: TokenStore = MemoryTokenStore()

    def pace(self, ceiling: int = 90) -> Pace:
        """Give a pace; there is one process alone that has this store."""
        return Pace(ceiling)

    async def open(self) -> Self:
        """Do nothing: memory is open."""
        return self

    async def aclose(self) -> None:
        """Do nothing: memory ends with its process."""
