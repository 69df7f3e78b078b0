"""The options that several commands have in common, and the objects created from them."""

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

Subject = Annotated[str, typer.Option(help="Whose login it is. Choose any name.", metavar="NAME")]
StoreURL = Annotated[
    str | None,
    typer.Option(
        "--store",
        envvar="ANILIST_STORE",
        help="Where tokens are stored, such as sqlite:///tokens.db. By default tokens.db in your data folder.",
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
        help="An http proxy for all requests. By default HTTPS_PROXY.",
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
    """Return the store for a URL, or the default one. It has not been opened. Its keys are in ``ANILIST_STORE_KEYS``.

    Raises:
        typer.BadParameter: The URL is not that of a store, or the keys are invalid.
    """
    try:
        return open_store(url or _default_store())
    except ConfigurationError as error:
        given = _KEYS if str(error).startswith("keys:") else "--store"
        raise typer.BadParameter(str(error), param_hint=given) from error


def missing_file(url: str | None) -> str | None:
    """Return the path of the store's SQLite file if it does not exist, or None for any other store.

    Raises:
        typer.BadParameter: The URL is not that of a store, or the keys are invalid.
    """
    from sqlalchemy.engine import make_url

    store_at(url)
    named = url or _default_store()
    if not named.startswith("sqlite:"):
        return None
    path = make_url(named).database or ""
    return None if Path(path).exists() else path


def known_client() -> Application:
    """Return an application with the client ID in the environment, which is enough to use stored tokens.

    Raises:
        ConfigurationError: ``ANILIST_CLIENT_ID`` is missing or invalid.
    """
    client_id = os.environ.get(CLIENT_ID, "").strip()
    if not client_id:
        raise ConfigurationError(
            f"{CLIENT_ID} is not set, and tokens are stored per application; set it in the environment"
        )
    return Application(client_id=client_id, redirect_uri=PIN_REDIRECT_URI)


def any_client() -> Application:
    """Return the application of `known_client`, or one for public queries if the environment has no client ID."""
    return known_client() if os.environ.get(CLIENT_ID) else NOBODY


def require_store(url: str | None, *, subject: str) -> None:
    """Raise an error if the store's SQLite file does not exist, because opening the store would create it.

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
    """Open the store, a session, and a flow that uses both.

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
