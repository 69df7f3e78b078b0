"""A site in each framework, served for a test."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import attrs
import pytest
from yarl import URL

from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.oauth.application import Application
from anilist_oauth.sandbox import Sandbox
from anilist_oauth.session.session import OAuthSession
from tests.flows import Unpaced
from tests.services import PostgreSQLServer, RedisServer, postgresql_server, redis_server
from tests.web.frameworks import FRAMEWORKS
from tests.web.sites import Framework, Site, listening
from tests.web.visitor import Visitor


@attrs.frozen(kw_only=True)
class Stand:
    """A site at work, the AniList it knows, and somebody who visits it."""

    framework: Framework
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
        """Begin a login: where the browser is sent."""
        seen = await (visitor or self.visitor).get(f"{self.site.prefix}{self.site.login_path}{query}")
        assert seen.status == 303, seen.text
        return seen.location

    async def approve(self, url: str) -> str:
        """Approve at AniList: where the browser is sent, on this site whatever its public name is."""
        return self.local(await self.sandbox.approve(url))

    def local(self, callback: str) -> str:
        """Find the site behind its public name."""
        return str(URL(callback, encoded=True).relative()) if callback.startswith("http") else callback

    @property
    def exchanges(self) -> int:
        """How many codes were sent to the token endpoint."""
        return sum(request.path == "/api/v2/oauth/token" for request in self.sandbox.requests)

    def advance(self, **time: float) -> None:
        """Let time pass."""
        self.sandbox.advance(timedelta(**time))


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    """A Redis for tests that leave it running."""
    with redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQLServer]:
    """A PostgreSQL for tests that leave it running."""
    with postgresql_server() as server:
        yield server


Open = Callable[..., Awaitable[Stand]]


@pytest.fixture(params=FRAMEWORKS)
def framework(request: pytest.FixtureRequest) -> Framework:
    """Each framework in turn."""
    return FRAMEWORKS[request.param]


@asynccontextmanager
async def stand(
    framework: Framework,
    site: Site,
    *,
    redirect_uri: str = "{url}{prefix}/callback",
    client_id: int = 1,
    **options: Any,
) -> AsyncIterator[Stand]:
    """Serve a site; `redirect_uri` may name its url and prefix, `options` are the flow's."""
    async with AsyncExitStack() as stack:
        listener = listening()
        url = URL.build(scheme="http", host="127.0.0.1", port=listener.getsockname()[1])
        application = Application(
            client_id=client_id, client_secret="s" * 40, redirect_uri=redirect_uri.format(url=url, prefix=site.prefix)
        )
        sandbox = await stack.enter_async_context(Sandbox(applications=[application], users=["mika", "rin"]))
        session = OAuthSession(application, endpoints=sandbox.endpoints, clock=sandbox.now, pace=Unpaced())
        flow = LoginFlow(session, **options)
        served = framework.served(framework.application(flow, site, session, flow), listener)
        await stack.enter_async_context(served)
        visitor = await stack.enter_async_context(Visitor(url))
        yield Stand(framework=framework, site=site, url=url, sandbox=sandbox, flow=flow, visitor=visitor, stack=stack)


@pytest.fixture
async def open_stand(framework: Framework) -> AsyncIterator[Open]:
    """Serve sites in each framework in turn, until the test is over."""
    async with AsyncExitStack() as stack:

        async def opened(site: Site | None = None, **options: Any) -> Stand:
            return await stack.enter_async_context(stand(framework, site or Site(), **options))

        yield opened
