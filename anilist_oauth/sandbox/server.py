"""The sandbox, as its users see it."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Self

from aiohttp import ClientSession, web
from yarl import URL

from anilist_oauth.oauth.application import Application
from anilist_oauth.sandbox.aiohttp_adapter import received, send
from anilist_oauth.sandbox.clock import Clock
from anilist_oauth.sandbox.controls import Controls
from anilist_oauth.sandbox.oauth.authorization import Authorization, DenialName
from anilist_oauth.sandbox.oauth.clients import default_application, registered
from anilist_oauth.sandbox.oauth.grants import Grants, Question
from anilist_oauth.sandbox.oauth.server_versions import GenerationName, generation_named
from anilist_oauth.sandbox.people import People, User
from anilist_oauth.sandbox.rate_limit import MinuteLimit, WindowName
from anilist_oauth.sandbox.request_log import described
from anilist_oauth.sandbox.service import GRAPHQL, TOKEN, Service
from anilist_oauth.sandbox.website.forms import first_form
from anilist_oauth.sandbox.website.routes import PIN

HOST = "127.0.0.1"
_log = logging.getLogger("anilist_oauth.sandbox")
_TOKEN_LIMIT = 60  # per minute: Passport's throttle
_GRAPHQL_LIMIT, _DEGRADED_LIMIT = 90, 30  # per minute: AniList in good times, and in its degraded state
_SHUTDOWN = 0.1  # seconds for unfinished answers; a fault's delay may be an hour


class Sandbox(Controls):
    """A stand-in for AniList on loopback: ``async with Sandbox() as sandbox:``.

    Args:
        applications: The registered applications. None for one with a made-up secret.
        redirect_uri: The redirect URI of that application. None for one on loopback, with its own free port.
        users: The names of the accounts.
        generation: The version of the server library. It determines the wording of errors, and what is accepted.
        denial: Whether denials are worded by Passport (as AniList's most likely are) or by the library.
        port: The port on 127.0.0.1. 0 for a free one.
        token_limit: Requests per minute at the token endpoint. None refuses nothing.
        graphql_limit: Requests per minute at the GraphQL endpoint. None refuses nothing.
        graphql_window: Whether that minute begins with the first request (fixed), or is always the last one (sliding).
        graphql_advertised: The limit that the headers name, if it differs from the real one.
        private_users: The names of the accounts whose profile and list only they can see.
    """

    def __init__(
        self,
        *,
        applications: Iterable[Application] | None = None,
        redirect_uri: str | None = None,
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
        if applications is not None and redirect_uri is not None:
            raise ValueError("redirect_uri: each application has its own; leave one of the two out")
        clients = registered([default_application(redirect_uri)] if applications is None else applications)
        people, clock = People(users, private=private_users, describe=self._describe), Clock()
        graphql = MinuteLimit(
            nominal=_GRAPHQL_LIMIT,
            given=graphql_limit,
            degraded=_DEGRADED_LIMIT,
            now=clock.now,
            window=graphql_window,
            advertised=graphql_advertised,
        )
        limits = {TOKEN: MinuteLimit(nominal=_TOKEN_LIMIT, given=token_limit, now=clock.now), GRAPHQL: graphql}
        grants = Grants(generation=generation_named(generation), now=clock.now)
        authorization = Authorization(clients=clients, grants=grants, denial=denial)
        super().__init__(Service(authorization=authorization, people=people, clock=clock, limits=limits))
        if type(port) is not int or not 0 <= port <= 65535:
            raise ValueError(f"port: a number from 0 to 65535 is needed, not {port!r}")
        self._port = port
        self._runner: web.ServerRunner | None = None

    async def open(self) -> Self:
        """Start listening, as ``async with`` does. Safe to call again."""
        if self._runner is not None:
            return self
        self.service.clock.start(asyncio.get_running_loop())
        self._runner = web.ServerRunner(web.Server(self._serve, access_log=None), shutdown_timeout=_SHUTDOWN)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, self._port).start()
        except OSError:
            await self.aclose()
            raise
        self.service.url = URL.build(scheme="http", host=HOST, port=self._runner.addresses[0][1])
        self.service.authorization.pin_page = self.url.with_path(PIN)
        return self

    async def aclose(self) -> None:
        """Close every connection and the port. Safe to call again."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *exception: object) -> None:
        await self.aclose()

    async def approve(self, url: str | URL, *, user: User | str | None = None) -> str:
        """Visit an authorization URL and approve, as a user with a browser does.

        Args:
            url: The URL that the application sends its user to.
            user: The user who approves. None for the first account.

        Returns:
            The callback URL that the browser is redirected to. It is not requested.

        Raises:
            NoCallbackError: The user is shown an error instead, and there is no redirect.
            ValueError: The URL is not this sandbox's, or it has no such user.
        """
        who = self.service.people.one(user)
        asked = self._asked(url)
        return asked if isinstance(asked, str) else await self.service.authorization.approve(asked, who)

    async def deny(self, url: str | URL, *, user: User | str | None = None) -> str:
        """Visit an authorization URL and deny. Arguments, result and errors are those of `approve`.

        A user who approved before and still has a live token is asked nevertheless.
        """
        self.service.people.one(user)
        asked = self._asked(url)
        return asked if isinstance(asked, str) else self.service.authorization.deny(asked)

    async def confirm(self, callback: str | URL) -> str:
        """Open a callback URL like a browser, and press the first button of the page: "Yes, that is me".

        Args:
            callback: What `approve` returned, while a receiver or a web application listens there.

        Returns:
            The page where the browser ends up, as HTML.

        Raises:
            ValueError: The page has no button, or the callback is not a URL.
        """
        address = URL(str(callback), encoded=True)
        if address.scheme not in {"http", "https"} or not address.host:
            raise ValueError("callback: the whole URL is needed that approve() returned")
        async with ClientSession() as browser:
            async with browser.get(address) as shown:
                action, fields = first_form(await shown.text(), str(shown.url))
            async with browser.post(URL(action, encoded=True), data=fields) as pressed:
                return await pressed.text()

    def _asked(self, url: str | URL) -> Question | str:
        """Return what the user is asked, or the URL that an error redirects to."""
        address = str(url).partition("#")[0].partition("?")[0]
        if address != str(self.endpoints.authorization):
            raise ValueError(f"url: {address} is not this sandbox's {self.endpoints.authorization}")
        return self.service.visited(url)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        seen = await received(request)
        self.requests.append(seen)
        fault = self.service.fault(seen.path)
        answer = fault.made_up or await self.service.answer(seen)
        _log.info("%s", described(seen, answer, fault))
        return await send(request, answer, fault=fault, now=self.now())
