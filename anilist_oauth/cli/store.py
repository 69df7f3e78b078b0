"""``store``: shows the store's version, contents and health. ``store key`` makes a key that encrypts its tokens."""

import asyncio
import time
from typing import Any

import typer

from anilist_oauth.cli.help_texts import Command, Group
from anilist_oauth.cli.settings import AsJSON, StoreURL, missing_file, store_at
from anilist_oauth.cli.tables import show_table
from anilist_oauth.cli.terminal import FAILED, say, show, show_json, well_ended
from anilist_oauth.storage.health import Health
from anilist_oauth.storage.sealed import VARIABLE

app: typer.Typer = typer.Typer(cls=Group, pretty_exceptions_show_locals=False)


def store(context: typer.Context, *, store: StoreURL = None, as_json: AsJSON = False) -> None:
    """Show the version, contents and health of the store, and upgrade it from an older version of this package."""
    if context.invoked_subcommand is not None:
        return
    if missing_file(store):
        say("There is no store yet. `anilist-oauth login` creates one.", style="red")
        raise typer.Exit(FAILED)
    health, milliseconds = asyncio.run(_health(store))
    if as_json:
        show_json(health._asdict() | {"milliseconds": milliseconds})
        return
    version = str(health.version)
    if 0 < health.found_version < health.version:
        version += f", just upgraded from {health.found_version}"
    rows = [
        ("Kind", health.kind),
        ("Version", version),
        ("Tokens", f"{health.tokens:,}"),
        ("Logins of the last minutes", f"{health.logins:,}"),
        ("Response time", f"{milliseconds} ms"),
    ]
    show_table(rows)


def key() -> None:
    """Make a new key that encrypts the tokens of a store."""
    try:
        from cryptography.fernet import Fernet
    except ImportError as error:
        raise ImportError("sealed tokens need cryptography: pip install 'anilist-oauth[seal]'") from error
    show(Fernet.generate_key().decode())
    say(
        f"Keep it secret, and set {VARIABLE} to it. To change keys, put the new key before the old ones, separated by "
        "commas. If you lose the keys, every user must log in again."
    )


async def _health(url: str | None) -> tuple[Health, int]:
    async with store_at(url) as opened:
        began = time.monotonic()
        await opened.ping()
        milliseconds = round((time.monotonic() - began) * 1000)
        return await opened.health(), milliseconds


_callback: Any = well_ended(store)
app.callback(invoke_without_command=True)(_callback)
app.command(cls=Command)(well_ended(key))
