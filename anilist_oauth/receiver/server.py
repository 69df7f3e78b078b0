"""The public class of the receiver."""

import asyncio
import socket
from typing import Self

import attrs
from aiohttp import web

from anilist_oauth.arguments import expect, is_seconds
from anilist_oauth.errors import ConfigurationError, ReceiverError, SessionStateError
from anilist_oauth.html_page import Pages
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.login.login import Login
from anilist_oauth.receiver.address import Address, bound_address, callback_path, loopback_addresses
from anilist_oauth.receiver.connections import AT_MOST, LimitedServer
from anilist_oauth.receiver.handler import CallbackHandler
from anilist_oauth.receiver.sockets import open_sockets
from anilist_oauth.redaction import Unpicklable

_LAST_ANSWERS = 2.0  # seconds to send the pages that are in progress when the receiver is closed


class CallbackReceiver(Unpicklable):
    """Receives callbacks from AniList: ``async with CallbackReceiver(flow) as receiver:``.

    The port is open inside the block. A program with a single login uses one block for it, and a bot uses one block for
    its whole lifetime. In a framework with start and stop hooks, call `open` and `aclose` instead. If a visitor
    declines, takes too long, or chooses "That is not me", only that login ends.

    Strangers can connect to the port. So there are at most 64 connections, and each has ten seconds to send a request
    head. If there are too many, the connection that has been idle longest is closed for a new one.

    Args:
        flow: The flow that the logins belong to. The receiver also finishes logins that were begun with
            `LoginFlow.begin`, in this process or, with shared stores, in another.
        bind: Host and port to listen on, behind a reverse proxy that forwards the redirect URI's path. By default the
            host and port of the redirect URI, which must then be an http address of this machine.
        pages: The application's name, the link back and the language of the pages.

    Raises:
        ConfigurationError: The redirect URI is not an http address of this machine and `bind` is missing, or the
            redirect URI is not a web address at all.
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
        """Open the port, as ``async with`` does. It may be called again.

        Raises:
            ReceiverError: Another program uses the port, or this user may not open it.
            SessionStateError: The receiver was closed.
        """
        async with self._changing:
            if self._closed:
                raise SessionStateError("the receiver is closed; create a new one")
            self._runner = self._runner or await self._listen()
        return self

    async def aclose(self) -> None:
        """Send the pages that are in progress (for at most two seconds), and close the port. It may be called again.

        Until they expire, logins that were begun here can still be finished in other ways, such as by another receiver
        with the same stores. A closed receiver cannot be opened again.
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
        """The IP addresses and ports that the receiver listens on. Empty if it is not open."""
        return () if self._runner is None else tuple((address[0], address[1]) for address in self._runner.addresses)

    async def login(self, *, subject: str | None = None, label: str | None = None, timeout: float = 600.0) -> Login:
        """Begin a login. Send its `Login.link` privately to the one person it is for.

        Args:
            subject: Who logs in, such as ``discord:42``. None means a sign-in, as in `LoginFlow.begin`.
            label: The name of that person on the page, such as ``@mika on Discord``.
            timeout: Seconds after which the login ends, and `LoginFlow.wait` raises `LoginTimeoutError`. A login never
                lasts longer than the flow's lifetime.

        Raises:
            ConfigurationError: The timeout is not positive, or the subject or label is empty or too long.
            StorageError: The login could not be stored.
            SessionStateError: The receiver is not open.
        """
        self._check_open(timeout)
        return await self._begun(await self.flow.begin(subject=subject, label=label), timeout)

    async def implicit(self, *, subject: str | None = None, label: str | None = None, timeout: float = 600.0) -> Login:
        """Begin a login with the implicit grant, for programs without a secret.

        It only works on loopback, and for one login at a time. AniList puts the token into the fragment, and may send
        no state with this grant. So a page reads the fragment, `OAuthSession.verify` checks the token, and another page
        asks for confirmation with the account's name. The arguments and the other errors are those of `login`.

        Raises:
            ConfigurationError: The receiver has a `bind`, so other machines could send it a token.
            SessionStateError: Another implicit login is open. Wait for it, or call `LoginFlow.cancel`.
        """
        if self._bind is not None:
            raise ConfigurationError("bind: an implicit login can only be received on loopback; leave bind= out")
        self._check_open(timeout)
        if await self._handler.is_open(self._handler.implicit):
            raise SessionStateError(
                "another implicit login is open, and the callbacks of the two could not be distinguished; wait for it, "
                "or cancel it"
            )
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
        """Start the timeout of a new login. If the receiver was closed meanwhile, cancel the login."""
        if self._closed:
            await self.flow.cancel(login)
            raise SessionStateError("the receiver was closed before the login began; create a new one")
        self._end_after(timeout, login)
        return login

    def _check_open(self, timeout: float) -> None:
        if self._runner is None or self._closed:
            raise SessionStateError("the receiver is not open: use it in an `async with` block, or call open() first")
        expect(timeout, int | float, "timeout: a positive number of seconds is needed")
        if not (is_seconds(timeout) and timeout > 0):
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
        raise ReceiverError(f"there is no host {host!r} to listen on; change bind=", host=host, port=port) from error
    return list(dict.fromkeys((str(address[0]), port) for *_, address in found))
