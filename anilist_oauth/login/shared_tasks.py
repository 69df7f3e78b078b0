"""The logins being finished in this process: callers who bring the same callback share one task."""

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any

from anilist_oauth.errors import SessionStateError
from anilist_oauth.login.login import CompletedLogin

_CLOSING = 10.0  # seconds that logins under way are waited for, and again as many that they have to be settled


class SharedTasks:
    """Tasks by what their callers bring; no caller's cancellation reaches a task."""

    def __init__(self) -> None:
        self._running: dict[object, asyncio.Task[CompletedLogin]] = {}

    async def run(self, same: object, work: Coroutine[Any, Any, CompletedLogin]) -> CompletedLogin:
        """Do a piece of work in a task of its own, or wait for the task that does the same already.

        Raises:
            SessionStateError: `aclose` ended the task before its login was taken.
        """
        task = self._running.get(same)
        if task is None:
            task = asyncio.create_task(work)
            self._running[same] = task
            task.add_done_callback(partial(self._ended, same))
        else:
            work.close()
        await asyncio.wait((task,))  # unlike awaiting the task, this does not hand a cancellation on to it
        if task.cancelled():
            raise SessionStateError("the login flow was closed before the login was taken; open the callback again")
        return task.result()

    async def aclose(self) -> None:
        """Wait some seconds for what is under way, then cancel the rest and wait until it is settled."""
        try:
            await self._wait()
        finally:  # whoever cancels this has no patience, and leaves nothing under way all the same
            for task in list(self._running.values()):
                task.cancel()
            await self._wait()

    async def _wait(self) -> None:
        if self._running:
            await asyncio.wait(set(self._running.values()), timeout=_CLOSING)

    def _ended(self, same: object, task: asyncio.Task[CompletedLogin]) -> None:
        del self._running[same]
        if not task.cancelled():
            task.exception()  # whoever was interested has it; asyncio need not complain that nobody was left
