"""Attacks by strangers in a real browser over https: a planted cookie, a forced link, a redirect loop."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import attrs
import pytest

from anilist_oauth.web.conformance.site import AdapterSite, Site
from anilist_oauth.web.conformance.visitor import Visitor
from tests.browser import SCREENS, Browser, chromium
from tests.services import free_port
from tests.web.nginx import nginx
from tests.web.threads import ThreadedStand, stand_in_a_thread

pytestmark = pytest.mark.browser
FLAGS = ("--ignore-certificate-errors", "--host-resolver-rules=MAP *.site.test 127.0.0.1")
FAILED = "/login/anilist/failed?reason="


@attrs.frozen(kw_only=True)
class Sites:
    """The site, and the stranger's one on a sibling host."""

    threaded: ThreadedStand
    own: str
    evil: str
    page: dict[str, Any]

    def lay_trap(self, *, leads_to: str, cookie: bytes | None = None) -> None:
        """Let the stranger's page send its visitors to an address, and set a cookie for all sibling hosts."""
        self.page.update(leads_to=leads_to, cookie=cookie)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser that finds the hosts and trusts them."""
    with chromium(SCREENS[2], tmp_path_factory.mktemp("profile"), flags=FLAGS) as browser:
        yield browser


@pytest.fixture
def browser(opened: Browser) -> Browser:
    """The browser, without a cookie."""
    opened.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    return opened


@pytest.fixture
def sites(adapter_site: AdapterSite, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Sites]:
    """Both sites over https, that of each framework in turn."""
    port, evil = free_port(), free_port()
    site = Site(
        subject=(lambda cookies: cookies.get("session")) if getattr(request, "param", "") == "linking" else None
    )
    page: dict[str, Any] = {}
    with ExitStack() as stack:
        own = f"https://app.site.test:{port}"
        threaded = stack.enter_context(stand_in_a_thread(adapter_site, site, redirect_uri=f"{own}/callback"))
        stack.enter_context(nginx(tmp_path, port=port, behind=threaded.stand.url.port or 0))
        writers: set[asyncio.StreamWriter] = set()
        server = threaded.run(serve(page, evil, tmp_path, writers))
        stack.callback(lambda: threaded.run(close(server, writers)))
        yield Sites(threaded=threaded, own=own, evil=f"https://evil.site.test:{evil}/", page=page)


async def serve(page: dict[str, Any], port: int, folder: Path, writers: set[asyncio.StreamWriter]) -> asyncio.Server:
    """Serve the stranger's page; its bytes go out as they are, which no framework would allow."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        try:
            await reader.readuntil(b"\r\n\r\n")
            cookie = page["cookie"]
            line = b"" if cookie is None else b"Set-Cookie: " + cookie + b"; Domain=site.test; Path=/; Secure\r\n"
            body = f"<script>location = {page['leads_to']!r}</script>".encode()
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n" % len(body)
                + line
                + b"\r\n"
                + body
            )
            await writer.drain()
            await reader.read()  # until the browser has what it needs
        except (asyncio.IncompleteReadError, ConnectionError):  # the browser opens one connection more, to be quick
            pass
        finally:
            writers.discard(writer)
            writer.transport.abort()  # after `drain`; to end TLS politely would wait for the browser

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return await asyncio.start_server(answer, "127.0.0.1", port, ssl=context)


async def close(server: asyncio.Server, writers: set[asyncio.StreamWriter]) -> None:
    """End the stranger's site, and its connections: since Python 3.12, `wait_closed` waits for them."""
    server.close()
    for writer in writers:
        writer.transport.abort()
    await server.wait_closed()


async def attack(threaded: ThreadedStand) -> tuple[str, str]:
    """Begin a login as the stranger, and approve it: the callback, and the cookie that belongs to it."""
    async with Visitor(threaded.stand.url) as stranger:
        begun = await stranger.get("/login/anilist")
        ((name, value),) = stranger.cookies.items()
    return await threaded.stand.sandbox.approve(begun.location, user="rin"), f"{name}={value}"


@pytest.mark.requirement("S31")
@pytest.mark.requirement("V29")
@pytest.mark.parametrize("before", [b"", b"x=y ", b"x=y\t", b"\xa0", b"\x85", b"\xc2\xa0", b"$", b"="], ids=repr)
def test_a_sibling_host_plants_no_binding(browser: Browser, sites: Sites, before: bytes) -> None:
    """The browser sends the planted cookie, but the stranger's login is not finished with it."""
    callback, cookie = sites.threaded.run(attack(sites.threaded))
    sites.lay_trap(leads_to=callback, cookie=before + cookie.encode())
    browser.visit(sites.evil)
    browser.wait_for(lambda: FAILED in browser.address)
    assert browser.address == f"{sites.own}{FAILED}cookie"
    assert "This login was not started in this browser" in browser.text
    assert sites.threaded.stand.exchanges == 0


@pytest.mark.parametrize("sites", ["linking"], indirect=True)
@pytest.mark.requirement("S33")
@pytest.mark.requirement("V28")
def test_another_site_links_no_account(browser: Browser, sites: Sites) -> None:
    """Its visitor must confirm on a page of the site itself, whose button links the account."""
    stand = sites.threaded.stand
    browser.visit(stand.sandbox.url / "login")
    browser.press("mika", until="/settings/apps")
    browser.visit(f"{sites.own}/")
    browser.driver.add_cookie({"name": "session", "value": "alice", "sameSite": "Lax"})
    sites.lay_trap(leads_to=f"{sites.own}/login/anilist?return_to=/%3Flinked")
    browser.visit(sites.evil)
    browser.wait_for(lambda: "Link your AniList account?" in browser.text)
    assert "You are signed in here as alice." in browser.text
    assert [request for request in stand.sandbox.requests if "authorize" in request.path] == []
    browser.press("Link account", until="/authorize?")
    browser.press("Approve", until=sites.own)
    assert browser.address == f"{sites.own}/?linked"
    assert [login.login.subject for login in stand.site.logins] == ["alice"]


@pytest.mark.requirement("S34")
def test_a_redirect_loop_ends_in_an_explanation(browser: Browser, sites: Sites) -> None:
    """A page whose token is always refused sends its visitor to AniList only once."""
    stand = sites.threaded.stand
    browser.visit(stand.sandbox.url / "login")
    browser.press("mika", until="/settings/apps")
    browser.visit(f"{sites.own}/refused")
    browser.press("Approve", until=FAILED)
    assert browser.address == f"{sites.own}{FAILED}session&return_to=%2Frefused"
    assert "This site does not remember you" in browser.text
    assert stand.exchanges == 1
