"""``login``: logs in through the browser and a local port, or with a pasted code."""

import asyncio
import getpass
import platform
from contextlib import AsyncExitStack, suppress
from typing import Annotated

import typer

from anilist_oauth.cli.browser import open_browser
from anilist_oauth.cli.descriptions import account, day, name_and_id
from anilist_oauth.cli.interrupts import interrupted_once, uninterrupted
from anilist_oauth.cli.paste import read_paste
from anilist_oauth.cli.settings import (
    DEFAULT_SUBJECT,
    LIFETIME,
    AsJSON,
    EndpointsURL,
    ProxyURL,
    StoreURL,
    Subject,
    opened,
)
from anilist_oauth.cli.terminal import counted_down, is_interactive, say, show, show_json
from anilist_oauth.errors import ConfigurationError, InvalidCallbackError, LoginTimeoutError
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.login.login import CompletedLogin, Login
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.callback import parse_implicit
from anilist_oauth.oauth.endpoints import PIN_REDIRECT_URI
from anilist_oauth.redaction import MaskedText

_TRIES = 3  # pastes
_PATIENCE = 1.0  # seconds
_PROMPT = "Paste the code or the whole address that AniList shows, then press Enter (it stays hidden): "
_IF_IN_DOUBT = "Did AniList show an error instead of a button to approve? Run `anilist-oauth doctor` to find out why."


def login(
    *,
    subject: Subject = DEFAULT_SUBJECT,
    pin: Annotated[bool, typer.Option("--pin", help="Paste the code that AniList shows.")] = False,
    browser: Annotated[bool, typer.Option(help="Open the system's browser.")] = True,
    timeout: Annotated[
        float, typer.Option(min=1, max=86400, help="How long to wait for you.", metavar="SECONDS")
    ] = LIFETIME,
    store: StoreURL = None,
    endpoints: EndpointsURL = None,
    proxy: ProxyURL = None,
    as_json: AsJSON = False,
) -> None:
    """Log in with AniList. The token is stored and is valid for a year.

    The application comes from ANILIST_CLIENT_ID, ANILIST_CLIENT_SECRET and ANILIST_REDIRECT_URI.
    """
    application = Application.from_env()
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            context = opened(application, store=store, endpoints=endpoints, proxy=proxy, lifetime=timeout)
            flow = runner.run(stack.enter_async_context(context))
            if pin or application.redirect_uri == PIN_REDIRECT_URI:
                done = _by_paste(runner, flow, subject=subject, browser=browser)
            else:
                waited = _by_callback(flow, subject=subject, browser=browser, timeout=timeout)
                done = runner.run(interrupted_once(waited))
        except (KeyboardInterrupt, LoginTimeoutError):
            with uninterrupted():
                say(_IF_IN_DOUBT)
            raise
        finally:
            with uninterrupted():
                runner.run(_closed(stack))
    _report(done, as_json=as_json)


async def _closed(stack: AsyncExitStack) -> None:
    """Close everything within a second, because nobody wants to wait for an exchange after pressing Ctrl+C."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            await stack.aclose()


async def _by_callback(flow: LoginFlow, *, subject: str, browser: bool, timeout: float) -> CompletedLogin:
    from anilist_oauth.receiver import CallbackReceiver

    try:
        receiving = CallbackReceiver(flow)
    except ConfigurationError as error:  # its message mentions `bind=`, which is for programs
        raise ConfigurationError(_elsewhere(flow.session.application.redirect_uri)) from error
    async with receiving as receiver:
        begun = await receiver.login(subject=subject, label=_label(), timeout=timeout)
        _send(begun, browser=browser)
        waiting = flow.wait(begun, timeout=timeout)
        return await counted_down(waiting, seconds=timeout, text="Waiting for you to come back (Ctrl+C to stop),")


def _elsewhere(redirect_uri: str) -> str:
    return (
        f"the redirect URI {redirect_uri} is not an http address of this machine, so the browser cannot come back to "
        "this command; use --pin and paste the address at which your browser arrives, or create a client at AniList "
        "with a redirect URI such as http://127.0.0.1:8080/callback"
    )


def _by_paste(runner: asyncio.Runner, flow: LoginFlow, *, subject: str, browser: bool) -> CompletedLogin:
    """Read the pin outside of the event loop, because a thread that waits for input would block Ctrl+C."""
    begun = runner.run(flow.begin(subject=subject))
    _send(begun, browser=browser)
    tries = _TRIES if is_interactive() else 1
    while True:
        pasted = MaskedText(read_paste(_PROMPT))
        tries -= 1
        try:
            return runner.run(interrupted_once(_finish(flow, pasted, begun)))
        except InvalidCallbackError as error:
            if not pasted.strip() or not tries:
                raise
            say(str(error), style="yellow")


async def _finish(flow: LoginFlow, pasted: MaskedText, begun: Login) -> CompletedLogin:
    """Finish the login with a code. If a token of the implicit grant was pasted by mistake, verify it and use it."""
    try:
        token = parse_implicit(pasted, now=flow.session.clock())
    except InvalidCallbackError:
        return await flow.finish(pasted, login=begun)
    say("That is a token, not a code. Asking AniList whose it is.")
    return await flow.accept(await flow.session.verify(token.access_token), login=begun)


def _send(begun: Login, *, browser: bool) -> None:
    opens = browser and open_browser(begun.url)
    say(
        "Your browser opens AniList's page. If it does not, open this:"
        if opens
        else "Open this address in your browser:"
    )
    say(MaskedText(f"\n{begun.url}\n"), style="cyan")


def _label() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "somebody"
    return f"the terminal of {user}@{platform.node() or 'this machine'}"


def _report(done: CompletedLogin, *, as_json: bool) -> None:
    if as_json:
        show_json({"subject": done.login.subject, **account(done.user_id, done.viewer, done.token)})
    else:
        show(f"Logged in as {name_and_id(done.user_id, done.viewer)}, {day(done.token)}.", style="green")
