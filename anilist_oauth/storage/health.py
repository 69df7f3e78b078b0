"""Check whether a store answers, and report what it contains."""

import asyncio
from collections.abc import Awaitable
from typing import NamedTuple

from anilist_oauth.errors import StorageError

PING_LIMIT = 2.0  # seconds


class Health(NamedTuple):
    """The version and the contents of a store.

    Attributes:
        kind: ``memory``, ``sqlite``, ``postgresql`` or ``redis``.
        version: The current version of its layout.
        found_version: The version that was found when it was opened, or 0 if it was empty.
        logins: The number of logins in it, including those that were finished in the last minutes.
        tokens: The number of users' tokens in it.
    """

    kind: str
    version: int
    found_version: int
    logins: int
    tokens: int


async def within(seconds: float, answer: Awaitable[object]) -> None:
    """Await an answer. Raises `StorageError` if it takes longer than this many seconds."""
    try:
        async with asyncio.timeout(seconds):
            await answer
    except TimeoutError as error:
        raise StorageError(f"the store did not answer within {seconds:g} seconds", retryable=True) from error
