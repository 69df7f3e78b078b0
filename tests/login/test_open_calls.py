"""The running calls of a flow are tracked and ended."""

import asyncio

import pytest

from anilist_oauth.errors import SessionStateError
from anilist_oauth.login.open_calls import OpenCalls


@pytest.mark.requirement("R12")
async def test_a_close_ends_what_is_under_way_and_lets_nothing_begin() -> None:
    """It may be closed twice at once, even while a call takes time to end."""
    calls = OpenCalls()
    ended = asyncio.Event()

    async def slow() -> None:
        async with calls.under_way():
            try:
                await asyncio.sleep(3600)
            finally:
                await ended.wait()

    under_way = asyncio.create_task(slow())
    await asyncio.sleep(0)
    closes = [asyncio.create_task(calls.aclose()) for _ in range(2)]
    await asyncio.sleep(0)
    for close in closes:
        close.cancel()  # whoever closes has no patience
    await asyncio.wait(closes)
    await asyncio.sleep(0.01)
    late = asyncio.create_task(calls.aclose())  # while the call is being ended
    await asyncio.sleep(0)
    late.cancel()
    await asyncio.wait((late,))
    assert late.cancelled()
    ended.set()
    with pytest.raises(SessionStateError):
        async with asyncio.timeout(10):  # a call that never ends fails
            await under_way
    with pytest.raises(SessionStateError):
        await slow()


async def test_a_timeout_of_the_call_itself_passes_through() -> None:
    """The call was not ended by the close."""
    calls = OpenCalls()
    with pytest.raises(TimeoutError, match="its own"):
        async with calls.under_way():
            raise TimeoutError("its own")
    await calls.aclose()
