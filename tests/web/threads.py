"""A site and its sandbox in a separate thread, for a test that drives a browser."""

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any, TypeVar

import attrs

from anilist_oauth.web.conformance.site import AdapterSite, Site
from anilist_oauth.web.conformance.stand import Stand, stand

T = TypeVar("T")


@attrs.frozen
class ThreadedStand:
    """A stand that a thread serves."""

    stand: Stand
    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the thread's event loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)


@contextmanager
def stand_in_a_thread(framework: AdapterSite, site: Site, **options: Any) -> Iterator[ThreadedStand]:
    """Serve a site until the block is left."""
    opened: Future[tuple[ThreadedStand, asyncio.Event]] = Future()

    async def serve() -> None:
        leave = asyncio.Event()
        async with stand(framework, site, **options) as served:
            opened.set_result((ThreadedStand(served, asyncio.get_running_loop()), leave))
            await leave.wait()

    with ThreadPoolExecutor(max_workers=1) as executor:
        serving = executor.submit(lambda: asyncio.run(serve()))
        either: list[Future[Any]] = [opened, serving]
        wait(either, return_when=FIRST_COMPLETED)
        if serving.done():
            serving.result()
        threaded, leave = opened.result()
        try:
            yield threaded
        finally:
            threaded.loop.call_soon_threadsafe(leave.set)
            serving.result()
