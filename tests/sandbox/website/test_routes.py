"""What a person's browser asks for, without a browser."""

import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from yarl import URL

from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import PIN_REDIRECT_URI
from anilist_oauth.sandbox import Sandbox
from tests.sandbox.moves import authorization_url, code_of, logged_in, token_fields

ODD = "client_id=12345&redirect_uri=http://127.0.0.1:9901/callback&response_type=code&state=a%20b+c&x=%ff&y=&z"


class Browser:
    """A cookie jar in front of a sandbox; it follows no redirect."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.client = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def visit(self, address: str, method: str = "GET", **options: Any) -> tuple[int, str]:
        """Give the status, and the location or the page."""
        url = URL(f"{self.sandbox.url}{address}" if address.startswith("/") else address, encoded=True)
        async with self.client.request(method, url, allow_redirects=False, **options) as answer:
            self.headers = answer.headers
            return answer.status, answer.headers.get("Location") or await answer.text()

    async def submit(self, page: str, action: str, **changes: str) -> tuple[int, str]:
        """Submit the form of a page whose action begins so."""
        form = next(form for form in re.findall(r"<form.*?</form>", page) if f'action="{action}' in form)
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        target = re.findall(r'action="([^"]*)"', form)[0].replace("&amp;", "&")
        return await self.visit(target, "POST", data=fields | changes)

    async def sign_in(self, user: str = "mika") -> None:
        """Sign in."""
        await self.visit("/login", "POST", data={"user": user})


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A browser in front of a sandbox with two users."""
    async with Sandbox(redirect_uri="http://127.0.0.1:9901/callback", users=["mika", "rin"]) as sandbox:
        browser = Browser(sandbox)
        async with browser.client:
            yield browser


async def test_whoever_is_not_signed_in_comes_back_with_every_parameter(browser: Browser) -> None:
    """The query is carried through the login byte for byte, as AniList's own login page does."""
    assert await browser.visit(f"/api/v2/oauth/authorize?{ODD}") == (302, f"/login?apiVersion=v2&{ODD}")
    status, page = await browser.visit(f"/login?apiVersion=v2&{ODD}")
    assert status == 200
    assert await browser.submit(page, "/login?apiVersion=v2&amp;client_id", user="rin") == (
        302,
        f"/api/v2/oauth/authorize?{ODD}",
    )
    assert "HttpOnly; SameSite=Lax" in browser.headers["Set-Cookie"]
    status, page = await browser.visit(f"/api/v2/oauth/authorize?{ODD}")
    assert (status, "Authorize Application 12345?" in page, "<bdi>rin</bdi>" in page) == (200, True, True)
    status, callback = await browser.submit(page, "/api/v2/oauth/authorize")
    assert callback.endswith("&state=a+b+c")


async def test_nobody_signs_in_as_a_stranger(browser: Browser) -> None:
    """An unknown user is asked again."""
    assert await browser.visit("/login?apiVersion=v2&a=1", "POST", data={"user": "x"}) == (
        302,
        "/login?apiVersion=v2&a=1",
    )
    assert await browser.visit("/settings/apps") == (302, "/login")


async def test_a_page_is_good_for_one_answer_and_its_own_session(browser: Browser) -> None:
    """A consent form without its session, from another site, or sent again, is expired."""
    url = authorization_url(browser.sandbox)
    await browser.sign_in()
    _, page = await browser.visit(url)
    assert (await browser.submit(page, "/api/v2/oauth/authorize", _token="forged"))[0] == 419
    assert (await browser.submit(page, "/api/v2/oauth/authorize", auth_token="forged"))[0] == 419
    assert (await browser.submit(page, "/api/v2/oauth/authorize"))[0] == 302
    status, page = await browser.submit(page, "/api/v2/oauth/authorize")
    assert (status, "Page expired" in page) == (419, True)
    for path in ("/api/v2/oauth/authorize", "/settings/apps", "/logout"):
        assert await browser.visit(path, "POST", headers={"Accept": "application/json"}) == (
            419,
            '{"message":"CSRF token mismatch."}',
        )


async def test_a_delete_is_a_denial(browser: Browser) -> None:
    """Passport's own route takes the method itself, too."""
    await browser.sign_in()
    _, page = await browser.visit(authorization_url(browser.sandbox))
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    answer = await browser.visit("/api/v2/oauth/authorize", "DELETE", data=fields)
    assert answer == (302, "http://127.0.0.1:9901/callback?error=access_denied&state=s1")


async def test_only_the_latest_questions_of_a_browser_are_kept(browser: Browser) -> None:
    """Twenty tabs, and the oldest gives way."""
    await browser.sign_in()
    pages = [(await browser.visit(authorization_url(browser.sandbox)))[1] for _ in range(21)]
    assert (await browser.submit(pages[0], "/api/v2/oauth/authorize"))[0] == 419
    assert (await browser.submit(pages[1], "/api/v2/oauth/authorize"))[0] == 302


async def test_a_revoked_application_is_asked_for_again(browser: Browser) -> None:
    """Its token answers as AniList's does, and the consent page is back."""
    sandbox = browser.sandbox
    token = await logged_in(sandbox, browser.client)
    await browser.sign_in()
    status, callback = await browser.visit(authorization_url(sandbox))
    assert (status, "code=" in callback) == (302, True)
    _, page = await browser.visit("/settings/apps")
    assert "Revoke Application 12345" in page
    assert await browser.submit(page, "/settings/apps") == (302, "/settings/apps")
    _, page = await browser.visit("/settings/apps")
    assert "not authorized any application" in page
    answer = await browser.visit(
        "/graphql", "POST", json={"query": "{ Viewer { id } }"}, headers={"Authorization": f"Bearer {token}"}
    )
    assert (answer[0], '"message":"Invalid token"' in answer[1]) == (400, True)
    assert (await browser.visit(authorization_url(sandbox)))[0] == 200


