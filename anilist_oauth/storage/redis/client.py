"""Run commands through redis-py, with time limits, and convert its errors to `StorageError`."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, Self

from redis.asyncio import ConnectionPool, Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import ConstantBackoff, NoBackoff
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    NoPermissionError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from anilist_oauth.errors import StorageError
from anilist_oauth.redaction import clean
from anilist_oauth.storage.calls import LIMIT, Calls
from anilist_oauth.storage.redis.keys import Command
from anilist_oauth.storage.redis.links import Links
from anilist_oauth.storage.redis.url import RedisAddress

WAIT = 4.0  # seconds for a connection, or an answer
SENTINEL_WAIT = 1.0  # seconds for a Sentinel, after which the next one is asked
CONNECTIONS = 20
LOOK_EVERY = 5.0  # seconds after which messages may have been missed
AGAIN_AFTER = 1.0  # seconds before a lost subscription is made again
# The beginnings of Redis's errors that are temporary: no memory, no disk, a failover.
PASSING = ("OOM", "MISCONF", "READONLY", "LOADING", "MASTERDOWN", "NOREPLICAS", "CLUSTERDOWN", "TRYAGAIN")

logger: logging.Logger = logging.getLogger("anilist_oauth")


class Client:
    """Runs commands through a client of redis-py.

    Args:
        redis: The client of redis-py. It may belong to the application.
        owned: Whether `aclose` closes it.
        at_once: The most calls that run at the same time.
        secrets: Strings that must not appear in a message.
        links: Whether single commands use the connections of `Links`.
    """

    def __init__(
        self, redis: Any, *, owned: bool, at_once: int | None, secrets: tuple[str, ...], links: bool = False
    ) -> None:
        self._redis = redis
        self._owned = owned
        self._secrets = secrets
        self._calls = Calls(self._failure)
        self._room = asyncio.Semaphore(at_once or CONNECTIONS)
        self._digests: dict[str, str] = {}  # of the scripts
        self._links = Links(redis.connection_pool) if links else None
        self._execute: Any = redis.execute_command if self._links is None else self._links.execute
        self._listening = True

    @classmethod
    def of(cls, theirs: Any, *, at_once: int | None) -> Self:
        """Use a client or pool that the application owns. It is never closed."""
        redis = Redis(connection_pool=theirs) if isinstance(theirs, ConnectionPool) else theirs
        return cls(redis, owned=False, at_once=at_once, secrets=())

    async def run(self, *commands: Command) -> list[Any]:
        """Run commands and return their answers. Several commands are run in one transaction.

        If an answer is lost, a command may run twice, so it must be repeatable.

        Raises:
            StorageError: Redis failed, or took longer than ten seconds. The error has no cause, because redis-py's
                errors may contain the URL or the data.
        """
        return await self._calls.run(lambda: self._run(commands))

    async def open(self, channel: str) -> None:
        """Check that Redis answers. Log a warning if the user may not use the channel, which makes waiting slower."""
        await self.run(("PING",))
        self._listening = await self._calls.run(lambda: self._may_publish(channel))
        if not self._listening:
            logger.warning(
                "this Redis user may not use channels, so it takes some seconds longer until a login is noticed that "
                "another process finished; `ACL SETUSER <user> &%s` allows it",
                channel,
            )

    async def scan(self, pattern: str) -> int:
        """Count the keys that match a pattern."""
        return await self._calls.run(lambda: self._scan(pattern))

    async def news(self, channel: str) -> AsyncGenerator[str | None, None]:
        """Yield published messages, and None each time that messages may have been missed.

        None comes at first, and then every 5 seconds. If the user may not subscribe, there is nothing else. A lost
        connection is made again.

        Raises:
            StorageError: Redis failed, and trying again does not help.
        """
        self._calls.check()
        while self._listening:
            try:
                async with aclosing(self._subscribed(channel)) as news:
                    while True:
                        yield await anext(news)
            except NoPermissionError:
                break
            except (RedisError, OSError, TimeoutError) as error:
                failure = self._failure(error)
            if not failure.retryable:
                raise failure
            await asyncio.sleep(AGAIN_AFTER)
        while True:
            yield None
            await asyncio.sleep(LOOK_EVERY)

    def check(self) -> None:
        """Raise `StorageError` if the store belongs to another event loop."""
        self._calls.check()

    async def aclose(self) -> None:
        """Wait for running calls, and close the connections, unless the application owns them."""
        await self._calls.aclose()
        if self._links is not None:
            await self._links.aclose()
        if self._owned:
            for client in (self._redis, *getattr(self._redis, "anilist_sentinels", ())):
                await client.aclose()

    async def _run(self, commands: tuple[Command, ...]) -> list[Any]:
        async with self._room:
            if len(commands) == 1:
                return [await self._one(commands[0])]
            async with self._redis.pipeline(transaction=not isinstance(self._redis, RedisCluster)) as pipeline:
                for command in commands:
                    pipeline.execute_command(*command)
                answers: list[Any] = _decoded(await pipeline.execute(raise_on_error=False))
        return answers

    async def _one(self, command: Command) -> Any:
        """Run one command. If Redis knows a script, only its digest is sent."""
        if command[0] != "EVAL":
            answer = _decoded(await self._execute(*command))
            return _as_fields(answer) if command[0] == "HGETALL" else answer
        source = str(command[1])
        known = self._digests.get(source)
        if known is None:
            known = self._digests[source] = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()
        try:
            return _decoded(await self._execute("EVALSHA", known, *command[2:]))
        except NoScriptError:
            return _decoded(await self._execute(*command))

    async def _may_publish(self, channel: str) -> bool:
        try:
            await self._redis.execute_command("PUBLISH", channel, "")
        except NoPermissionError:
            return False
        return True

    async def _scan(self, pattern: str) -> int:
        return len([key async for key in self._redis.scan_iter(match=pattern, count=1000)])

    async def _subscribed(self, channel: str) -> AsyncGenerator[str | None, None]:
        clock = asyncio.get_running_loop().time
        async with self._redis.pubsub() as pubsub:
            async with asyncio.timeout(LIMIT):
                await pubsub.subscribe(channel)
                await pubsub.get_message(timeout=None)  # the confirmation
            look_at = clock()
            while True:
                if clock() >= look_at:  # at first, and every 5 seconds, even if there are many messages
                    yield None
                    look_at = clock() + LOOK_EVERY
                async with asyncio.timeout(LOOK_EVERY + LIMIT):  # long enough to connect again
                    message = await pubsub.get_message(timeout=max(0.0, look_at - clock()))
                if message and message["type"] == "message":
                    yield _decoded(message["data"])
                else:  # the time is over, or the subscription was made again
                    look_at = clock()

    def _failure(self, error: BaseException) -> StorageError:
        if isinstance(error, TimeoutError | RedisTimeoutError):
            return StorageError("Redis took longer than allowed", retryable=True)
        said = clean(str(error).partition(", with args")[0], secrets=self._secrets)
        return StorageError(f"Redis failed: {type(error).__name__}: {said}", retryable=_is_retryable(error))


def _is_retryable(error: BaseException) -> bool:
    if isinstance(error, AuthenticationError | AuthorizationError):
        return False
    passing = RedisConnectionError | OSError | OutOfMemoryError | ReadOnlyError | RedisClusterException
    return isinstance(error, passing) or str(error).startswith(PASSING)


def connect(address: RedisAddress, *, at_once: int | None) -> Client:
    """Create the client for an address. This sends nothing."""
    common: dict[str, Any] = {
        "socket_connect_timeout": WAIT,
        # With a time limit, redis-py would use asyncio.wait_for, which in Python 3.11 sometimes swallows a
        # cancellation. `Calls` limits the time instead.
        "socket_timeout": None,
        "encoding_errors": "surrogatepass",
        "decode_responses": True,
    }
    redis = _MAKERS[address.kind](address, common)
    return Client(redis, owned=True, at_once=at_once, secrets=address.secrets, links=address.kind == "single")


def _single(address: RedisAddress, common: Mapping[str, Any]) -> Any:
    retry = Retry(ConstantBackoff(0.1), retries=1)
    return Redis.from_pool(ConnectionPool.from_url(address.url.value, retry=retry, **common))


def _sentinel(address: RedisAddress, common: Mapping[str, Any]) -> Any:
    of_sentinels: dict[str, Any] = {
        "socket_connect_timeout": SENTINEL_WAIT,
        "socket_timeout": SENTINEL_WAIT,
        "retry": Retry(NoBackoff(), retries=0),  # the next one is asked instead
        **address.of_sentinels.value,
    }
    make: Any = Sentinel  # untyped
    sentinel = make(list(address.nodes), sentinel_kwargs=of_sentinels)
    redis: Any = sentinel.master_for(address.service, **common, **address.options.value)
    redis.anilist_sentinels = sentinel.sentinels  # so that `aclose` closes them too
    return redis


def _cluster(address: RedisAddress, common: Mapping[str, Any]) -> Any:
    nodes = [ClusterNode(host, port) for host, port in address.nodes]
    options = {name: value for name, value in common.items() if name != "socket_timeout"}
    return RedisCluster(startup_nodes=nodes, **options, **address.options.value)


_MAKERS = {"single": _single, "sentinel": _sentinel, "cluster": _cluster}


def _as_fields(answer: Any) -> dict[Any, Any]:
    """Return a hash as a dict. In Redis's older protocol, it is a list of alternating names and values."""
    return answer if isinstance(answer, dict) else dict(zip(answer[::2], answer[1::2], strict=True))


def _decoded(answer: Any) -> Any:
    """Return an answer with strings instead of bytes, because an application's client may not decode them."""
    if answer is None or type(answer) in {str, int}:
        return answer
    if isinstance(answer, bytes):
        return answer.decode("utf-8", "surrogatepass")
    if isinstance(answer, dict):
        return {_decoded(name): _decoded(value) for name, value in answer.items()}
    if isinstance(answer, list | tuple | set):
        return [_decoded(one) for one in answer]
    return answer
