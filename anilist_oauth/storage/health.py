"""Whether a store answers, and what it contains."""

import asyncio
from collections.abc import Awaitable
from typing import NamedTuple

from anilist_oauth.errors import StorageError

PING_LIMIT = 2.0  # seconds


class Health(NamedTuple):
    """What a store reports about itself.

    Attributes:
        kind: ``memory``, ``sqlite``, ``postgresql`` or ``redis``.
        version: The version of its layout now.
        found_version: The version when it was opened; 0 if it was empty.
        logins: How many logins it holds, including those finished in the last minutes.
        tokens: How many users' tokens it holds.
    """

    kind: str
    version: int
    found_version: int
    logins: int
    tokens: int


async def within(seconds: float, answer: Awaitable[object]) -> None:
    """Wait for an answer. Raises `StorageError` if it does not come in time."""
    try:
        async with asyncio.timeout(seconds):
            await answer
    except TimeoutError as error:
        raise StorageError(f"the store did not answer within {seconds:g} seconds", retryable=True) from error
