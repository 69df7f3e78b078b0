"""``demo``: shows each step of a login against a sandbox."""

import asyncio
import secrets
import socket
from typing import Annotated

import typer

from anilist_oauth.cli.browser import open_browser
from anilist_oauth.cli.descriptions import day, name_and_id
from anilist_oauth.cli.settings import LIFETIME
from anilist_oauth.cli.terminal import counted_down, say, show
from anilist_oauth.errors import RedirectURIMismatchError
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.callback import parse_callback
from anilist_oauth.oauth.redirect_mismatch import mask_callback
from anilist_oauth.session.session import OAuthSession


def demo(
    *,
    browser: Annotated[bool, typer.Option("--browser", help="Click through the sandbox's pages yourself.")] = False,
) -> None:
    """Show a whole login with a made-up user and a sandbox on this machine. AniList itself is not contacted."""
    asyncio.run(_by_hand() if browser else _by_itself())


async def _by_itself() -> None:
    from anilist_oauth.sandbox import Sandbox

    async with (
        Sandbox() as sandbox,
        OAuthSession(sandbox.application, endpoints=sandbox.endpoints, clock=sandbox.now) as anilist,
    ):
        application = sandbox.application
        show("A login with a sandbox on this machine in place of AniList", style="bold")
        show(f"{sandbox.url} (AniList itself is not contacted)\n", style="dim")

        url = anilist.authorize_url()
        _step("1. The user is sent to", str(url))
        callback = await sandbox.approve(url)
        _step("2. The user approves, and the browser comes back to", mask_callback(callback))
        code = parse_callback(callback, expected_state=url.query["state"], redirect_uri=application.redirect_uri)
        _step("3. The state is the one that was sent, so the code is accepted", f"*** ({len(code)} characters)")
        token = await anilist.exchange_code(code)
        _step("4. The code is exchanged for a token", f"*** ({len(token.access_token)} characters, valid {day(token)})")
        viewer = await anilist.viewer(token)
        _step("5. The token belongs to", f"{viewer.name} (AniList user {viewer.id})", style="green")

        show("\nNow a deliberate mistake: the redirect URI with one slash too many\n", style="bold")
        try:
            await anilist.exchange_code("a-code", redirect_uri=f"{application.redirect_uri}/")
        except RedirectURIMismatchError as error:
            show(f"{type(error).__name__}: {error}", style="red")
        show("\nNothing was sent. AniList would have answered only: invalid_client.")


async def _by_hand() -> None:
    from anilist_oauth.receiver import CallbackReceiver
    from anilist_oauth.sandbox import Sandbox

    redirect_uri = f"http://127.0.0.1:{_free_port()}/callback"
    application = Application(client_id=12345, client_secret=secrets.token_hex(20), redirect_uri=redirect_uri)
    async with (
        Sandbox(applications=[application], users=("mika", "rin")) as sandbox,
        OAuthSession(application, endpoints=sandbox.endpoints, clock=sandbox.now) as session,
        LoginFlow(session) as flow,
        CallbackReceiver(flow) as receiver,
    ):
        login = await receiver.login(subject="demo", label="the demo in your terminal")
        opens = open_browser(login.url)
        say("A sandbox stands in for AniList. Nothing in it is real.", style="bold")
        opening = "Your browser opens its login page. If it does not, open this address:"
        say(opening if opens else "Open this address in your browser:")
        say(f"\n{login.url}\n", style="cyan")
        waiting = flow.wait(login, timeout=LIFETIME)
        done = await counted_down(waiting, seconds=LIFETIME, text="Waiting for you to come back (Ctrl+C to stop),")
    show(f"Linked {name_and_id(done.user_id, done.viewer)} to {done.login.subject!r}.", style="green")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def _step(what: str, value: str, *, style: str = "cyan") -> None:
    show(what)
    show(f"   {value}", style=style)
