"""Logins in a real browser, through each adapter under its real server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from yarl import URL

from anilist_oauth.web.conformance.site import AdapterSite, Site
from anilist_oauth.web.failures import REASONS
from tests.browser import SCREENS, Browser, axe_core, chromium
from tests.web.frameworks import FRAMEWORKS
from tests.web.threads import ThreadedStand, stand_in_a_thread

PHONE, DESKTOP = SCREENS[0], SCREENS[2]
FAILED = "/login/anilist/failed?reason="

Serve = Callable[..., ThreadedStand]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser."""
    with chromium(DESKTOP, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def browser(opened: Browser) -> Browser:
    """The browser, without a cookie."""
    opened.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    opened.move_to(DESKTOP)
    return opened


@pytest.fixture(params=FRAMEWORKS)
def framework(request: pytest.FixtureRequest) -> AdapterSite:
    """Each framework under its real server."""
    return FRAMEWORKS[request.param]


@pytest.fixture
def serve(framework: AdapterSite) -> Iterator[Serve]:
    """Serve sites until the test is over."""
    with ExitStack() as stack:

        def served(site: Site | None = None, **options: object) -> ThreadedStand:
            return stack.enter_context(stand_in_a_thread(framework, site or Site(), **options))

        yield served


def sign_in(browser: Browser, site: ThreadedStand) -> None:
    """Sign in at AniList as mika, before any login."""
    browser.visit(site.stand.sandbox.url / "login")
    browser.press("mika", until="/settings/apps")


def callback_of(site: ThreadedStand) -> str:
    """Find the last callback a browser was sent to."""
    return [address for address in site.stand.site.callbacks if "code=" in address][-1]


def asked(site: ThreadedStand, browser: Browser) -> str:
    """Give the authorization URL that the browser was sent to, from what its address bar shows."""
    return str(site.stand.sandbox.endpoints.authorization.with_query(URL(browser.address).query_string))


def test_a_login(browser: Browser, serve: Serve) -> None:
    """Sign in at AniList, approve, and be back where it began; the next time it needs no click at all."""
    site = serve()
    browser.visit(f"{site.stand.url}/login/anilist?return_to=/%3Ftab=2")
    browser.press("mika", until="/authorize?")
    browser.press("Approve", until=f":{site.stand.url.port}/")
    assert browser.address == f"{site.stand.url}/?tab=2"
    assert browser.text == f"who: anilist:{site.stand.sandbox.user.id} at /?tab=2"
    browser.visit(f"{site.stand.url}/mine")
    assert browser.text == f"user {site.stand.sandbox.user.id}"
    browser.visit(f"{site.stand.url}/login/anilist")
    assert browser.address == f"{site.stand.url}/"
    assert len(site.stand.site.logins) == 2


def test_a_login_from_another_site(browser: Browser, serve: Serve) -> None:
    """To a browser AniList is another site, as 127.0.0.1 is to localhost: the cookie comes along all the same."""
    site = serve(redirect_uri="http://localhost:{url.port}/callback")
    sign_in(browser, site)
    browser.visit(f"http://localhost:{site.stand.url.port}/login/anilist")
    browser.press("Approve", until=f":{site.stand.url.port}/")
    assert browser.address == f"http://localhost:{site.stand.url.port}/"
    assert len(site.stand.site.logins) == 1


def test_a_page_that_needs_a_login(browser: Browser, serve: Serve) -> None:
    """Whoever is not signed in is sent to AniList, and comes to the page they asked for."""
    site = serve()
    sign_in(browser, site)
    browser.visit(f"{site.stand.url}/mine?a=b")
    browser.press("Approve", until="/mine")
    assert browser.address == f"{site.stand.url}/mine?a=b"
    assert browser.text == f"user {site.stand.sandbox.user.id}"


def test_two_tabs_at_once(browser: Browser, serve: Serve) -> None:
    """Both are asked, the second is finished before the first, and each goes on where it began."""
    site = serve()
    sign_in(browser, site)
    driver = browser.driver
    first = driver.current_window_handle
    browser.visit(f"{site.stand.url}/login/anilist?return_to=/%3Ftab=1")
    driver.switch_to.new_window("tab")
    browser.visit(f"{site.stand.url}/login/anilist?return_to=/%3Ftab=2")
    browser.press("Approve", until=f":{site.stand.url.port}/")
    assert browser.address == f"{site.stand.url}/?tab=2"
    driver.close()
    driver.switch_to.window(first)
    browser.press("Approve", until=f":{site.stand.url.port}/")
    assert browser.address == f"{site.stand.url}/?tab=1"


def test_the_callback_opened_again(browser: Browser, serve: Serve) -> None:
    """Within a minute it shows the same, from one exchange; after it, with or without the cookie, the login is over."""
    site = serve()
    sign_in(browser, site)
    browser.visit(f"{site.stand.url}/login/anilist")
    browser.press("Approve", until=f":{site.stand.url.port}/")
    callback = callback_of(site)
    browser.visit(callback)
    assert browser.address == f"{site.stand.url}/"
    site.stand.advance(seconds=61)
    for _ in range(2):
        browser.visit(callback)
        assert browser.address == f"{site.stand.url}{FAILED}used"
        assert "This login has already ended" in browser.text
        browser.driver.delete_all_cookies()
    assert site.stand.exchanges == 1


def test_the_cookie_is_gone_after_a_minute(browser: Browser, serve: Serve) -> None:
    """The browser lets it go by itself."""
    site = serve()
    sign_in(browser, site)
    browser.visit(f"{site.stand.url}/login/anilist")
    browser.press("Approve", until=f":{site.stand.url.port}/")
    (cookie,) = [one for one in browser.driver.get_cookies() if one["name"].startswith("anilist-")]
    now = browser.driver.execute_script("return Date.now() / 1000")
    assert 0 < cookie["expiry"] - now <= 60
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Lax", "/")


def test_a_denial(browser: Browser, serve: Serve) -> None:
    """The page says what was chosen, and its link begins again."""
    site = serve()
    sign_in(browser, site)
    browser.visit(f"{site.stand.url}/login/anilist")
    browser.press("Deny", until=FAILED)
    assert browser.address == f"{site.stand.url}{FAILED}denied"
    assert "You chose Deny on AniList's page." in browser.text
    browser.driver.find_element(By.LINK_TEXT, "Log in with AniList").click()
    browser.wait_for(lambda: "/authorize?" in browser.address)
    browser.press("Approve", until=f":{site.stand.url.port}/")
    assert browser.address == f"{site.stand.url}/"


def test_an_expired_login(browser: Browser, serve: Serve) -> None:
    """A visitor who waits too long is told so, and nothing is exchanged."""
    site = serve()
    sign_in(browser, site)
    browser.visit(f"{site.stand.url}/login/anilist")
    site.stand.advance(minutes=11)
    browser.press("Approve", until=FAILED)
    assert browser.address == f"{site.stand.url}{FAILED}expired"
    assert site.stand.exchanges == 0


@pytest.mark.requirement("V1")
@pytest.mark.requirement("V2")
def test_a_stolen_callback(browser: Browser, serve: Serve, tmp_path: Path) -> None:
    """A second browser is refused and told why; the first then completes."""
    site = serve()
    browser.visit(f"{site.stand.url}/login/anilist")
    callback = site.run(site.stand.sandbox.approve(asked(site, browser)))
    with chromium(DESKTOP, tmp_path) as thief:
        thief.visit(callback)
        assert thief.address == f"{site.stand.url}{FAILED}cookie"
        assert "This login was not started in this browser" in thief.text
    assert site.stand.exchanges == 0
    browser.visit(callback)
    assert browser.address == f"{site.stand.url}/"


@pytest.mark.requirement("S21")
@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/%5Cevil.example", "/%09/evil.example"]
)
def test_a_return_to_another_site(browser: Browser, serve: Serve, elsewhere: str) -> None:
    """The page says so, and its link begins a login without it."""
    site = serve()
    sign_in(browser, site)
    browser.visit(f"{site.stand.url}/login/anilist?return_to={elsewhere}")
    assert "This link leads to another site" in browser.text
    assert "evil" not in browser.text
    assert not [one for one in browser.driver.get_cookies() if one["name"].startswith("anilist-")]
    browser.driver.find_element(By.LINK_TEXT, "Log in with AniList").click()
    browser.wait_for(lambda: "/authorize?" in browser.address)
    browser.press("Approve", until=f":{site.stand.url.port}/")
    assert browser.address == f"{site.stand.url}/"


