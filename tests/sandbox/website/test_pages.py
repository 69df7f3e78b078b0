"""The pages, in a real browser: phone and desktop, light and dark."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import PIN_REDIRECT_URI
from anilist_oauth.sandbox import Fault, Sandbox, SandboxThread
from tests.browser import SCREENS, Browser, axe_core, chromium
from tests.sandbox.moves import authorization_url

pytestmark = pytest.mark.browser
PHONE = SCREENS[0]


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """axe-core's script."""
    return axe_core(tmp_path_factory)


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser."""
    with chromium(PHONE, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(params=SCREENS, ids=str)
def browser(window: Browser, request: pytest.FixtureRequest) -> Browser:
    """The browser on each screen."""
    window.move_to(request.param)
    return window


@pytest.fixture
def sandbox() -> Iterator[SandboxThread]:
    """Two users, an application with a callback, and one with a pin; nobody listens at the callback."""
    applications = [
        Application(client_id=1, client_secret="s" * 40, redirect_uri="http://127.0.0.1:9/callback"),
        Application(client_id=2, client_secret="s" * 40, redirect_uri=PIN_REDIRECT_URI),
    ]
    with SandboxThread(Sandbox(applications=applications, users=["mika", "rin"])) as sandbox:
        yield sandbox


def pin_url(sandbox: SandboxThread, response_type: str = "code") -> str:
    """Make the authorization URL of the application with the pin."""
    return f"{sandbox.endpoints.authorization}?client_id=2&response_type={response_type}"


def sign_in(browser: Browser, sandbox: SandboxThread) -> None:
    """Sign in as mika at the apps page."""
    browser.visit(sandbox.url / "login")
    browser.press("mika", until="/settings/apps")


def test_a_person_signs_in_and_approves(browser: Browser, sandbox: SandboxThread) -> None:
    """The login page, the consent page, and back at the application: no policy stands in the way."""
    browser.visit(authorization_url(sandbox))
    assert "/login?apiVersion=v2&client_id=1&" in browser.address
    browser.press("mika", until="/authorize?")
    assert "Sandbox: this is not AniList." in browser.text
    assert "Authorize Application 1?" in browser.text
    assert "mika" in browser.text
    browser.press("Approve", until="/callback")
    assert browser.address.startswith("http://127.0.0.1:9/callback?code=def50200")
    assert browser.address.endswith("&state=s1")


def test_a_person_who_approved_before_signs_in_and_is_sent_on(browser: Browser, sandbox: SandboxThread) -> None:
    """From the login page straight back to the application, past two redirects behind one form."""
    sandbox.approve(authorization_url(sandbox, response_type="token"))
    browser.visit(authorization_url(sandbox))
    browser.press("mika", until="/callback")
    assert browser.address.startswith("http://127.0.0.1:9/callback?code=def50200")


def test_an_application_may_send_the_person_on(browser: Browser) -> None:
    """The callback may redirect to another origin, such as a front end's, and the consent page does not stand in it."""
    elsewhere = "http://localhost:9/home"
    with SandboxThread(Sandbox()) as callback:
        callback.next("authorize", Fault(status=303, headers={"Location": elsewhere}))
        application = Application(
            client_id=1, client_secret="s" * 40, redirect_uri=str(callback.endpoints.authorization)
        )
        with SandboxThread(Sandbox(applications=[application])) as sandbox:
            sign_in(browser, sandbox)
            browser.visit(authorization_url(sandbox))
            browser.press("Approve", until=elsewhere)


def test_a_person_denies(browser: Browser, sandbox: SandboxThread) -> None:
    """The application is told, in Passport's words."""
    sign_in(browser, sandbox)
    browser.visit(authorization_url(sandbox))
    browser.press("Deny", until="/callback")
    assert browser.address == "http://127.0.0.1:9/callback?error=access_denied&state=s1"


def test_a_person_revokes(browser: Browser, sandbox: SandboxThread) -> None:
    """Whoever has approved is sent on at once, until the application is revoked."""
    sign_in(browser, sandbox)
    sandbox.approve(pin_url(sandbox, "token"))
    browser.visit(pin_url(sandbox))
    assert "/oauth/pin?code=" in browser.address
    browser.visit(sandbox.url / "settings/apps")
    browser.press("Revoke", until="/settings/apps")
    assert "not authorized any application" in browser.text
    browser.visit(pin_url(sandbox))
    assert "Authorize Application 2?" in browser.text


