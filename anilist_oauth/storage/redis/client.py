"""The one place that knows redis-py: a pool of connections, limits on time, and what its errors mean."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import unquote, urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import AuthenticationError, AuthorizationError, OutOfMemoryError, ReadOnlyError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from anilist_oauth.errors import ConfigurationError, StorageError
from anilist_oauth.redaction import clean
from anilist_oauth.storage.redis.keys import Command

LIMIT = 10.0  # seconds for one call, the wait for a connection and the repetition included
WAIT = 4.0  # seconds for a connection, or an answer
CONNECTIONS = 20
LOOK_EVERY = 5.0  # seconds between two looks for what may have been published unheard
AGAIN_AFTER = 1.0  # seconds before a lost subscription is tried again


class Client:
    """An open Redis."""

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            password = parts.password or ""
            pool = BlockingConnectionPool.from_url(
                url,
                max_connections=CONNECTIONS,
                timeout=WAIT,
                # LIMIT is the limit: with one of its own, redis-py sends through asyncio.wait_for, which in Python 3.11
                # now and then swallows a cancellation.
                socket_timeout=None,
                socket_connect_timeout=WAIT,
                retry=Retry(ConstantBackoff(0.1), retries=1),
                encoding_errors="surrogatepass",
                decode_responses=True,
            )
        except ValueError:
            pool = None
        if pool is None:  # what redis-py says of it may quote the password
            raise ConfigurationError("the store's URL cannot be read: redis://user:password@host:6379/0 is needed")
        self._secrets = (url, password, unquote(password))
        self._redis: Redis = Redis.from_pool(pool)

    async def run(self, *commands: Command) -> list[Any]:
        """Run commands, several of them in one transaction; their answers.

        Each may run twice where an answer was lost, so that each must be one which may.

        Raises:
            StorageError: Redis failed, or took longer than ten seconds. It has no cause: redis-py's errors may hold
                the URL, or what was sent.
        """
        try:
            async with asyncio.timeout(LIMIT):
                if len(commands) == 1:
                    return [await self._redis.execute_command(*commands[0])]  # type: ignore[no-untyped-call]  # untyped
                async with self._redis.pipeline(transaction=True) as pipeline:
                    for command in commands:
                        pipeline.execute_command(*command)
                    answers: list[Any] = await pipeline.execute()
                    return answers
        except Exception as error:  # noqa: BLE001  an option in the URL may fail in any way; none may leave here
            failure = self._failure(error)
        raise failure  # outside the block, or redis-py's error would hang on as its context

    async def news(self, channel: str) -> AsyncGenerator[str | None, None]:
        """Yield what is published, and None whenever something may have been missed: at first, and every 5 seconds.

        A lost connection is made again; a `StorageError` says that this cannot help.
        """
        clock = asyncio.get_running_loop().time
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    async with asyncio.timeout(LIMIT):
                        await pubsub.subscribe(channel)
                        await pubsub.get_message(timeout=None)  # the confirmation
                    yield None
                    look_at = clock() + LOOK_EVERY
                    while True:
                        async with asyncio.timeout(LOOK_EVERY + LIMIT):  # it connects again, where that is needed
                            message = await pubsub.get_message(timeout=max(0.0, look_at - clock()))
                        heard = message["data"] if message and message["type"] == "message" else None
                        if heard is not None:
                            yield heard
                        if heard is None or clock() >= look_at:  # be there ever so much news
                            yield None
                            look_at = clock() + LOOK_EVERY
            except Exception as error:  # noqa: BLE001  as above
                failure = self._failure(error)
            if not failure.retryable:
                raise failure
            await asyncio.sleep(AGAIN_AFTER)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._redis.aclose()

    def _failure(self, error: Exception) -> StorageError:
        if isinstance(error, TimeoutError | RedisTimeoutError):
            return StorageError("Redis took longer than allowed", retryable=True)
        said = clean(str(error).partition(", with args")[0], secrets=self._secrets)
        retryable = isinstance(error, RedisConnectionError | OSError | OutOfMemoryError | ReadOnlyError)
        retryable = retryable and not isinstance(error, AuthenticationError | AuthorizationError)
        return StorageError(f"Redis failed: {type(error).__name__}: {said}", retryable=retryable)
