"""What a web application opens as it starts, and closes as it ends."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

from anilist_oauth.arguments import expect

Openable = AbstractAsyncContextManager[Any]


@asynccontextmanager
async def opened(things: Iterable[Openable]) -> AsyncIterator[None]:
    """Open them in order, close them in reverse; if one cannot be opened, those before it are closed."""
    async with AsyncExitStack() as stack:
        for thing in things:
            expect(thing, AbstractAsyncContextManager, "lifespan: what async with can open is needed, such as a flow")
            await stack.enter_async_context(thing)
        yield
