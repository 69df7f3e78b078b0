"""Ctrl+C once is enough: what it asked for is not broken by the next one."""

import signal
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ignore Ctrl+C for a moment, so that a second one does not break what the first one asked for."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


async def interrupted_once(work: Awaitable[T]) -> T:
    """Await something that Ctrl+C cancels as asyncio does, but once: a second one would break the event loop."""
    cancel = signal.getsignal(signal.SIGINT)
    if not callable(cancel):
        return await work  # whoever started this command has Ctrl+C ignored

    def heed(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # until the command has ended
        cancel(number, frame)

    signal.signal(signal.SIGINT, heed)
    try:
        return await work
    finally:
        if signal.getsignal(signal.SIGINT) is heed:
            signal.signal(signal.SIGINT, cancel)
