"""``query``: sends one GraphQL query, as the logged-in user or without a user."""

import asyncio
import json
from typing import Annotated, Any

import typer

from anilist_oauth.cli.settings import (
    DEFAULT_SUBJECT,
    EndpointsURL,
    ProxyURL,
    StoreURL,
    any_client,
    missing_file,
    opened,
    require_store,
)
from anilist_oauth.cli.terminal import show_json
from anilist_oauth.errors import GraphQLForbiddenError, LoginRequiredError


def query(
    file: Annotated[
        typer.FileText,
        typer.Argument(help="A file with the query; - reads stdin.", metavar="FILE|-", encoding="utf-8"),
    ],
    *,
    variables: Annotated[str, typer.Option(help="The query's variables, as a JSON object.", metavar="JSON")] = "{}",
    subject: Annotated[
        str | None,
        typer.Option(help="Whose login to use.", metavar="NAME", show_default="cli, or nobody if cli is not logged in"),
    ] = None,
    store: StoreURL = None,
    endpoints: EndpointsURL = None,
    proxy: ProxyURL = None,
) -> None:
    """Send a query to AniList's GraphQL API and show the data as JSON."""
    values = _variables(variables)
    try:
        text = file.read()
    except UnicodeDecodeError as error:
        raise typer.BadParameter("the query is not UTF-8 text", param_hint="FILE") from error
    if subject is not None:
        require_store(store, subject=subject)
    elif missing_file(store):
        store = "memory:"  # nobody is logged in, and no file must be created
    show_json(asyncio.run(_ask(text, values, subject, store=store, endpoints=endpoints, proxy=proxy)))


def _variables(text: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise typer.BadParameter(f"this is not JSON: {error}", param_hint="--variables") from error
    if not isinstance(values, dict):
        raise typer.BadParameter('a JSON object is needed, such as {"id": 1}', param_hint="--variables")
    return values


async def _ask(
    text: str,
    variables: dict[str, Any],
    subject: str | None,
    *,
    store: str | None,
    endpoints: str | None,
    proxy: str | None,
) -> dict[str, Any]:
    application = any_client()
    async with opened(application, store=store, endpoints=endpoints, proxy=proxy) as flow:
        whose = subject or DEFAULT_SUBJECT
        if subject is None and await flow.tokens.get(whose, client_id=application.client_id) is None:
            try:
                return await flow.session.graphql(text, variables)
            except GraphQLForbiddenError as error:
                text = f"this query needs a user, and nobody is logged in as {whose}"
                raise LoginRequiredError(text, subject=whose) from error
        return await flow.graphql(whose, text, variables)
