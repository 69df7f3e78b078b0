"""``logout``: deletes the stored token. Only the user can revoke it at AniList."""

import asyncio

import typer

from anilist_oauth.cli.settings import DEFAULT_SUBJECT, StoreURL, Subject, known_client, missing_file, opened
from anilist_oauth.cli.terminal import FAILED, say, show
from anilist_oauth.oauth.application import Application


def logout(*, subject: Subject = DEFAULT_SUBJECT, store: StoreURL = None) -> None:
    """Delete the stored token. Of the application's settings, only ANILIST_CLIENT_ID is needed."""
    application = known_client()
    name = None if missing_file(store) else asyncio.run(_forget(application, subject, store=store))
    if name is None:
        say(f"Nobody is logged in as {subject}.", style="red")
        raise typer.Exit(FAILED)
    show(f"Logged out: the token of {name} was deleted.")
    say("The token is still valid at AniList. To revoke it, go to https://anilist.co/settings/apps.")


async def _forget(application: Application, subject: str, *, store: str | None) -> str | None:
    async with opened(application, store=store, endpoints=None) as flow:
        stored = await flow.tokens.get(subject, client_id=application.client_id)
        await flow.logout(subject)
    return None if stored is None else stored.display_name
