"""Track the running calls of a flow, so that closing the flow ends them with a typed error."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anilist_oauth.errors import SessionStateError

_GRACE = 1.0  # second for which running calls may still end by themselves


class OpenCalls:
    """Tracks running calls, and ends them when it is closed.

    Attributes:
        closing: Set when closing begins.
    """

    def __init__(self) -> None:
        self.closing: asyncio.Event = asyncio.Event()
        self._scopes: set[asyncio.Timeout] = set()
        self._gone = asyncio.Event()

    @asynccontextmanager
    async def under_way(self) -> AsyncIterator[None]:
        """Run a block that `aclose` may end.

        Raises:
            SessionStateError: The flow was closed before or during the block.
        """
        if self.closing.is_set():
            raise closed_error()
        scope = asyncio.timeout(None)
        try:
            async with scope:
                self._scopes.add(scope)
                try:
                    yield
                finally:
                    self._scopes.discard(scope)
                    self._gone.set()
        except TimeoutError as error:
            if not scope.expired():
                raise
            raise closed_error() from error

    async def aclose(self) -> None:
        """Wait one second for the running calls, and end the others. It may be called again."""
        self.closing.set()
        try:
            async with asyncio.timeout(_GRACE):
                await self._wait()
        except TimeoutError:
            pass
        finally:  # also if this is cancelled
            for scope in self._scopes:
                if not scope.expired():
                    scope.reschedule(0)
        await self._wait()

    async def _wait(self) -> None:
        while self._scopes:
            self._gone.clear()
            await self._gone.wait()


def closed_error() -> SessionStateError:
    """Return the error of a call on a closed flow."""
    return SessionStateError("the login flow is closed; create a new one")
