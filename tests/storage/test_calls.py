"""The running calls of a store end within their time limit and before it is closed."""

import asyncio

import pytest

from anilist_oauth.errors import StorageError
from anilist_oauth.storage.calls import Calls


def failure(error: BaseException) -> StorageError:
    """Convert an error, as a store does."""
    return StorageError(type(error).__name__, retryable=isinstance(error, TimeoutError))


@pytest.mark.requirement("R12")
async def test_a_close_waits_for_running_calls() -> None:
    """The running call gets its answer."""
    calls, go = Calls(failure), asyncio.Event()

    async def answer() -> str:
        await go.wait()
        return "done"

    running = asyncio.create_task(calls.run(answer))
    await asyncio.sleep(0)
    closing = asyncio.create_task(calls.aclose())
    await asyncio.sleep(0)
    assert not closing.done()
    go.set()
    assert await running == "done"
    await closing


async def test_an_error_of_a_driver_leaves_no_trace() -> None:
    """It may contain a token, so it is not even the context of our error."""

    async def fail() -> None:
        raise KeyError("a token")

    with pytest.raises(StorageError, match="KeyError") as caught:
        await Calls(failure).run(fail)
    assert caught.value.__context__ is None


async def test_a_call_ends_within_its_limit() -> None:
    """The error is retryable."""
    with pytest.raises(StorageError, match="TimeoutError") as caught:
        await Calls(failure).run(asyncio.Event().wait, limit=0.01)
    assert caught.value.retryable
