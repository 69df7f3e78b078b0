"""A receiver with a sandbox, and a visitor who comes back from AniList without a browser."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from html import unescape
from typing import Any
from unittest.mock import patch

import aiohttp
import attrs
from yarl import URL

from anilist_oauth.html_page import Pages
from anilist_oauth.login import identity
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.oauth.application import Application
from anilist_oauth.receiver import CallbackReceiver
from anilist_oauth.sandbox import Sandbox
from anilist_oauth.session.session import OAuthSession
from tests.flows import Stage, Unpaced
from tests.services import free_port

SECRET = "s" * 40
FIELD = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@attrs.frozen(kw_only=True)
class Seen:
    """One response, as a visitor sees it."""

    status: int
    headers: Any
    text: str

    @property
    def title(self) -> str:
        """The title of the page."""
        found = re.search(r"<title>(.*?)</title>", self.text)
        return unescape(found[1]) if found else ""

    @property
    def words(self) -> str:
        """The text of the page."""
        body = self.text.partition("<body>")[2]
        return " ".join(unescape(re.sub(r"<[^>]+>", "", re.sub(r"</(p|h1|div)>", " ", body))).split())

    @property
    def forms(self) -> list[dict[str, str]]:
        """The data that each form would send."""
        forms = re.findall(r"<form.*?</form>", self.text, re.DOTALL)
        return [{name: unescape(value) for name, value in FIELD.findall(form)} for form in forms]


Visit = Callable[..., Awaitable[Seen]]


@asynccontextmanager
async def visiting() -> AsyncIterator[Visit]:
    """Return a visitor without cookies, who makes one request and follows redirects."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as visitor:

        async def visit(method: str, url: str | URL, **options: Any) -> Seen:
            async with visitor.request(method, URL(str(url), encoded=True), **options) as response:
                return Seen(status=response.status, headers=response.headers, text=await response.text())

        yield visit


@attrs.frozen(kw_only=True)
class Scene(Stage):
    """A stage with a receiver, and somebody who visits it."""

    receiver: CallbackReceiver
    visit: Visit

    async def get(self, url: str | URL, **options: Any) -> Seen:
        """Request a page. Redirects are only followed on request."""
        return await self.ask("GET", url, **options)

    async def post(self, fields: dict[str, str], **options: Any) -> Seen:
        """Press a button, which sends its form."""
        return await self.ask("POST", self.path, data=fields, **options)

    async def ask(self, method: str, url: str | URL, **options: Any) -> Seen:
        """Send a request."""
        return await self.visit(method, url, allow_redirects=options.pop("allow_redirects", False), **options)

    @property
    def path(self) -> str:
        """The redirect URI without its query, at the port that is open."""
        path = self.session.application.redirect_uri.partition("?")[0]
        host, port = self.receiver.addresses[0]
        return str(URL(path).with_scheme("http").with_host(host).with_port(port))

    async def arrive(self, callback: str, **options: Any) -> Seen:
        """Come back from AniList, and follow the redirect to the question."""
        return await self.get(callback, allow_redirects=True, **options)


@asynccontextmanager
async def scene(
    *, redirect_uri: str | None = None, bind: Any = None, pages: Pages | None = None, **options: Any
) -> AsyncIterator[Scene]:
    """Open a sandbox, a session, a flow with these options, and a receiver at a free port."""
    uri = redirect_uri or f"http://127.0.0.1:{free_port()}/callback"
    application = Application(client_id=12345, client_secret=SECRET, redirect_uri=uri)
    async with (
        Sandbox(applications=[application], users=("mika", "rin")) as sandbox,
        OAuthSession(application, endpoints=sandbox.endpoints, clock=sandbox.now, pace=Unpaced()) as session,
        LoginFlow(session, **options) as flow,
        CallbackReceiver(flow, bind=bind, pages=pages) as receiver,
        visiting() as visit,
    ):
        with patch.object(identity, "_KIND_TIME", 30.0):  # for a name on a busy machine
            yield Scene(sandbox=sandbox, session=session, flow=flow, receiver=receiver, visit=visit)
