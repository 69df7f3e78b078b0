"""A running site, its sandbox, and a visitor."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import attrs
from yarl import URL

from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.oauth.application import Application
from anilist_oauth.sandbox import Sandbox
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.web.conformance.site import AdapterSite, Site
from anilist_oauth.web.conformance.visitor import Visitor


@attrs.frozen(kw_only=True)
class Stand:
    """A running site, its sandbox, and a visitor."""

    adapter: AdapterSite
    site: Site
    url: URL
    sandbox: Sandbox
    flow: LoginFlow
    visitor: Visitor
    stack: AsyncExitStack

    async def another(self) -> Visitor:
        """Open another browser."""
        return await self.stack.enter_async_context(Visitor(self.url))

    async def begin(self, query: str = "", *, visitor: Visitor | None = None) -> str:
        """Begin a login, and return the address to which the browser is sent."""
        seen = await (visitor or self.visitor).get(f"{self.site.prefix}{self.site.login_path}{query}")
        assert seen.status == 303, seen.text
        return seen.location

    async def approve(self, url: str) -> str:
        """Approve a login at AniList, and return the site's local address to which the browser is sent."""
        return self.local(await self.sandbox.approve(url))

    def local(self, callback: str) -> str:
        """Return an address of the site without its public host. A relative address is returned unchanged."""
        return str(URL(callback, encoded=True).relative()) if callback.startswith("http") else callback

    @property
    def exchanges(self) -> int:
        """The number of codes sent to the token endpoint."""
        return sum(request.path == "/api/v2/oauth/token" for request in self.sandbox.requests)

    def advance(self, **time: float) -> None:
        """Let time pass."""
        self.sandbox.advance(timedelta(**time))


Open = Callable[..., Awaitable[Stand]]
"""A function that serves a `Site` (its first argument, if given) until the test ends.

The other arguments are those of `stand`.
"""


@asynccontextmanager
async def stand(
    adapter: AdapterSite,
    site: Site,
    *,
    redirect_uri: str = "{url}{prefix}/callback",
    client_id: int = 1,
    **options: Any,
) -> AsyncIterator[Stand]:
    """Serve a site together with a sandbox.

    Args:
        adapter: The site in the adapter's framework.
        site: How the site behaves.
        redirect_uri: The redirect URI. ``{url}`` and ``{prefix}`` in it are replaced by those of the site.
        client_id: The client id.
        options: Options of the `LoginFlow`.
    """
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        url = URL.build(scheme="http", host="127.0.0.1", port=listener.getsockname()[1])
        application = Application(
            client_id=client_id, client_secret="s" * 40, redirect_uri=redirect_uri.format(url=url, prefix=site.prefix)
        )
        sandbox = await stack.enter_async_context(Sandbox(applications=[application], users=["mika", "rin"]))
        session = OAuthSession(application, endpoints=sandbox.endpoints, clock=sandbox.now)
        flow = LoginFlow(session, **options)
        served = adapter.served(adapter.application(flow, site, session, flow), listener)
        await stack.enter_async_context(served)
        visitor = await stack.enter_async_context(Visitor(url))
        yield Stand(adapter=adapter, site=site, url=url, sandbox=sandbox, flow=flow, visitor=visitor, stack=stack)
