"""``logout``: forgets the token here; AniList cannot be told."""

import asyncio

import typer

from anilist_oauth.cli.settings import DEFAULT_SUBJECT, StoreURL, Subject, opened
from anilist_oauth.cli.terminal import FAILED, say, show
from anilist_oauth.oauth.application import Application
from anilist_oauth.tokens.viewer import display_name


def logout(*, subject: Subject = DEFAULT_SUBJECT, store: StoreURL = None) -> None:
    """Forget the stored token."""
    name = asyncio.run(_forget(Application.from_env(), subject, store=store))
    if name is None:
        say(f"Nobody is logged in as {subject}.", style="red")
        raise typer.Exit(FAILED)
    show(f"Logged out: {name}'s token is forgotten.")
    say("AniList itself cannot be told. To end the token there, revoke it at https://anilist.co/settings/apps.")


async def _forget(application: Application, subject: str, *, store: str | None) -> str | None:
    async with opened(application, store=store, endpoints=None) as flow:
        stored = await flow.tokens.get(subject, client_id=application.client_id)
        await flow.logout(subject)
    return None if stored is None else display_name(stored.user_id, stored.viewer)
