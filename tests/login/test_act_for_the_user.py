"""The README's example of requests for the user works, and so does the one for gql."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from gql.transport.exceptions import TransportQueryError

from anilist_oauth.oauth.callback import parse_callback
from anilist_oauth.sandbox import Sandbox
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.tokens.access_token import Token
from tests.examples.typed_with_gql import ask_with_gql
from tests.readme import blocks

HEADING = "Act for the user"


@asynccontextmanager
async def logged_in(sandbox: Sandbox) -> AsyncIterator[tuple[OAuthSession, Token]]:
    """Open a session, and log the sandbox's first user in."""
    async with OAuthSession(sandbox.application, endpoints=sandbox.endpoints) as anilist:
        url = anilist.authorize_url()
        code = parse_callback(await sandbox.approve(url), expected_state=url.query["state"])
        yield anilist, await anilist.exchange_code(code)


async def test_the_example_reads_a_list() -> None:
    """It returns the titles of the whole list."""
    async with Sandbox() as sandbox, logged_in(sandbox) as (anilist, token):
        namespace: dict[str, Any] = {}
        (source,) = blocks()[HEADING]
        exec(source, namespace)
        assert len([title async for title in namespace["titles"](anilist, token)]) == 120


async def test_gql_borrows_the_connector() -> None:
    """Its requests use the session's connections and pace, and leave the session open."""
    async with Sandbox() as sandbox, logged_in(sandbox) as (anilist, token):
        before = len(anilist.pace._starts)
        data = await ask_with_gql(anilist, token)
        assert data == {"Viewer": {"name": "mika"}}
        assert len(anilist.pace._starts) == before + 1
        assert (await anilist.viewer(token)).name == "mika"
        assert isinstance(anilist.connector, aiohttp.TCPConnector)
        assert not anilist.connector.closed
        await asyncio.sleep(0)
        assert sum(len(handlers) for handlers in anilist.connector._conns.values()) == 1  # one connection for all


async def test_gql_raises_its_own_errors() -> None:
    """After an invalid token, the error is gql's."""
    async with Sandbox() as sandbox, logged_in(sandbox) as (anilist, _):
        with pytest.raises(TransportQueryError, match="Invalid token"):
            await ask_with_gql(anilist, "expired")