def test_cookies_off(serve: Serve, tmp_path: Path) -> None:
    """The page names the three causes; nothing was spent."""
    site = serve()
    with chromium(DESKTOP, tmp_path, no_cookies_at=str(site.stand.url)) as browser:
        sign_in(browser, site)
        browser.visit(f"{site.stand.url}/login/anilist")
        browser.press("Approve", until=FAILED)
        assert browser.address == f"{site.stand.url}{FAILED}cookie"
        for cause in ("Cookies are off", "in another browser", "localhost instead of 127.0.0.1"):
            assert cause in browser.text
    assert site.stand.exchanges == 0


def test_another_name_of_the_host(browser: Browser, serve: Serve) -> None:
    """Begun at localhost, sent back to 127.0.0.1: the page's link begins where the cookie will be found."""
    site = serve()
    sign_in(browser, site)
    browser.visit(f"http://localhost:{site.stand.url.port}/login/anilist")
    browser.press("Approve", until=FAILED)
    assert browser.address == f"{site.stand.url}{FAILED}cookie"
    browser.driver.find_element(By.LINK_TEXT, "Log in with AniList").click()
    browser.wait_for(lambda: "/authorize?" in browser.address)
    browser.press("Approve", until=f":{site.stand.url.port}/")
    assert browser.address == f"{site.stand.url}/"


