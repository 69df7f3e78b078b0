"""Let gql ask, over the session's own connections and at its pace, for who wants typed queries (or ariadne-codegen)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from gql import Client, gql
from gql.client import AsyncClientSession
from gql.transport.aiohttp import AIOHTTPTransport

from anilist_oauth import OAuthSession, Token, bearer_headers, parse_callback
from anilist_oauth.sandbox import Sandbox


@asynccontextmanager
async def gql_client(anilist: OAuthSession, token: Token | str) -> AsyncIterator[AsyncClientSession]:
    """Open a client of gql's on the session's connector, which stays the session's."""
    transport = AIOHTTPTransport(
        str(anilist.endpoints.graphql),
        headers=bearer_headers(token),
        client_session_args={"connector": anilist.connector, "connector_owner": False},
    )
    async with Client(transport=transport) as client:
        try:
            yield client
        finally:
            if transport.session is not None:
                transport.session.detach()  # gql forgets to close it where the connector is borrowed


async def ask_with_gql(anilist: OAuthSession, token: Token | str) -> dict[str, Any]:
    """Ask who the user is; errors are gql's."""
    async with gql_client(anilist, token) as client:
        await anilist.pace.turn(token)  # before each request
        data: dict[str, Any] = await client.execute(gql("{ Viewer { name } }"))
        return data


async def main() -> None:
    """Ask the sandbox; with AniList itself, take `Application.from_env()` and leave `endpoints` out."""
    async with Sandbox() as sandbox, sandbox.session() as anilist:
        url = anilist.authorize_url()
        callback = await sandbox.approve(url)
        token = await anilist.exchange_code(parse_callback(callback, expected_state=url.query["state"]))
        print(await ask_with_gql(anilist, token))


if __name__ == "__main__":
    asyncio.run(main())
