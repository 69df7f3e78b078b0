"""``logout``: forgets the token here; AniList cannot be told."""

import asyncio

from anilist_oauth.application import Application
from anilist_oauth.cli.settings import DEFAULT_SUBJECT, StoreURL, Subject, opened
from anilist_oauth.cli.terminal import say, show
from anilist_oauth.errors import LoginRequiredError


def logout(*, subject: Subject = DEFAULT_SUBJECT, store: StoreURL = None) -> None:
    """Forget the stored token."""
    name = asyncio.run(_forget(Application.from_env(), subject, store=store))
    show(f"Logged out: {name}'s token is forgotten.")
    say("AniList itself cannot be told. To end the token there, revoke it at https://anilist.co/settings/apps.")


async def _forget(application: Application, subject: str, *, store: str | None) -> str:
    async with opened(application, store=store, endpoints=None) as flow:
        stored = await flow.tokens.get(subject, client_id=application.client_id)
        if stored is None:
            raise LoginRequiredError(f"nobody is logged in as {subject}", subject=subject)
        await flow.logout(subject)
        return stored.viewer.name