async def test_another_account_can_take_over(browser: Browser) -> None:
    """From the consent page and back to it, with the query."""
    await browser.sign_in()
    _, page = await browser.visit(f"/api/v2/oauth/authorize?{ODD}")
    assert await browser.submit(page, "/logout?") == (302, f"/login?apiVersion=v2&{ODD}")
    assert (await browser.visit("/settings/apps"))[1] == "/login"
    await browser.sign_in("rin")
    _, page = await browser.visit("/settings/apps")
    assert "<bdi>rin</bdi>" in page
    assert await browser.submit(page, "/logout") == (302, "/login")


async def test_the_consent_page_lets_forms_lead_to_the_callback(browser: Browser) -> None:
    """Chromium checks the redirects behind a form too: to the redirect URI, and on to wherever its owner likes."""
    await browser.sign_in()
    await browser.visit(authorization_url(browser.sandbox))
    assert "; form-action http://127.0.0.1:9901 http: https:; " in browser.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("query", "sources"),
    [
        ("client_id=1&response_type=code", "myapp: http: https:"),
        ("client_id=1&response_type=code&scope=x", "myapp: http: https:"),
        ("client_id=2&response_type=code", "'self'"),
        ("client_id=1&response_type=code&redirect_uri[]=x", "'self'"),
        ("", "'self'"),
    ],
)
async def test_the_login_page_lets_forms_lead_to_the_callback(query: str, sources: str) -> None:
    """Whoever approved before, and signs in again, is sent on at once: the login's own form leads that far."""
    application = Application(client_id=1, client_secret="s" * 40, redirect_uri="myapp://done")
    async with Sandbox(applications=[application]) as sandbox:
        browser = Browser(sandbox)
        async with browser.client:
            await browser.visit(f"/login?apiVersion=v2&{query}")
        assert f"; form-action {sources}; " in browser.headers["Content-Security-Policy"]


async def test_pages_that_are_not_there_and_methods_that_are_not_taken(browser: Browser) -> None:
    """A page, or JSON to who wants it."""
    assert (await browser.visit("/nope"))[0] == 404
    assert await browser.visit("/nope", headers={"Accept": "application/json"}) == (404, '{"message":""}')
    assert (await browser.visit("/login", "PUT"))[0] == 405
    assert browser.headers["Allow"] == "GET, POST"
    status, page = await browser.visit("/")
    assert (status, "http://127.0.0.1:9901/callback" in page) == (200, True)


async def test_a_cookie_of_another_server_is_no_hindrance(browser: Browser) -> None:
    """Cookies know no ports: those of other programs on this machine come along."""
    await browser.sign_in()
    browser.client.cookie_jar.update_cookies({"odd": '{"a": [1]}'}, browser.sandbox.url)
    assert (await browser.visit("/settings/apps"))[0] == 200


async def test_a_pin_stays_on_the_sandbox() -> None:
    """AniList's pin page is the sandbox's own, with the code, the error, or room for a token."""
    pin = Application(client_id=1, client_secret="s" * 40, redirect_uri=PIN_REDIRECT_URI)
    async with Sandbox(applications=[pin]) as sandbox:
        browser = Browser(sandbox)
        async with browser.client:
            url = authorization_url(sandbox)
            callback = await sandbox.approve(url)
            assert callback.startswith(f"{sandbox.url}/api/v2/oauth/pin?code=def50200")
            _, page = await browser.visit(callback)
            assert f'spellcheck="false">{code_of(callback)}</textarea>' in page
            _, page = await browser.visit(await sandbox.deny(url))
            assert "access_denied" in page
            implicit = await sandbox.approve(f"{sandbox.endpoints.authorization}?client_id=1&response_type=token")
            assert implicit.startswith(f"{sandbox.url}/api/v2/oauth/pin#access_token=ey")
            _, page = await browser.visit(implicit.partition("#")[0])
            assert "requires JavaScript" in page
            fields = token_fields(sandbox.application, code_of(callback))
            async with browser.client.post(sandbox.endpoints.token, data=fields) as answer:
                assert answer.status == 200


@pytest.mark.parametrize("encode", [str, lambda uri: quote(uri, safe="")], ids=["raw", "encoded"])
async def test_a_redirect_uri_may_be_raw_or_encoded(encode: Any) -> None:
    """AniList's PHP sample sends it raw; most clients encode it."""
    async with Sandbox(redirect_uri="http://127.0.0.1:9901/callback") as sandbox:
        uri = encode(sandbox.application.redirect_uri)
        url = f"{sandbox.endpoints.authorization}?client_id=12345&redirect_uri={uri}&response_type=code"
        assert (await sandbox.approve(url)).startswith(f"{sandbox.application.redirect_uri}?code=")


async def test_a_state_is_dropped_on_demand() -> None:
    """No callback carries it: neither a code's, nor a token's, nor an error's."""
    async with Sandbox(redirect_uri="http://127.0.0.1:9901/callback") as sandbox:
        assert sandbox.echo_state
        sandbox.echo_state = False
        assert "state" not in await sandbox.approve(authorization_url(sandbox))
        assert "state" not in await sandbox.approve(authorization_url(sandbox, response_type="token"))
        assert (await sandbox.deny(authorization_url(sandbox))).endswith("?error=access_denied&state=")
