"""Logins and tokens in Redis, for several processes on several machines."""

from collections.abc import AsyncGenerator, Callable
from datetime import datetime
from typing import Any, Self

from anilist_oauth.arguments import expect
from anilist_oauth.clock import checked_clock, utc_now
from anilist_oauth.errors import ConfigurationError, StorageError
from anilist_oauth.pacing.pace import Pace
from anilist_oauth.pacing.shared_pace import SharedPace
from anilist_oauth.storage.redis.keys import PACE
from anilist_oauth.storage.redis.pace import RedisLedger
from anilist_oauth.storage.sealed import UnsealedTokenStore


class RedisStore:
    """Logins and tokens in Redis (extra ``redis``).

    Redis must keep what it is told: without an append-only file (``appendonly yes``) a crash loses the tokens written
    since the last snapshot, and with an eviction policy other than ``noeviction`` memory pressure throws them away.

    Every key begins with ``anilist_oauth:``. The tokens of one application share a hash tag, its client id; so do all
    logins, whose keys are random and name no application.

    Args:
        url: ``redis://user:password@host:6379/0``, or ``rediss://`` for TLS.
        clock: Gives the time, for sweeping and for `TokenStore.expiring`.

    Attributes:
        logins: The `LoginStore`.
        tokens: The `TokenStore`; wrap it in `SealedTokenStore` to encrypt the tokens.

    Raises:
        ConfigurationError: The URL names no Redis.
    """

    def __init__(self, url: str, *, clock: Callable[[], datetime] = utc_now) -> None:
        from anilist_oauth.storage.redis.logins import RedisLoginStore
        from anilist_oauth.storage.redis.tokens import RedisTokenStore

        expect(url, str, "url: a str is needed, such as redis://localhost:6379/0")
        clock = checked_clock(clock)
        if not url.startswith(("redis://", "rediss://")):
            raise ConfigurationError("RedisStore: a URL that begins with redis:// or rediss:// is needed")
        self._url = url
        self._client: Any = None
        self.logins = RedisLoginStore(self._run, self._news, clock=clock)
        self.tokens = UnsealedTokenStore(RedisTokenStore(self._run, clock=clock))

    async def open(self) -> Self:
        """Open the connections.

        Raises:
            StorageError: Redis cannot be reached, or refuses.
            ImportError: The extra is not installed; the text says how to install it.
        """
        if self._client is not None:
            return self
        try:
            from anilist_oauth.storage.redis.client import Client
        except ImportError as error:
            raise ImportError("pip install 'anilist-oauth[redis]'") from error
        self._client = Client(self._url)
        try:
            await self._run(("PING",))
        except BaseException:
            await self.aclose()
            raise
        return self

    async def aclose(self) -> None:
        """Close every connection; who still waits for a login gets a `StorageError`."""
        await self.logins.aclose()
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def pace(self, ceiling: int = 90) -> Pace:
        """Give a pace for `OAuthSession` whose budget is shared by all processes that use this Redis.

        What one process hears of the limit, a 429 or an outage, all heed. While Redis cannot be reached, each process
        keeps to an even share.

        Args:
            ceiling: Requests a minute that the limit never exceeds.

        Raises:
            ConfigurationError: The ceiling is not a positive integer.
        """
        return SharedPace(RedisLedger(self._run, PACE), ceiling)

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _run(self, *commands: tuple[Any, ...]) -> list[Any]:
        answers: list[Any] = await self._opened().run(*commands)
        return answers

    def _news(self, channel: str) -> AsyncGenerator[str | None, None]:
        news: AsyncGenerator[str | None, None] = self._opened().news(channel)
        return news

    def _opened(self) -> Any:
        if self._client is None:
            raise StorageError("the store is not open: use `async with store`, or await store.open() first")
        return self._client