@pytest.mark.parametrize("response_type", ["code", "token"])
def test_a_person_copies_a_pin(response_type: str, browser: Browser, sandbox: SandboxThread) -> None:
    """The whole code, or implicit token, is in the clipboard."""
    sign_in(browser, sandbox)
    browser.visit(pin_url(sandbox, response_type))
    browser.press("Approve", until="/oauth/pin")
    browser.buttons("Copy")[0].click()
    browser.wait_for(lambda: browser.driver.find_element(By.ID, "copied").text == "Copied.")
    shown = browser.driver.find_element(By.ID, "value")
    given = shown.get_attribute("value")
    assert given
    assert f"={given}" in browser.address
    browser.visit(sandbox.url / "login")
    browser.driver.execute_script("document.querySelector('main').append(document.createElement('textarea'))")
    target = browser.driver.find_element(By.TAG_NAME, "textarea")
    target.send_keys(Keys.CONTROL, "v")
    assert target.get_attribute("value") == given


def test_a_person_denies_an_implicit_pin(browser: Browser, sandbox: SandboxThread) -> None:
    """Passport puts the denial behind the #, where a token would be; the page says so."""
    sign_in(browser, sandbox)
    browser.visit(pin_url(sandbox, "token"))
    browser.press("Deny", until="/oauth/pin#error=access_denied")
    assert "Not authorized" in browser.text
    assert "The application was told: access_denied." in browser.text
    assert not browser.buttons("Copy")


def test_no_page_hinders_anyone(browser: Browser, sandbox: SandboxThread, axe: str) -> None:
    """axe-core finds nothing on any page, and none must be scrolled sideways."""
    visits: dict[str, Callable[[], None]] = {
        "login": lambda: browser.visit(pin_url(sandbox)),
        "consent": lambda: browser.press("mika", until="/authorize?"),
        "pin": lambda: browser.press("Approve", until="/oauth/pin"),
        "no pin": lambda: browser.visit(sandbox.url / "api/v2/oauth/pin"),
        "denied pin": lambda: browser.visit(f"{sandbox.url}/api/v2/oauth/pin?error=x"),
        "index": lambda: browser.visit(sandbox.url),
        "no apps": lambda: browser.visit(sandbox.url / "settings/apps"),
        "implicit": lambda: browser.visit(sandbox.approve(pin_url(sandbox, "token"))),
        "apps": lambda: browser.visit(sandbox.url / "settings/apps"),
        "not found": lambda: browser.visit(sandbox.url / "nope"),
    }
    found = {}
    for name, visit in visits.items():
        visit()
        found[name] = browser.violations(axe), browser.overflows()
    assert found == dict.fromkeys(visits, ([], False))


def test_keys_alone_are_enough(browser: Browser, sandbox: SandboxThread) -> None:
    """The tab key reaches every button in the order of the page, and shows where it is; enter presses."""
    sign_in(browser, sandbox)
    browser.visit(authorization_url(sandbox))
    seen = []
    for _ in range(3):
        browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        reached = browser.driver.switch_to.active_element
        assert reached.value_of_css_property("outline-style") == "solid"
        seen.append(reached.text)
    assert seen == ["Approve", "Deny", "Use another account"]
    browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    browser.press("rin", until="/authorize?")
    assert "rin" in browser.text


def test_pages_need_no_javascript(sandbox: SandboxThread, tmp_path: Path) -> None:
    """Sign in, approve, read the code, deny, revoke; only the copy button and the implicit token take a script."""
    with chromium(PHONE, tmp_path, javascript=False) as browser:
        browser.visit(authorization_url(sandbox))
        browser.press("mika", until="/authorize?")
        browser.press("Deny", until="/callback")
        browser.visit(pin_url(sandbox))
        browser.press("Approve", until="/oauth/pin")
        code = browser.driver.find_element(By.ID, "value").get_attribute("value")
        assert code
        assert browser.address.endswith(f"?code={code}")
        assert not browser.buttons("Copy")
        browser.visit(pin_url(sandbox, "token"))
        browser.press("Approve", until="/oauth/pin")
        assert "requires JavaScript" in browser.text
        browser.visit(sandbox.url / "settings/apps")
        browser.press("Revoke", until="/settings/apps")
        assert "not authorized any application" in browser.text


def test_a_page_longer_than_the_screen_keeps_its_distance(browser: Browser) -> None:
    """From the banner above it, and from the end of the page."""
    with SandboxThread(Sandbox(users=[f"user{number}" for number in range(20)])) as sandbox:
        browser.visit(sandbox.url / "login")
    above, below = browser.driver.execute_script(
        "const main = document.querySelector('main').getBoundingClientRect();"
        "const banner = document.querySelector('header').getBoundingClientRect();"
        "return [main.top - banner.bottom, document.documentElement.scrollHeight - main.bottom]"
    )
    assert min(above, below) > 15
