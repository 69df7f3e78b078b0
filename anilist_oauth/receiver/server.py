"""The receiver, as its users see it."""

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

_LAST_ANSWERS = 2.0  # seconds to send unfinished pages when the block is left


class CallbackReceiver(Unpicklable):
    """Receives callbacks from AniList: ``async with CallbackReceiver(flow) as receiver:``.

    The port is open as long as the block. A program with a single login uses one block for it; a bot uses one for its
    whole life. Frameworks with start and stop hooks call `open` and `aclose` instead. If a visitor declines, takes too
    long, or chooses "That is not me", only that login ends.

    Strangers can reach the port. So it has at most 64 connections, each with ten seconds for a whole request head. If
    they are used up, the one that has been idle longest is closed for the next.

    Args:
        flow: The flow that the logins belong to. Logins begun with `LoginFlow.begin` are received too, whether in this
            process or, with shared stores, in another.
        bind: Host and port to listen on, behind a reverse proxy that forwards the redirect URI's path. None: the
            redirect URI's own host and port, which must be plain http on this machine.
        pages: The name, link back and language of the pages.

    Raises:
        ConfigurationError: The redirect URI is not on this machine and `bind` is missing or cannot help.
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
        """Open the port, as ``async with`` does. Safe to call again.

        Raises:
            ReceiverError: The port is taken or not allowed.
            SessionStateError: The receiver is closed.
        """
        async with self._changing:
            if self._closed:
                raise SessionStateError("the receiver is closed; create a new one")
            self._runner = self._runner or await self._listen()
        return self

    async def aclose(self) -> None:
        """Close the port, after unfinished pages were sent (for at most two seconds). Safe to call again.

        Logins begun here can still be finished in other ways, such as by another receiver with the same stores, until
        they expire. A closed receiver cannot be reopened.
        """
        self._closed = True
        async with self._changing:
            runner, self._runner = self._runner, None
            timers = list(self._timers)
            for timer in timers:
                timer.cancel()
            try:
                await asyncio.gather(*timers, return_exceptions=True)
            finally:  # the port is closed even if this is cancelled
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
        """Begin a login. Send its `Login.url` privately to the one person it is for.

        Args:
            subject: Who logs in, such as ``discord:42``. None means a sign-in, as in `LoginFlow.begin`.
            label: What the page calls the person the login is for, such as ``@mika on Discord``.
            timeout: Seconds until the login ends with `LoginTimeoutError` for its waiters. It never lasts longer than
                the flow's lifetime.

        Raises:
            ConfigurationError: The timeout is not positive, or a text is empty or too long.
            StorageError: The login could not be stored.
            SessionStateError: The receiver is not open.
        """
        self._check_open(timeout)
        return await self._begun(await self.flow.begin(subject=subject, label=label), timeout)

    async def implicit(self, *, subject: str | None = None, label: str | None = None, timeout: float = 600.0) -> Login:
        """Begin a login with the implicit grant, for programs without a secret. One at a time, on loopback only.

        The token comes back in the fragment, and AniList promises no state for this grant. So the page reads the
        fragment, `OAuthSession.verify` checks the token, and the page then asks with the account's name. Arguments and
        other errors are those of `login`.

        Raises:
            ConfigurationError: The receiver has a `bind`, so other machines could send it a token.
            SessionStateError: Another implicit login is open. Wait for it, or `LoginFlow.cancel` it.
        """
        if self._bind is not None:
            raise ConfigurationError("bind: an implicit login can only be received on loopback; leave bind= out")
        self._check_open(timeout)
        if await self._handler.is_open(self._handler.implicit):
            raise SessionStateError("another implicit login is open, and the two cannot be told apart; wait for it")
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
        """Start the timeout of a new login. If the receiver was closed meanwhile, call the login off."""
        if self._closed:
            await self.flow.cancel(login)
            raise SessionStateError("the receiver was closed before the login began; create a new one")
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
        raise ReceiverError(f"there is no host {host!r} to listen on; correct bind=", host=host, port=port) from error
    return list(dict.fromkeys((str(address[0]), port) for *_, address in found))
