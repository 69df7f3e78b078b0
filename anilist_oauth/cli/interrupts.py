"""React only to the first Ctrl+C, so that another one does not interrupt the clean-up."""

import signal
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ignore Ctrl+C inside the block, so that a second one does not interrupt the clean-up after the first."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


async def interrupted_once(work: Awaitable[T]) -> T:
    """Await work that Ctrl+C cancels. A second Ctrl+C is ignored, because it would interrupt the event loop itself."""
    cancel = signal.getsignal(signal.SIGINT)
    if not callable(cancel):
        return await work  # Ctrl+C was already ignored when this command started

    def heed(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # until the command ends
        cancel(number, frame)

    signal.signal(signal.SIGINT, heed)
    try:
        return await work
    finally:
        if signal.getsignal(signal.SIGINT) is heed:
            signal.signal(signal.SIGINT, cancel)
