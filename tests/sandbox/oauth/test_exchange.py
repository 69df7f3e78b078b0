"""The token endpoint, where no recorded probe looks."""

from typing import Any

import aiohttp
import pytest

from anilist_oauth.oauth.application import Application
from anilist_oauth.sandbox import Sandbox
from tests.sandbox.moves import authorization_url, code_of, token_fields

TWO = [Application(client_id=n, client_secret=str(n) * 40, redirect_uri="http://127.0.0.1:1/") for n in (1, 2)]


async def _post(
    sandbox: Sandbox, client: aiohttp.ClientSession, fields: dict[str, str], **headers: str
) -> tuple[int, Any]:
    async with client.post(sandbox.endpoints.token, data=fields, headers=headers) as answer:
        return answer.status, await answer.json()


async def test_a_refresh_token_needs_to_be_there_and_its_own_client_s() -> None:
    """Whatever generation; a refreshed token replaces the old one."""
    async with Sandbox(applications=TWO) as sandbox, aiohttp.ClientSession() as client:
        code = code_of(await sandbox.approve(authorization_url(sandbox)))
        _, first = await _post(sandbox, client, token_fields(TWO[0], code))
        own = {"grant_type": "refresh_token", "client_id": "1", "client_secret": "1" * 40}
        status, body = await _post(sandbox, client, own)
        assert (status, body["hint"]) == (400, "Check the `refresh_token` parameter")
        other = own | {"client_id": "2", "client_secret": "2" * 40, "refresh_token": first["refresh_token"]}
        status, body = await _post(sandbox, client, other)
        assert (status, body["hint"]) == (401, "Token is not linked to client")
        status, second = await _post(sandbox, client, own | {"refresh_token": first["refresh_token"]})
        assert status == 200
        for token, good in ((first["access_token"], False), (second["access_token"], True)):
            query = {"query": "{ Viewer { id } }"}
            header = {"Authorization": f"Bearer {token}"}
            async with client.post(sandbox.endpoints.graphql, json=query, headers=header) as answer:
                assert (answer.status == 200) is good


@pytest.mark.parametrize("header", ["Basic !", "Basic /w==", "Basic MTIzNDU=", "Bearer x"])
async def test_a_garbled_authorization_header_names_no_client(header: str) -> None:
    """Not Base64, not UTF-8, no colon, or another scheme: the client id is missing."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        status, body = await _post(sandbox, client, {"grant_type": "authorization_code"}, Authorization=header)
        assert (status, body["hint"]) == (400, "Check the `client_id` parameter")


async def test_the_headers_of_a_token_forbid_to_store_it() -> None:
    """RFC 6749 section 5.1, and what is left of the minute's requests."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        fields = token_fields(sandbox.application, code_of(await sandbox.approve(authorization_url(sandbox))))
        async with client.post(sandbox.endpoints.token, data=fields) as answer:
            assert answer.headers["Cache-Control"] == "no-store, private"
            assert answer.headers["Pragma"] == "no-cache"
            assert answer.headers["X-RateLimit-Limit"] == "60"
            assert answer.headers["X-RateLimit-Remaining"] == "59"
