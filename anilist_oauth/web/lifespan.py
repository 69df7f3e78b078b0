"""What a web application opens at its start and closes at its end."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

from anilist_oauth.arguments import expect

Openable = AbstractAsyncContextManager[Any]


@asynccontextmanager
async def opened(things: Iterable[Openable]) -> AsyncIterator[None]:
    """Open things in order, and close them in reverse. If one cannot be opened, those before it are closed."""
    async with AsyncExitStack() as stack:
        for thing in things:
            expect(thing, AbstractAsyncContextManager, "lifespan: what async with can open is needed, such as a flow")
            await stack.enter_async_context(thing)
        yield
