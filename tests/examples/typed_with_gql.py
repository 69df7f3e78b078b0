"""Send queries with gql, over the session's own connections and within its rate limit."""

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
    """Open a gql client that uses the session's connector and does not close it."""
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
                transport.session.detach()  # gql does not close a session whose connector it does not own


async def ask_with_gql(anilist: OAuthSession, token: Token | str) -> dict[str, Any]:
    """Query the user's name. Errors are gql's."""
    async with gql_client(anilist, token) as client:
        await anilist.pace.turn(token)  # before each request
        data: dict[str, Any] = await client.execute(gql("{ Viewer { name } }"))
        return data


async def main() -> None:
    """Query the sandbox. To use AniList itself, take `Application.from_env()` and omit `endpoints`."""
    async with Sandbox() as sandbox, sandbox.session() as anilist:
        url = anilist.authorize_url()
        callback = await sandbox.approve(url)
        token = await anilist.exchange_code(parse_callback(callback, expected_state=url.query["state"]))
        print(await ask_with_gql(anilist, token))


if __name__ == "__main__":
    asyncio.run(main())
