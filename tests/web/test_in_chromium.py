"""Logins with each adapter under its real server, in a real browser."""

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

pytestmark = pytest.mark.browser
PHONE, DESKTOP = SCREENS[0], SCREENS[2]
FAILED = "/login/anilist/failed?reason="

Serve = Callable[..., ThreadedStand]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser for all tests."""
    with chromium(DESKTOP, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def browser(opened: Browser) -> Browser:
    """The browser without cookies."""
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
    """A user signs in at AniList, approves, and is back at the page; the next login needs no click."""
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
    """The cookie is sent although AniList is another site to the browser, as 127.0.0.1 is to localhost."""
    site = serve(redirect_uri="http://localhost:{url.port}/callback")
    sign_in(browser, site)
    browser.visit(f"http://localhost:{site.stand.url.port}/login/anilist")
    browser.press("Approve", until=f":{site.stand.url.port}/")
    assert browser.address == f"http://localhost:{site.stand.url.port}/"
    assert len(site.stand.site.logins) == 1


def test_a_page_that_needs_a_login(browser: Browser, serve: Serve) -> None:
    """A visitor who is not signed in is sent to AniList and then gets the requested page."""
    site = serve()
    sign_in(browser, site)
    browser.visit(f"{site.stand.url}/mine?a=b")
    browser.press("Approve", until="/mine")
    assert browser.address == f"{site.stand.url}/mine?a=b"
    assert browser.text == f"user {site.stand.sandbox.user.id}"


def test_two_tabs_at_once(browser: Browser, serve: Serve) -> None:
    """The second tab is finished first, and each tab continues at its own page."""
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
    """Within a minute the same result is shown from one exchange, and after that the login is used."""
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
    """The browser deletes the cookie when it expires."""
    site = serve()
    sign_in(browser, site)
    browser.visit(f"{site.stand.url}/login/anilist")
    browser.press("Approve", until=f":{site.stand.url.port}/")
    (cookie,) = [one for one in browser.driver.get_cookies() if one["name"].startswith("anilist-")]
    now = browser.driver.execute_script("return Date.now() / 1000")
    assert 0 < cookie["expiry"] - now <= 60
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Lax", "/")


def test_a_denial(browser: Browser, serve: Serve) -> None:
    """The page says what was chosen, and its link begins a new login."""
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
    """A visitor who waits too long sees why, and nothing is exchanged."""
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
    """A second browser is refused with an explanation, and the first can still finish."""
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
    """The page says so, and its link begins a login without that address."""
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
    """The page names the causes, and no code was sent."""
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
    """If a login begins at localhost and returns to 127.0.0.1, the page's link begins where the cookie is found."""
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
    """Login, callback and failure page are below the prefix."""
    site = serve(Site(prefix="/bot", callback_path="/callback"))
    sign_in(browser, site)
    browser.visit(f"{site.stand.url}/bot/login/anilist")
    browser.press("Deny", until=FAILED)
    assert browser.address == f"{site.stand.url}/bot{FAILED}denied"
    browser.driver.find_element(By.LINK_TEXT, "Log in with AniList").click()
    browser.wait_for(lambda: "/authorize?" in browser.address)
    browser.press("Approve", until=f":{site.stand.url.port}/")
    assert browser.address == f"{site.stand.url}/bot/"


def test_a_prefetched_link_begins_no_login(browser: Browser, serve: Serve) -> None:
    """Chromium says that nobody has clicked yet."""
    site = serve()
    browser.visit(site.stand.url)
    script = (
        "document.head.append(Object.assign(document.createElement('link'), {rel: 'prefetch', href: arguments[0]}))"
    )
    browser.driver.execute_script(script, "/login/anilist?ahead")
    browser.wait_for(lambda: f"{site.stand.url}/login/anilist?ahead" in site.stand.site.callbacks)
    assert not [one for one in browser.driver.get_cookies() if one["name"].startswith("anilist-")]


def test_every_page_is_accessible(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Axe-core finds no problem on any failure page, and none is too wide."""
    axe = axe_core(tmp_path_factory)
    found = {}
    with stand_in_a_thread(FRAMEWORKS["aiohttp"], Site()) as site:
        for reason in REASONS:
            browser.visit(f"{site.stand.url}{FAILED}{reason}")
            for screen in SCREENS:
                browser.move_to(screen)
                found[screen, reason] = browser.violations(axe), browser.overflows()
    assert set(map(str, found.values())) == {str(([], False))}, found
