"""What an application and its user do, in a few lines of plain code."""

from urllib.parse import parse_qs, urlencode

import aiohttp

from anilist_oauth.oauth.application import Application
from anilist_oauth.sandbox import Sandbox, SandboxThread


def authorization_url(sandbox: Sandbox | SandboxThread, **changes: str) -> str:
    """Make the URL that an application sends its user to."""
    fields = {
        "client_id": sandbox.application.client_id,
        "redirect_uri": sandbox.application.redirect_uri,
        "response_type": "code",
        "state": "s1",
    }
    return f"{sandbox.endpoints.authorization}?{urlencode(fields | changes)}"


def token_fields(application: Application, code: str) -> dict[str, str]:
    """Make the fields of a token request."""
    assert application.client_secret
    return {
        "grant_type": "authorization_code",
        "client_id": application.client_id,
        "client_secret": application.client_secret,
        "redirect_uri": application.redirect_uri,
        "code": code,
    }


def code_of(callback: str) -> str:
    """Read the code out of a callback URL."""
    return parse_qs(callback.partition("?")[2])["code"][0]


async def logged_in(sandbox: Sandbox, client: aiohttp.ClientSession, *, user: str | None = None) -> str:
    """Run a login, and give the access token."""
    code = code_of(await sandbox.approve(authorization_url(sandbox), user=user))
    async with client.post(sandbox.endpoints.token, data=token_fields(sandbox.application, code)) as answer:
        token = (await answer.json())["access_token"]
    assert isinstance(token, str)
    return token
