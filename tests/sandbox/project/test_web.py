"""The tests of somebody's web backend, with pytest-aiohttp."""

from typing import Any

from aiohttp import web

from anilist_oauth import OAuthSession, parse_callback
from anilist_oauth.sandbox import SandboxThread


async def test_the_callback_page_greets(anilist_sandbox: SandboxThread, aiohttp_client: Any) -> None:
    """The backend's own server, and the sandbox, in one test."""
    async with OAuthSession(anilist_sandbox.application, endpoints=anilist_sandbox.endpoints) as anilist:
        url = anilist.authorize_url()

        async def callback(request: web.Request) -> web.Response:
            code = parse_callback(request.query, expected_state=url.query["state"])
            viewer = await anilist.viewer(await anilist.exchange_code(code))
            return web.Response(text=f"Hello {viewer.name}")

        backend = web.Application()
        backend.router.add_get("/callback", callback)
        client = await aiohttp_client(backend)
        answer = await client.get(f"/callback?{anilist_sandbox.approve_sync(url).partition('?')[2]}")
        assert await answer.text() == "Hello mika"
