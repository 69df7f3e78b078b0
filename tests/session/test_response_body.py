"""A response is read up to a limit."""

import asyncio
from typing import Any, cast
from unittest.mock import Mock

import aiohttp
import pytest

from anilist_oauth.http_messages import Response
from anilist_oauth.session.response_body import read_response
from tests.canaries import shown_in

CANARY = b"canary-" + b"s3cret" * 20


class Answer:
    """A response whose body arrives in pieces."""

    def __init__(self) -> None:
        self.status = 200
        self.headers: dict[str, str] = {}
        protocol = Mock(_reading_paused=False)
        self.content = aiohttp.StreamReader(protocol, 2**16, loop=asyncio.get_running_loop())
        self.closed = False

    def close(self) -> None:
        """Close the connection."""
        self.closed = True


async def reading(answer: Answer, limit: int = 1000) -> asyncio.Task[Response | None]:
    """Read until more must arrive."""
    task = asyncio.ensure_future(read_response(cast("Any", answer), limit))
    await asyncio.sleep(0)
    return task


async def test_a_body_may_arrive_with_the_headers_or_in_pieces() -> None:
    """Both are read as a whole."""
    for before, after in ([b"abc"], []), ([], [b"a", b"bc"]), ([b"ab"], [b"c"]), ([], []):
        answer = Answer()
        for piece in before:
            answer.content.feed_data(piece)
        if not after:
            answer.content.feed_eof()
        task = await reading(answer)
        for piece in after:
            answer.content.feed_data(piece)
            await asyncio.sleep(0)
        answer.content.feed_eof()
        response = await task
        assert response is not None
        assert response.body == b"".join([*before, *after])


async def test_a_body_over_the_limit_is_none() -> None:
    """Reading stops, and the connection is closed, whether or not the body was complete."""
    for ends in (True, False):
        answer = Answer()
        answer.content.feed_data(b"x" * 1001)
        if ends:
            answer.content.feed_eof()
        assert await (await reading(answer)) is None
        assert answer.closed


@pytest.mark.requirement("S36")
async def test_a_body_that_is_cut_off_is_not_shown() -> None:
    """A crash reporter that shows the members of lists shows no token."""
    answer = Answer()
    answer.content.feed_data(CANARY)
    task = await reading(answer)
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await task
    assert shown_in(caught.value, CANARY.decode()) == []
    assert answer.closed
