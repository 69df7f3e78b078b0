"""The sandbox with a thread and an event loop of its own, for code of any kind."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

from yarl import URL

from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import Endpoints
from anilist_oauth.sandbox.faults import EndpointName, Fault
from anilist_oauth.sandbox.messages import ReceivedRequest
from anilist_oauth.sandbox.people import User
from anilist_oauth.sandbox.server import Sandbox
from anilist_oauth.sandbox.weather import WeatherName

T = TypeVar("T")


class SandboxThread:
    """A `Sandbox` behind plain functions: ``with SandboxThread(Sandbox()) as sandbox:``.

    Everything is as in `Sandbox`, but `approve` and `deny` need no ``await``.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="anilist-sandbox")
        self._opened: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._served: Future[None] = Future()

    def __enter__(self) -> Self:
        self._served = self._executor.submit(lambda: asyncio.run(self._serve()))
        self._executor.shutdown(wait=False)
        either: list[Future[Any]] = [self._opened, self._served]
        wait(either, return_when=FIRST_COMPLETED)
        if self._served.done():
            self._served.result()  # such as: the port is taken
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

    @property
    def url(self) -> URL:
        """The sandbox's origin."""
        return self._sandbox.url

    @property
    def endpoints(self) -> Endpoints:
        """The sandbox's doors."""
        return self._sandbox.endpoints

    @property
    def application(self) -> Application:
        """The first of the registered applications."""
        return self._sandbox.application

    @property
    def users(self) -> tuple[User, ...]:
        """Every account."""
        return self._sandbox.users

    @property
    def user(self) -> User:
        """The first account."""
        return self._sandbox.user

    @property
    def requests(self) -> list[ReceivedRequest]:
        """Every request that arrived, oldest first."""
        return self._sandbox.requests

    @property
    def echo_state(self) -> bool:
        """Whether callbacks carry the state; set it to False, and none does."""
        return self._sandbox.echo_state

    @echo_state.setter
    def echo_state(self, echo: bool) -> None:
        self._sandbox.echo_state = echo

    def now(self) -> datetime:
        """Tell the sandbox's time."""
        return self._sandbox.now()

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self._sandbox.advance(by)

    def next(self, endpoint: EndpointName, *faults: Fault) -> None:
        """Script the next answers of an endpoint."""
        self._sandbox.next(endpoint, *faults)

    def weather(self, name: WeatherName) -> None:
        """Change the weather."""
        self._sandbox.weather(name)

    def approve(self, url: str | URL, *, user: User | str | None = None) -> str:
        """Visit an authorization URL and approve; see `Sandbox.approve`."""
        return self._result(self._sandbox.approve(url, user=user))

    def deny(self, url: str | URL, *, user: User | str | None = None) -> str:
        """Visit an authorization URL and deny; see `Sandbox.deny`."""
        return self._result(self._sandbox.deny(url, user=user))

    def _result(self, work: Coroutine[Any, Any, T]) -> T:
        loop, _ = self._opened.result()
        return asyncio.run_coroutine_threadsafe(work, loop).result()
