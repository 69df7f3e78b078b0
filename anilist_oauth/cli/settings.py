"""The options that several commands share, and the objects made from them."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from anilist_oauth.cli.proxy import find_proxy
from anilist_oauth.cli.settings_check import CLIENT_ID, NOBODY
from anilist_oauth.errors import ConfigurationError, LoginRequiredError
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import ANILIST, PIN_REDIRECT_URI, Endpoints
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.storage import Store, open_store

DEFAULT_SUBJECT = "cli"
LIFETIME = 600.0  # seconds
_KEYS = "ANILIST_STORE_KEYS"

Subject = Annotated[str, typer.Option(help="Whose login it is; any name you choose.", metavar="NAME")]
StoreURL = Annotated[
    str | None,
    typer.Option(
        "--store",
        envvar="ANILIST_STORE",
        help="Where tokens are kept, such as sqlite:///tokens.db; by default tokens.db in your data folder.",
        metavar="URL",
        show_default=False,
    ),
]
EndpointsURL = Annotated[
    str | None,
    typer.Option(
        "--endpoints",
        envvar="ANILIST_ENDPOINTS",
        help="The base URL of a sandbox that stands in for AniList.",
        metavar="URL",
        show_default=False,
    ),
]
ProxyURL = Annotated[
    str | None,
    typer.Option(
        "--proxy",
        help="An http proxy to go through; by default the one of HTTPS_PROXY.",
        metavar="URL",
        show_default=False,
    ),
]
AsJSON = Annotated[bool, typer.Option("--json", help="Show the result as JSON.")]


def endpoints_at(base: str | None) -> Endpoints:
    """Return AniList's endpoints, or those of a sandbox by its base URL (https, or http on loopback).

    Raises:
        typer.BadParameter: The URL cannot be an endpoint.
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
    """Return the store of a URL, or the default one, not opened yet. The keys come from ``ANILIST_STORE_KEYS``.

    Raises:
        typer.BadParameter: The URL is not a store's.
    """
    try:
        return open_store(url or _default_store())
    except ConfigurationError as error:
        given = _KEYS if str(error).startswith("keys:") else "--store"
        raise typer.BadParameter(str(error), param_hint=given) from error


def missing_file(url: str | None) -> str | None:
    """Return the path of a SQLite store whose file does not exist. None for every other store.

    Raises:
        typer.BadParameter: The URL is not a store's.
    """
    from sqlalchemy.engine import make_url

    store_at(url)
    named = url or _default_store()
    if not named.startswith("sqlite:"):
        return None
    path = make_url(named).database or ""
    return None if Path(path).exists() else path


def known_client() -> Application:
    """Return the environment's application. Its client ID is enough to use stored tokens.

    Raises:
        ConfigurationError: ``ANILIST_CLIENT_ID`` is missing or invalid.
    """
    client_id = os.environ.get(CLIENT_ID, "").strip()
    if not client_id:
        raise ConfigurationError(f"set {CLIENT_ID} in the environment; tokens are stored per application")
    return Application(client_id=client_id, redirect_uri=PIN_REDIRECT_URI)


def any_client() -> Application:
    """Return the environment's application. If there is none, return one for public queries only."""
    return known_client() if os.environ.get(CLIENT_ID) else NOBODY


def require_store(url: str | None, *, subject: str) -> None:
    """Refuse a SQLite store whose file does not exist, because opening it would create the file.

    Raises:
        LoginRequiredError: The file does not exist, so nobody is logged in.
    """
    path = missing_file(url)
    if path is not None:
        raise LoginRequiredError(f"there is no store at {path}, so nobody is logged in", subject=subject)


@asynccontextmanager
async def opened(
    application: Application,
    *,
    store: str | None,
    endpoints: str | None,
    proxy: str | None = None,
    lifetime: float = LIFETIME,
) -> AsyncIterator[LoginFlow]:
    """Open the store, and a session and a flow that use it.

    Raises:
        typer.BadParameter: The store, endpoints or proxy are invalid.
    """
    where, kept = endpoints_at(endpoints), store_at(store)
    through = find_proxy(where, given=proxy)
    try:
        session = OAuthSession(application, endpoints=where, proxy=None if through is None else through.url)
    except ConfigurationError as error:  # only the proxy can be wrong here
        raise typer.BadParameter(str(error), param_hint=None if through is None else through.source) from error
    async with (
        kept,
        session,
        LoginFlow(session, logins=kept.logins, tokens=kept.tokens, lifetime=timedelta(seconds=lifetime)) as flow,
    ):
        yield flow


def _default_store() -> str:
    from platformdirs import user_data_path

    return f"sqlite:///{(user_data_path('anilist-oauth', appauthor=False) / 'tokens.db').as_posix()}"
