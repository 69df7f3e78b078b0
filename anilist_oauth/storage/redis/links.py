"""Connections to one Redis, used directly: a command through `redis.asyncio.Redis` costs half as much again."""

from typing import Any

from redis.asyncio import ConnectionPool
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError


class Links:
    """The idle connections of one store.

    Args:
        pool: Creates the connections, and keeps none of them.
    """

    def __init__(self, pool: ConnectionPool) -> None:
        self._make: Any = pool.make_connection  # untyped
        self._idle: list[Any] = []

    async def execute(self, *command: str | int) -> Any:
        """Run one command and return its answer. If an idle connection turns out to be closed, use another one."""
        while self._idle:
            link = self._idle.pop()
            try:
                return await self._execute(link, command)
            except (RedisConnectionError, OSError):
                continue
        return await self._execute(self._make(), command)

    async def aclose(self) -> None:
        """Close every connection."""
        while self._idle:
            await self._idle.pop().disconnect(nowait=True)

    async def _execute(self, link: Any, command: tuple[str | int, ...]) -> Any:
        try:
            await link.send_command(*command)
            answer = await link.read_response()
        except RedisError as error:
            if isinstance(error, RedisConnectionError):
                await link.disconnect(nowait=True)
            else:  # Redis refused the command; the connection is still good
                self._idle.append(link)
            raise
        except BaseException:  # its state is unknown
            await link.disconnect(nowait=True)
            raise
        self._idle.append(link)
        return answer
