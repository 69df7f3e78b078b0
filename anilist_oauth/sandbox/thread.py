"""The sandbox in a separate thread with its own event loop, for code of any kind."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, Self

from yarl import URL

from anilist_oauth.sandbox.controls import Controls
from anilist_oauth.sandbox.people import User
from anilist_oauth.sandbox.server import Sandbox


class SandboxThread(Controls):
    """A `Sandbox` with plain functions: ``with SandboxThread(Sandbox()) as sandbox:``.

    It is like `Sandbox`, except that `approve_sync`, `deny_sync` and `confirm_sync` take the place of `approve`, `deny`
    and `confirm`, and need no ``await``. The short names are the same functions here.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox.service)
        self._sandbox = sandbox
        self._opened: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    def __enter__(self) -> Self:
        executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="anilist-sandbox")
        self._served = executor.submit(lambda: asyncio.run(self._serve()))
        executor.shutdown(wait=False)
        either: list[Future[Any]] = [self._opened, self._served]
        wait(either, return_when=FIRST_COMPLETED)
        if self._served.done():
            self._served.result()  # raises, for example if the port is taken
        return self

    def __exit__(self, *exception: object) -> None:
        loop, leave = self._opened.result()
        loop.call_soon_threadsafe(leave.set)
        self._served.result()

    async def _serve(self) -> None:
        leave = asyncio.Event()
        async with self._sandbox:
            self._opened.set_result((asyncio.get_running_loop(), leave))
            await leave.wait()

    def approve_sync(self, url: str | URL, *, user: User | str | None = None) -> str:
        """Visit an authorization URL and approve; see `Sandbox.approve`."""
        return self._result(self._sandbox.approve(url, user=user))

    def deny_sync(self, url: str | URL, *, user: User | str | None = None) -> str:
        """Visit an authorization URL and deny; see `Sandbox.deny`."""
        return self._result(self._sandbox.deny(url, user=user))

    def confirm_sync(self, callback: str | URL) -> str:
        """Open a callback URL and press the first button of the page; see `Sandbox.confirm`."""
        return self._result(self._sandbox.confirm(callback))

    approve = approve_sync
    deny = deny_sync
    confirm = confirm_sync

    def _result(self, work: Coroutine[Any, Any, str]) -> str:
        loop, _ = self._opened.result()
        return asyncio.run_coroutine_threadsafe(work, loop).result()
