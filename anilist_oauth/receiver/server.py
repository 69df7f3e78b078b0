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
from anilist_oauth.receiver.connections import AT_MOST, LimitedServer
from anilist_oauth.receiver.handler import CallbackHandler
from anilist_oauth.receiver.sockets import open_sockets
from anilist_oauth.redaction import Unpicklable

_LAST_ANSWERS = 2.0  # seconds for pages under way when the block is left


class CallbackReceiver(Unpicklable):
    """Receives whoever comes back from AniList: ``async with CallbackReceiver(flow) as receiver:``.

    The port is open for as long as the block: a program with one login has one block for it, a bot one for its life. A
    framework with hooks for its start and its end calls `open` and `aclose` instead. A denial, a timeout, or a visitor
    who says "That is not me" ends that one login.

    Strangers can reach the port. So it holds 64 connections at most, ten seconds each until a whole request head; the
    one that was idle longest makes room for the next.

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
        self._changing = asyncio.Lock()
        self._closed = False

    async def open(self) -> Self:
        """Open the port, as ``async with`` does; safe to repeat.

        Raises:
            ReceiverError: It is taken or not allowed.
            SessionStateError: The receiver was closed.
        """
        async with self._changing:
            if self._closed:
                raise SessionStateError("the receiver is closed; make a new one")
            self._runner = self._runner or await self._listen()
        return self

    async def aclose(self) -> None:
        """Close the port; pages under way are sent first, for two seconds at most. Safe to repeat.

        Logins that were begun here can still be finished by other means, such as another receiver of the same stores,
        until the flow's lifetime ends them. A closed receiver cannot be opened again.
        """
        self._closed = True
        async with self._changing:
            runner, self._runner = self._runner, None
            timers = list(self._timers)
            for timer in timers:
                timer.cancel()
            try:
                await asyncio.gather(*timers, return_exceptions=True)
            finally:  # whoever cancels this leaves no port open either
                try:
                    if runner is not None:
                        await runner.cleanup()
                finally:
                    await self._handler.aclose()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    @property
    def addresses(self) -> tuple[Address, ...]:
        """The IP addresses and ports that are open."""
        return () if self._runner is None else tuple((address[0], address[1]) for address in self._runner.addresses)

    async def login(self, *, subject: str | None = None, label: str | None = None, timeout: float = 600.0) -> Login:
        """Begin a login: send its `Login.url` to the one person it is for, in private.

        Args:
            subject: Whose login it is, such as ``discord:42``; None is a sign-in, as in `LoginFlow.begin`.
            label: What the page calls the person the login is for, such as ``@mika on Discord``.
            timeout: Seconds until the login ends; the flow's lifetime ends it too. Whoever waits gets
                `LoginTimeoutError`.

        Raises:
            ConfigurationError: The timeout is not positive, or a text is empty or too long.
            StorageError: The login could not be stored.
            SessionStateError: The receiver is not open.
        """
        self._check_open(timeout)
        return await self._begun(await self.flow.begin(subject=subject, label=label), timeout)

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
        return await self._begun(login, timeout)

    async def _listen(self) -> web.ServerRunner:
        sockets = open_sockets(self._loopback if self._bind is None else await _resolved(self._bind))
        runner = web.ServerRunner(
            LimitedServer(self._handler.serve, refuse=self._handler.refuse), shutdown_timeout=_LAST_ANSWERS
        )
        try:
            await runner.setup()
            for opened in sockets:
                await web.SockSite(runner, opened, backlog=AT_MOST).start()
        except BaseException:
            await runner.cleanup()
            for opened in sockets:
                opened.close()
            raise
        return runner

    async def _begun(self, login: Login, timeout: float) -> Login:
        """Give a new login its time; one that the receiver was closed over is called off."""
        if self._closed:
            await self.flow.cancel(login)
            raise SessionStateError("the receiver was closed before the login could be shown")
        self._end_after(timeout, login)
        return login

    def _check_open(self, timeout: float) -> None:
        if self._runner is None or self._closed:
            raise SessionStateError("the receiver is not open: use it in an `async with` block, or call open() first")
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
