"""``whoami``: asks AniList, with the stored token."""

import asyncio

from anilist_oauth.cli.descriptions import account, day
from anilist_oauth.cli.settings import DEFAULT_SUBJECT, AsJSON, EndpointsURL, StoreURL, Subject, opened
from anilist_oauth.cli.terminal import show, show_json
from anilist_oauth.graphql.viewer_query import VIEWER_QUERY, parse_viewer
from anilist_oauth.oauth.application import Application
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.viewer import Viewer


def whoami(
    *,
    subject: Subject = DEFAULT_SUBJECT,
    store: StoreURL = None,
    endpoints: EndpointsURL = None,
    as_json: AsJSON = False,
) -> None:
    """Tell who is logged in, by AniList's own word."""
    viewer, token = asyncio.run(_ask(Application.from_env(), subject, store=store, endpoints=endpoints))
    if as_json:
        show_json({"subject": subject, **account(viewer.id, viewer, token), "unread": viewer.unread})
        return
    show(f"{viewer.name} (AniList user {viewer.id}), token good {day(token)}")
    if viewer.site_url:
        show(viewer.site_url)


async def _ask(
    application: Application, subject: str, *, store: str | None, endpoints: str | None
) -> tuple[Viewer, Token]:
    async with opened(application, store=store, endpoints=endpoints) as flow:
        token = await flow.token_for(subject)
        return parse_viewer(await flow.graphql(subject, VIEWER_QUERY)), token
