"""Logins and tokens in Redis, for several processes on several machines."""

import re
from collections.abc import AsyncGenerator, Callable
from datetime import datetime
from typing import Any, Self

from anilist_oauth.arguments import expect
from anilist_oauth.clock import checked_clock, utc_now
from anilist_oauth.errors import ConfigurationError, StorageError
from anilist_oauth.pacing.pace import Pace
from anilist_oauth.redaction import Masked, MaskedText, Unpicklable
from anilist_oauth.storage.calls import Opening
from anilist_oauth.storage.health import PING_LIMIT, Health, within
from anilist_oauth.storage.protocols import LoginStore
from anilist_oauth.storage.sealed import Keys as SealingKeys
from anilist_oauth.storage.sealed import UnsealedTokenStore, token_store

_PREFIX = r"[A-Za-z0-9_.:/-]{1,100}"
_BLOCKING = {"redis.client.Redis", "redis.cluster.RedisCluster", "redis.connection.ConnectionPool"}  # not asyncio


class RedisStore(Unpicklable):
    """Logins and tokens in Redis or Valkey (extra ``redis``).

    Redis must be configured to keep its data. Without an append-only file (``appendonly yes``), a crash loses the
    tokens that were written since the last snapshot. With an eviction policy other than ``noeviction``, Redis deletes
    tokens when its memory is full.

    Every key begins with the prefix. The tokens of one application have its client id as hash tag. All logins have
    another hash tag; their keys are random and do not contain a client id. The user needs the permissions
    ``~anilist_oauth:* +@all``. If it also has ``&anilist_oauth:*``, a login that another process finished is noticed at
    once, and otherwise some seconds later.

    A store belongs to the event loop that opens it. `aclose` waits at most five seconds for running calls. Later calls
    are refused.

    Args:
        url_or_client: A URL: ``redis://user:password@host:6379/0``, or ``rediss://`` for TLS, or
            ``redis+sentinel://:password@host:26379,host:26379/mymaster/0`` (with the master's password; that of the
            Sentinels is ``?sentinel_password=``), or ``redis+cluster://host:6379``, or ``unix:///run/redis.sock``.
            ``valkey`` may be used instead of ``redis``. Or a client or pool of `redis.asyncio`, which is never closed.
        keys: Fernet keys that encrypt (seal) the tokens; see `SealedTokenStore`. A string may contain several keys,
            separated by spaces or commas. None reads ``ANILIST_STORE_KEYS``. If that is not set, tokens are not
            encrypted.
        prefix: The prefix of every key.
        pool_size: The most commands that run at the same time, by default 20.
        sealed: False allows plain tokens in a store that contains sealed ones.
        clock: Returns the current time (aware), which is used to delete old logins and in `TokenStore.expiring`.

    Attributes:
        logins: The `LoginStore`.
        tokens: The `TokenStore`. It encrypts tokens if there are keys.

    Raises:
        ConfigurationError: The URL is not that of a Redis or cannot be read, a key is not a Fernet key, or an argument
            is invalid.
        ImportError: There are keys, but the extra ``seal`` is not installed.
    """

    def __init__(
        self,
        url_or_client: Any,
        *,
        keys: SealingKeys | None = None,
        prefix: str = "anilist_oauth:",
        pool_size: int | None = None,
        sealed: bool | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        from anilist_oauth.storage.redis.keys import Keys
        from anilist_oauth.storage.redis.logins import RedisLoginStore
        from anilist_oauth.storage.redis.tokens import RedisTokenStore
        from anilist_oauth.storage.redis.url import redis_address

        clock = checked_clock(clock)
        expect(prefix, str, "prefix: a str is needed")
        if not re.fullmatch(_PREFIX, prefix):
            raise ConfigurationError("prefix: 1 to 100 letters, digits and characters of _.:/- are needed")
        expect(pool_size, int | None, "pool_size: a number of connections is needed, or None")
        if pool_size is not None and pool_size < 1:
            raise ConfigurationError("pool_size: at least one connection is needed")
        self._pool_size = pool_size
        is_url = isinstance(url_or_client, str)
        self._source = Masked(redis_address(MaskedText(url_or_client)) if is_url else url_or_client)
        if not is_url:
            _check_client(url_or_client)
        self._is_url = is_url
        self._client: Any = None
        self._opening = Opening()
        self._found_version: int | None = None
        self._keys = Keys(prefix)
        self._own_logins = RedisLoginStore(self._run, self._news, self._keys, clock=clock)
        self.logins: LoginStore = self._own_logins
        records = RedisTokenStore(self._run, self._keys, clock=clock)
        self.tokens: UnsealedTokenStore = token_store(records, keys, sealed=sealed)

    def __repr__(self) -> str:
        return "<RedisStore>"

    def pace(self, ceiling: int = 90) -> Pace:
        """Return a pace for `OAuthSession`, with a budget that all processes with this Redis share.

        If AniList tells one process about the limit, a pause or an outage, all processes follow it. While Redis cannot
        be reached, each process uses an equal share of the budget.

        Args:
            ceiling: The upper bound of the limit, in requests per minute.

        Raises:
            ConfigurationError: The ceiling is not a positive integer.
        """
        from anilist_oauth.pacing.shared_pace import SharedPace
        from anilist_oauth.storage.redis.pace import RedisLedger

        return SharedPace(RedisLedger(self._run, self._keys.pace), ceiling)

    async def open(self) -> Self:
        """Open the connections, and upgrade the data of an older version. Opening it again changes nothing.

        Raises:
            StorageError: Redis cannot be reached or refuses access, or a newer version of this package wrote its data.
                Or the store belongs to another event loop.
            ImportError: The extra is not installed. The message says how to install it.
        """
        async with self._opening.alone(is_open=self._client is not None):
            self._client = self._client or await self._open_client()
        return self

    async def ping(self) -> None:
        """Check that Redis answers, for a health check. Raises `StorageError` if it takes over two seconds."""
        await within(PING_LIMIT, self._run(("PING",)))

    async def health(self) -> Health:
        """Count the records. Raises `StorageError` if that fails."""
        from anilist_oauth.storage.redis.upgrade import VERSION

        [applications] = await self._run(("SMEMBERS", self._keys.applications))
        counts = [await self._run(("ZCARD", self._keys.expiry(application))) for application in applications]
        logins = await self._opened().scan(f"{self._keys.logins}{'?' * 64}")
        return Health(
            kind="redis",
            version=VERSION,
            found_version=VERSION if self._found_version is None else self._found_version,
            logins=logins,
            tokens=sum(int(count) for [count] in counts),
        )

    async def aclose(self) -> None:
        """Wait for running calls, and close all connections. Calls that wait for a login raise `StorageError`."""
        if self._client is not None:
            self._client.check()
        await self._own_logins.aclose()
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _open_client(self) -> Any:
        from anilist_oauth.storage.redis.upgrade import upgrade

        client = self._make_client()
        try:
            await client.open(self._keys.settled)
            self._found_version = await upgrade(client.run, self._keys, plain=self.tokens.plain)
        except BaseException:
            await client.aclose()
            raise
        return client

    def _make_client(self) -> Any:
        try:
            from anilist_oauth.storage.redis.client import Client, connect
        except ImportError as error:
            raise ImportError(
                "redis needs a driver that is not installed: pip install 'anilist-oauth[redis]'"
            ) from error
        if self._is_url:
            return connect(self._source.value, at_once=self._pool_size)
        return Client.of(self._source.value, at_once=self._pool_size)

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


def _check_client(client: Any) -> None:
    names = [f"{kind.__module__}.{kind.__qualname__}" for kind in type(client).__mro__]
    is_client = hasattr(client, "get_encoder") or hasattr(client, "get_connection")
    if not is_client or not _BLOCKING.isdisjoint(names):
        raise ConfigurationError(
            "url: a str is needed, such as redis://localhost:6379/0, or a client or pool of redis.asyncio, "
            f"not {names[0].removeprefix('builtins.')}"
        )
