"""The sandbox as its user sees it."""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from aiohttp import web
from yarl import URL

from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import Endpoints
from anilist_oauth.sandbox.aiohttp_adapter import received, send
from anilist_oauth.sandbox.clock import Clock
from anilist_oauth.sandbox.faults import EndpointName, Fault
from anilist_oauth.sandbox.messages import ReceivedRequest
from anilist_oauth.sandbox.oauth.authorization import DenialName, Question
from anilist_oauth.sandbox.oauth.clients import Clients, default_application
from anilist_oauth.sandbox.oauth.server_versions import GenerationName, generation_named
from anilist_oauth.sandbox.people import People, User
from anilist_oauth.sandbox.rate_limit import WindowName
from anilist_oauth.sandbox.request_log import described
from anilist_oauth.sandbox.service import ENDPOINTS, GRAPHQL, TOKEN, Service, landed
from anilist_oauth.sandbox.weather import WeatherName
from anilist_oauth.sandbox.website.routes import AUTHORIZE, PIN

HOST = "127.0.0.1"
_log = logging.getLogger("anilist_oauth.sandbox")
_SHUTDOWN = 0.1  # seconds for answers under way; a fault's delay may be an hour


class Sandbox:
    """A stand-in for AniList on loopback: ``async with Sandbox() as sandbox:``.

    Args:
        applications: The registered applications; None for one with a made-up secret and a loopback redirect URI.
        users: The names of the accounts.
        generation: The version of the server library: how it words an error, and what it accepts.
        denial: Whether a denial is worded by Passport, as AniList's most likely is, or by the library.
        port: The port on 127.0.0.1; 0 for a free one.
        token_limit: Requests a minute at the token endpoint; None refuses nothing.
        graphql_limit: Requests a minute at the GraphQL endpoint; None refuses nothing.
        graphql_window: Whether that minute begins with the first request, or is always the last one.
        graphql_advertised: What the headers say of that limit, where they lie.
        private_users: The names of those whose profile and list only they see.

    Attributes:
        requests: Every request that arrived, oldest first; `approve` and `deny` send none.
        users: The accounts.
    """

    def __init__(
        self,
        *,
        applications: Iterable[Application] | None = None,
        users: Iterable[str] = ("mika",),
        generation: GenerationName = "7.3.2",
        denial: DenialName = "passport",
        port: int = 0,
        token_limit: int | None = None,
        graphql_limit: int | None = None,
        graphql_window: WindowName = "fixed",
        graphql_advertised: int | None = None,
        private_users: Iterable[str] = (),
    ) -> None:
        self.requests: list[ReceivedRequest] = []
        self._clients = Clients([default_application()] if applications is None else applications)
        self._people = People(users, private=private_users)
        self._clock = Clock()
        self._service = Service(
            clients=self._clients,
            people=self._people,
            generation=generation_named(generation),
            denial=denial,
            now=self.now,
            token_limit=token_limit,
            graphql_limit=graphql_limit,
            graphql_window=graphql_window,
            graphql_advertised=graphql_advertised,
        )
        self._faults: dict[str, deque[Fault]] = {name: deque() for name in ENDPOINTS.values()}
        self._port = port
        self._runner: web.ServerRunner | None = None
        self._url: URL | None = None

    async def open(self) -> Self:
        """Listen; the same as entering ``async with``. Safe to repeat."""
        if self._runner is not None:
            return self
        self._clock.start(asyncio.get_running_loop())
        self._runner = web.ServerRunner(web.Server(self._serve, access_log=None), shutdown_timeout=_SHUTDOWN)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, self._port).start()
        except OSError:
            await self.aclose()
            raise
        self._url = URL.build(scheme="http", host=HOST, port=self._runner.addresses[0][1])
        self._service.authorization.pin_page = self._url.with_path(PIN)
        return self

    async def aclose(self) -> None:
        """Close every connection and the port."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *exception: object) -> None:
        await self.aclose()

    @property
    def url(self) -> URL:
        """The sandbox's origin, such as ``http://127.0.0.1:40123``.

        Raises:
            RuntimeError: It is not open.
        """
        if self._url is None:
            raise RuntimeError("the sandbox is not open: use it in an `async with` block")
        return self._url

    @property
    def endpoints(self) -> Endpoints:
        """The sandbox's doors, for ``OAuthSession(…, endpoints=sandbox.endpoints)``."""
        return Endpoints(
            authorization=self.url.with_path(AUTHORIZE),
            token=self.url.with_path(TOKEN),
            graphql=self.url.with_path(GRAPHQL),
        )

    @property
    def application(self) -> Application:
        """The first of the registered applications."""
        return self._clients.first

    @property
    def users(self) -> tuple[User, ...]:
        """Every account."""
        return tuple(self._people)

    @property
    def user(self) -> User:
        """The first account: who approves and denies where nobody is named."""
        return self._people.first

    def now(self) -> datetime:
        """Tell the sandbox's time, aware, in UTC: a `clock=` for a session."""
        return self._clock.now()

    def advance(self, by: timedelta) -> None:
        """Let time pass: codes expire after ten minutes, tokens after a year."""
        self._clock.advance(by)

    def next(self, endpoint: EndpointName, *faults: Fault) -> None:
        """Script the next answers of an endpoint, one fault for each; later ones are as they should be.

        `approve` and `deny` are visits to ``authorize`` too: an answer made up for it decides where they end.
        """
        if endpoint not in self._faults:
            raise ValueError(f"endpoint: {endpoint!r} is not one of {', '.join(self._faults)}")
        if odd := [fault for fault in faults if not isinstance(fault, Fault)]:
            raise TypeError(f"faults: {odd[0]!r} is no Fault")
        self._faults[endpoint].extend(faults)

    def weather(self, name: WeatherName) -> None:
        """Change the weather: ``outage``, ``cloudflare``, ``throttled``, ``slow``, ``flaky``, or ``clear`` again.

        What each does is told at `anilist_oauth.sandbox.weather.Weather`. Scripted answers go first, and the users of
        `approve` and `deny` are not troubled.
        """
        self._service.turn(name)

    @property
    def echo_state(self) -> bool:
        """Whether callbacks carry the state; set it to False, and none does."""
        return self._service.authorization.echoes_state

    @echo_state.setter
    def echo_state(self, echo: bool) -> None:
        self._service.authorization.echoes_state = echo

    async def approve(self, url: str | URL, *, user: User | str | None = None) -> str:
        """Visit an authorization URL and approve, as a user with a browser does.

        Args:
            url: What the application sends its user to.
            user: Who approves; None for the first account.

        Returns:
            The callback URL the browser is sent to; nobody fetches it.

        Raises:
            NoCallbackError: The user is shown an error instead, and the browser is sent nowhere.
            ValueError: The URL is not this sandbox's, or it has no such user.
        """
        who = self._people.one(user)
        asked = self._asked(url)
        return asked if isinstance(asked, str) else await self._service.authorization.approve(asked, who)

    async def deny(self, url: str | URL, *, user: User | str | None = None) -> str:
        """Visit an authorization URL and deny; arguments, result and errors as for `approve`.

        A user who approved before, and whose token lives, is asked all the same.
        """
        self._people.one(user)
        asked = self._asked(url)
        return asked if isinstance(asked, str) else self._service.authorization.deny(asked)

    def _asked(self, url: str | URL) -> Question | str:
        """Tell what the user is asked, or where an error sends the browser."""
        address = str(url).partition("#")[0].partition("?")[0]
        if address != str(self.endpoints.authorization):
            raise ValueError(f"url: {address} is not this sandbox's {self.endpoints.authorization}")
        scripted = self._faults["authorize"]
        made_up = scripted.popleft().made_up if scripted else None
        return self._service.visited(url) if made_up is None else landed(made_up)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        seen = await received(request)
        self.requests.append(seen)
        fault = self._fault(seen.path)
        answer = fault.made_up or await self._service.answer(seen)
        _log.info("%s", described(seen, answer, fault))
        return await send(request, answer, fault=fault, now=self.now())

    def _fault(self, path: str) -> Fault:
        endpoint = ENDPOINTS.get(path)
        if endpoint is None:
            return Fault()
        scripted = self._faults[endpoint]
        return scripted.popleft() if scripted else self._service.weather.fault(endpoint)
