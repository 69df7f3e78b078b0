"""Run the tasks that finish logins in this process. Callers with the same callback share one task."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from anilist_oauth.errors import SessionStateError
from anilist_oauth.login.login import CompletedLogin

_CLOSING = 10.0  # seconds to wait for running logins, and as many again to settle them


class SharedTasks:
    """Running tasks by the key of their callers. Cancelling a caller does not cancel the task."""

    def __init__(self) -> None:
        self._running: dict[object, asyncio.Task[CompletedLogin]] = {}

    async def run(
        self, same: object, work: Coroutine[Any, Any, CompletedLogin], *, failed: Callable[[BaseException], None]
    ) -> CompletedLogin:
        """Run work in a new task, or wait for the running task with the same key.

        Args:
            same: The key.
            work: The work.
            failed: Called with the error of the task if it fails or is cancelled, whether or not a caller still waits.

        Raises:
            SessionStateError: `aclose` ended the task before its login was taken.
        """
        task = self._running.get(same)
        if task is None:
            task = asyncio.create_task(work)
            self._running[same] = task
            task.add_done_callback(partial(self._ended, same, failed))
        else:
            work.close()
        await asyncio.wait((task,))  # unlike awaiting the task, this does not cancel it
        if task.cancelled():
            raise SessionStateError("the login flow was closed before the login was taken; open the callback again")
        return task.result()

    async def aclose(self) -> None:
        """Wait some seconds for the running tasks, and then cancel the others and wait until they have ended."""
        try:
            await self._wait()
        finally:  # nothing may keep running, even if this is cancelled
            for task in list(self._running.values()):
                task.cancel()
            await self._wait()

    async def _wait(self) -> None:
        if self._running:
            await asyncio.wait(set(self._running.values()), timeout=_CLOSING)

    def _ended(self, same: object, failed: Callable[[BaseException], None], task: asyncio.Task[CompletedLogin]) -> None:
        del self._running[same]
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if isinstance(error, Exception | asyncio.CancelledError):
            failed(error)
