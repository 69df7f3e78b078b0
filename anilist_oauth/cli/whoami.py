"""``whoami``: asks AniList whose token is stored. Also stores the viewer if the login could not do so."""

import asyncio

from anilist_oauth.cli.descriptions import account, day, name_and_id
from anilist_oauth.cli.settings import (
    DEFAULT_SUBJECT,
    AsJSON,
    EndpointsURL,
    ProxyURL,
    StoreURL,
    Subject,
    known_client,
    opened,
    require_store,
)
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
    proxy: ProxyURL = None,
    as_json: AsJSON = False,
) -> None:
    """Ask AniList who is logged in. Of the application's settings, only ANILIST_CLIENT_ID is needed."""
    application = known_client()
    require_store(store, subject=subject)
    viewer, token = asyncio.run(_ask(application, subject, store=store, endpoints=endpoints, proxy=proxy))
    if as_json:
        show_json({"subject": subject, **account(viewer.id, viewer, token), "unread": viewer.unread})
        return
    show(f"{name_and_id(viewer.id, viewer)}, token valid {day(token)}")
    if viewer.site_url:
        show(viewer.site_url)


async def _ask(
    application: Application, subject: str, *, store: str | None, endpoints: str | None, proxy: str | None
) -> tuple[Viewer, Token]:
    async with opened(application, store=store, endpoints=endpoints, proxy=proxy) as flow:
        token = await flow.token_for(subject)
        stored = await flow.tokens.get(subject, client_id=application.client_id)
        if stored is None or stored.viewer is None:
            return await flow.viewer(subject), token  # also asks AniList, and stores the viewer
        return parse_viewer(await flow.graphql(subject, VIEWER_QUERY)), token