def test_an_application_under_a_prefix(browser: Browser, serve: Serve) -> None:
    """Login, callback and the page of failures lie under it."""
    site = serve(Site(prefix="/bot", callback_path="/callback"))
    sign_in(browser, site)
    browser.visit(f"{site.stand.url}/bot/login/anilist")
    browser.press("Deny", until=FAILED)
    assert browser.address == f"{site.stand.url}/bot{FAILED}denied"
    browser.driver.find_element(By.LINK_TEXT, "Log in with AniList").click()
    browser.wait_for(lambda: "/authorize?" in browser.address)
    browser.press("Approve", until=f":{site.stand.url.port}/")
    assert browser.address == f"{site.stand.url}/bot/"


def test_a_link_that_is_fetched_ahead(browser: Browser, serve: Serve) -> None:
    """Chromium says that nobody has clicked yet, and no login is begun."""
    site = serve()
    browser.visit(site.stand.url)
    script = (
        "document.head.append(Object.assign(document.createElement('link'), {rel: 'prefetch', href: arguments[0]}))"
    )
    browser.driver.execute_script(script, "/login/anilist?ahead")
    browser.wait_for(lambda: f"{site.stand.url}/login/anilist?ahead" in site.stand.site.callbacks)
    assert not [one for one in browser.driver.get_cookies() if one["name"].startswith("anilist-")]


def test_no_page_hinders_anyone(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    """axe-core finds nothing on any page of failures, which are the same from every adapter; none is too wide."""
    axe = axe_core(tmp_path_factory)
    found = {}
    with stand_in_a_thread(FRAMEWORKS["aiohttp"], Site()) as site:
        for reason in REASONS:
            browser.visit(f"{site.stand.url}{FAILED}{reason}")
            for screen in SCREENS:
                browser.move_to(screen)
                found[screen, reason] = browser.violations(axe), browser.overflows()
    assert set(map(str, found.values())) == {str(([], False))}, found
