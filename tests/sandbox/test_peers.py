"""Other people's clients accept the sandbox as an authorization server, so it does not just mirror our client."""

import asyncio
from urllib.parse import urlencode

import aiohttp
import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client
from requests_oauthlib import OAuth2Session

from anilist_oauth.sandbox import Sandbox
from tests.sandbox.moves import code_of, token_fields

QUERY = {"query": "{ Viewer { name } }"}
ANSWER = {"data": {"Viewer": {"name": "mika"}}}


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic"])
async def test_authlib_completes_a_login(method: str) -> None:
    """Authlib's own URL, state check, exchange and bearer header; the secret in the body, or by HTTP Basic."""
    async with (
        Sandbox() as sandbox,
        AsyncOAuth2Client(
            sandbox.application.client_id,
            sandbox.application.client_secret,
            redirect_uri=sandbox.application.redirect_uri,
            token_endpoint_auth_method=method,
        ) as client,
    ):
        url, state = client.create_authorization_url(str(sandbox.endpoints.authorization))
        callback = await sandbox.approve(url)
        await client.fetch_token(str(sandbox.endpoints.token), authorization_response=callback, state=state)
        answer = await client.post(str(sandbox.endpoints.graphql), json=QUERY)
        assert answer.json() == ANSWER


async def test_requests_oauthlib_completes_a_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """requests-oauthlib, in a thread; it must be told that plain http will do."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    async with Sandbox() as sandbox:
        application = sandbox.application
        with OAuth2Session(application.client_id, redirect_uri=application.redirect_uri) as client:
            url, _ = client.authorization_url(str(sandbox.endpoints.authorization))
            callback = await sandbox.approve(url)

            def log_in() -> object:
                client.fetch_token(
                    str(sandbox.endpoints.token),
                    authorization_response=callback,
                    client_secret=application.client_secret,
                    include_client_id=True,
                )
                return client.post(str(sandbox.endpoints.graphql), json=QUERY).json()

            assert await asyncio.to_thread(log_in) == ANSWER


async def test_plain_aiohttp_completes_a_login() -> None:
    """AniList's documentation is enough: two POSTs, and no library for OAuth."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as client:
        application = sandbox.application
        query = {"client_id": application.client_id, "response_type": "code", "state": "s1"}
        callback = await sandbox.approve(f"{sandbox.endpoints.authorization}?{urlencode(query)}")
        fields = token_fields(application, code_of(callback))
        headers = {"Accept": "application/json"}
        async with client.post(sandbox.endpoints.token, json=fields, headers=headers) as answer:
            token = (await answer.json())["access_token"]
        headers["Authorization"] = f"Bearer {token}"
        async with client.post(sandbox.endpoints.graphql, json=QUERY, headers=headers) as answer:
            assert await answer.json() == ANSWER
