"""Open objects when a web application starts, and close them when it stops."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

from anilist_oauth.arguments import expect

Openable = AbstractAsyncContextManager[Any]


@asynccontextmanager
async def opened(things: Iterable[Openable]) -> AsyncIterator[None]:
    """Open objects in order, and close them in reverse. If one cannot be opened, those before it are closed."""
    async with AsyncExitStack() as stack:
        for thing in things:
            expect(thing, AbstractAsyncContextManager, "lifespan: async context managers are needed, such as a flow")
            await stack.enter_async_context(thing)
        yield
