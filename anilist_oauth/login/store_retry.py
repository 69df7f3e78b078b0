"""Repeat failed calls of a store for some time, because the store may recover."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from anilist_oauth.errors import StorageError

PATIENCE = 30.0  # seconds
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0  # seconds

T = TypeVar("T")


async def retry_store(call: Callable[[], Awaitable[T]], *, patience: float = PATIENCE) -> T:
    """Call a store. While it raises a retryable `StorageError`, repeat the call for up to `patience` seconds.

    If the store is full, the error is raised at once, and the caller can try again later.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + patience
    pause = _FIRST_PAUSE
    while True:
        try:
            return await call()
        except StorageError as error:
            if not error.retryable or error.full or loop.time() + pause > until:
                raise
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
