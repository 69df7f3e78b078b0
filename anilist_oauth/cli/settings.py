"""The options that several commands share, and what they open."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated

import typer

from anilist_oauth.cli.settings_check import CLIENT_ID, NOBODY
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import ANILIST, Endpoints
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.storage import Store, open_store

DEFAULT_SUBJECT = "cli"
LIFETIME = 600.0  # seconds
_KEYS = "ANILIST_STORE_KEYS"

Subject = Annotated[str, typer.Option(help="Whose login, in your own terms.")]
StoreURL = Annotated[
    str | None,
    typer.Option(
        "--store",
        envvar="ANILIST_STORE",
        help="Where tokens live, as sqlite:///tokens.db; else tokens.db in your data folder.",
        show_default=False,
    ),
]
EndpointsURL = Annotated[
    str | None,
    typer.Option(
        "--endpoints",
        envvar="ANILIST_ENDPOINTS",
        help="The base URL of a sandbox that stands in for AniList.",
        show_default=False,
    ),
]
AsJSON = Annotated[bool, typer.Option("--json", help="Show the result as JSON.")]


def endpoints_at(base: str | None) -> Endpoints:
    """Give AniList's endpoints, or those of a sandbox by its base URL; https, or http on loopback.

    Raises:
        typer.BadParameter: The URL cannot be one.
    """
    if base is None:
        return ANILIST
    root = base.strip().rstrip("/")
    try:
        return Endpoints(
            authorization=f"{root}/api/v2/oauth/authorize",
            token=f"{root}/api/v2/oauth/token",
            graphql=f"{root}/graphql",
        )
    except ConfigurationError as error:
        raise typer.BadParameter(str(error), param_hint="--endpoints") from error


def store_at(url: str | None) -> Store:
    """Give the store of a URL, or the default one, not yet opened; keys come from ``ANILIST_STORE_KEYS``.

    Raises:
        typer.BadParameter: The URL names no store.
    """
    try:
        return open_store(url or _default_store(), os.environ.get(_KEYS, ""))
    except ConfigurationError as error:
        given = _KEYS if str(error).startswith("keys:") else "--store"
        raise typer.BadParameter(str(error), param_hint=given) from error


def any_application() -> Application:
    """Give the environment's application; where none is named, one that is good for public queries only."""
    return Application.from_env() if os.environ.get(CLIENT_ID) else NOBODY


@asynccontextmanager
async def opened(
    application: Application, *, store: str | None, endpoints: str | None, lifetime: float = LIFETIME
) -> AsyncIterator[LoginFlow]:
    """Open the store, a session and a flow on both."""
    where = endpoints_at(endpoints)
    async with (
        store_at(store) as kept,
        OAuthSession(application, endpoints=where) as session,
        LoginFlow(session, logins=kept.logins, tokens=kept.tokens, lifetime=timedelta(seconds=lifetime)) as flow,
    ):
        yield flow


def _default_store() -> str:
    from platformdirs import user_data_path

    return f"sqlite:///{(user_data_path('anilist-oauth', appauthor=False) / 'tokens.db').as_posix()}"
