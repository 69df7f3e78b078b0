"""Connections to one Redis, used as they are: a command of `redis.asyncio.Redis` costs half as much again."""

from typing import Any

from redis.asyncio import ConnectionPool
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError


class Links:
    """The idle connections of one store.

    Args:
        pool: What makes them; it keeps none of them.
    """

    def __init__(self, pool: ConnectionPool) -> None:
        self._make: Any = pool.make_connection  # untyped
        self._idle: list[Any] = []

    async def execute(self, *command: str | int) -> Any:
        """Run one command, again on a fresh connection where an idle one turns out to be closed; its answer."""
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
            else:  # it is the answer
                self._idle.append(link)
            raise
        except BaseException:  # nobody knows in the middle of what it is
            await link.disconnect(nowait=True)
            raise
        self._idle.append(link)
        return answer
