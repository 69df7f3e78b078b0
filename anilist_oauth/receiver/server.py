"""The receiver as its user sees it."""

import asyncio
import socket
from typing import Self

import attrs
from aiohttp import web

from anilist_oauth.arguments import expect
from anilist_oauth.errors import ConfigurationError, ReceiverError, SessionStateError
from anilist_oauth.html_page import Pages
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.login.login import Login
from anilist_oauth.receiver.address import Address, bound_address, callback_path, loopback_addresses
from anilist_oauth.receiver.handler import CallbackHandler
from anilist_oauth.receiver.sockets import open_sockets

_LAST_ANSWERS = 2.0  # seconds for pages under way when the block is left


class CallbackReceiver:
    """Receives whoever comes back from AniList: ``async with CallbackReceiver(flow) as receiver:``.

    The port is open for as long as the block: a program with one login has one block for it, a bot one for its life. A
    denial or a timeout ends that one login.

    Args:
        flow: Whose logins are received; those begun by `LoginFlow.begin` too, in this process or, with shared stores,
            in another.
        bind: Host and port to listen on behind a reverse proxy that passes the redirect URI's path on. None: the
            redirect URI's own host and port, which must be plain http on this machine.
        pages: Whose pages they are, where they lead back to, and in which language.

    Raises:
        ConfigurationError: The redirect URI is not on this machine and there is no `bind`, or none could help.
    """

    def __init__(self, flow: LoginFlow, *, bind: Address | None = None, pages: Pages | None = None) -> None:
        expect(flow, LoginFlow, "flow: a LoginFlow is needed")
        expect(pages, Pages | None, "pages: a Pages is needed, or None")
        redirect_uri = flow.session.application.redirect_uri
        self.flow = flow
        self._bind = None if bind is None else bound_address(bind, redirect_uri)
        self._loopback = loopback_addresses(redirect_uri) if bind is None else []
        self._handler = CallbackHandler(
            flow,
            path=callback_path(redirect_uri),
            on_loopback=bind is None,
            pages=Pages() if pages is None else pages,
        )
        self._runner: web.ServerRunner | None = None
        self._timers: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Open the port.

        Raises:
            ReceiverError: It is taken or not allowed.
        """
        sockets = open_sockets(self._loopback if self._bind is None else await _resolved(self._bind))
        self._runner = web.ServerRunner(
            web.Server(self._handler.serve, access_log=None), shutdown_timeout=_LAST_ANSWERS
        )
        await self._runner.setup()
        for opened in sockets:
            await web.SockSite(self._runner, opened).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the port; pages under way are sent first."""
        runner, self._runner = self._runner, None
        for timer in self._timers:
            timer.cancel()
        await asyncio.gather(*self._timers, return_exceptions=True)
        if runner is not None:
            await runner.cleanup()
        await self._handler.aclose()

    @property
    def addresses(self) -> tuple[Address, ...]:
        """The IP addresses and ports that are open."""
        return () if self._runner is None else tuple((address[0], address[1]) for address in self._runner.addresses)

    async def login(self, *, subject: str | None = None, label: str | None = None, timeout: float = 600.0) -> Login:
        """Begin a login: send its `Login.url` to the one person it is for, in private.

        Args:
            subject: Whose login it is, such as ``discord:42``; None is a sign-in, as in `LoginFlow.begin`.
            label: What the page calls the one who asks, such as ``@mika on Discord``.
            timeout: Seconds until the login ends; the flow's lifetime ends it too. Who waits gets `LoginTimeoutError`.

        Raises:
            ConfigurationError: The timeout is not positive, or a text is empty or too long.
            StorageError: The login could not be stored.
            SessionStateError: The receiver is not open.
        """
        self._check_open(timeout)
        login = await self.flow.begin(subject=subject, label=label)
        self._end_after(timeout, login)
        return login

    async def implicit(self, *, subject: str | None = None, label: str | None = None, timeout: float = 600.0) -> Login:
        """Begin a login by the implicit grant, for programs that keep no secret; one at a time, on loopback only.

        The token comes back in the fragment, and AniList promises no state for this grant. So the page that reads the
        fragment gives it to `OAuthSession.verify` first, and then asks with the account's name. Arguments and errors
        as for `login`.

        Raises:
            ConfigurationError: The receiver has a `bind`: others than this machine could hand it a token.
            SessionStateError: Another implicit login is open: wait for it, or `LoginFlow.cancel` it.
        """
        if self._bind is not None:
            raise ConfigurationError("bind: an implicit login is received on loopback only; leave bind= out")
        self._check_open(timeout)
        if await self._handler.is_open(self._handler.implicit):
            raise SessionStateError("another implicit login is open, and nothing tells the two apart: wait for it")
        begun = await self.flow.begin(subject=subject, label=label)
        login = self._handler.implicit = attrs.evolve(begun, url=self.flow.session.implicit_url())
        self._end_after(timeout, login)
        return login

    def _check_open(self, timeout: float) -> None:
        if self._runner is None:
            raise SessionStateError("the receiver is not open: use it in an `async with` block")
        expect(timeout, int | float, "timeout: a positive number of seconds is needed")
        if not timeout > 0:
            raise ConfigurationError("timeout: a positive number of seconds is needed")

    def _end_after(self, timeout: float, login: Login) -> None:
        if timeout < self.flow.lifetime.total_seconds():
            timer = asyncio.create_task(self._ended(timeout, login))
            self._timers.add(timer)
            timer.add_done_callback(self._timers.discard)

    async def _ended(self, timeout: float, login: Login) -> None:
        await asyncio.sleep(timeout)
        await self.flow.cancel(login, reason="timeout")


async def _resolved(bind: Address) -> list[Address]:
    host, port = bind
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except OSError as error:
        raise ReceiverError(f"there is no host {host!r} to listen on", host=host, port=port) from error
    return list(dict.fromkeys((str(address[0]), port) for *_, address in found))
