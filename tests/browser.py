"""A real Chromium, and axe-core, which finds barriers for people with disabilities."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.needs import need

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_AXE = "axe-core@4"
_PATIENCE = 20  # seconds for a page on a busy machine


@attrs.frozen
class Screen:
    """The width of a window, and whether the user prefers a dark page."""

    width: int
    height: int
    dark: bool

    def __str__(self) -> str:
        return f"{self.width}-{'dark' if self.dark else 'light'}"


SCREENS = [Screen(width, height, dark) for width, height in ((360, 740), (1280, 800)) for dark in (False, True)]


@attrs.frozen
class Browser:
    """A browser, used as a person would use it."""

    driver: webdriver.Chrome

    @property
    def address(self) -> str:
        """The address in the address bar."""
        return str(self.driver.current_url)

    @property
    def text(self) -> str:
        """The visible text of the page."""
        return str(self.driver.find_element(By.TAG_NAME, "body").text)

    def move_to(self, screen: Screen) -> None:
        """Change the width of the window and the preferred colors."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if screen.dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        size = {"width": screen.width, "height": screen.height}
        metrics: dict[str, Any] = {**size, "deviceScaleFactor": 2, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def visit(self, address: object) -> None:
        """Open an address. It stays in the address bar even if no server answers."""
        self.driver.get(str(address))

    def buttons(self, label: str) -> list[WebElement]:
        """Find the visible buttons with this text."""
        return [one for one in self.driver.find_elements(By.XPATH, f"//button[.='{label}']") if one.is_displayed()]

    def press(self, label: str, *, until: str) -> None:
        """Press a button, and wait for another page whose address contains a text."""
        path = f"//button[normalize-space()='{label}' or bdi='{label}']"
        self.wait_for(lambda: self.driver.find_elements(By.XPATH, path))  # the address changes before the page is there
        button = self.driver.find_element(By.XPATH, path)
        button.click()
        self.wait_for(lambda: _gone(button) and until in self.address)

    def wait_for(self, condition: Callable[[], object]) -> None:
        """Wait until a condition is true. A page that is being left can raise any error, which is ignored."""
        wait = WebDriverWait(self.driver, _PATIENCE, poll_frequency=0.02, ignored_exceptions=[WebDriverException])
        wait.until(lambda _: condition())

    def violations(self, axe: str) -> list[str]:
        """Check the page with axe-core and return what it finds."""
        self.driver.execute_script(axe)
        found = self.driver.execute_async_script("axe.run().then(arguments[arguments.length - 1])")
        return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]

    def overflows(self) -> bool:
        """Tell whether the page must be scrolled sideways."""
        script = "return document.documentElement.scrollWidth > document.documentElement.clientWidth"
        return bool(self.driver.execute_script(script))


def _gone(element: WebElement) -> bool:
    try:
        element.is_enabled()
    except StaleElementReferenceException:
        return True
    return False


@contextmanager
def chromium(
    screen: Screen,
    folder: Path,
    *,
    javascript: bool = True,
    no_cookies_at: str | None = None,
    flags: Sequence[str] = (),
) -> Iterator[Browser]:
    """Open a browser with a new profile in an empty folder. `no_cookies_at` is an origin that may set no cookies."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    need(program and driver, "chromium and chromedriver are needed: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = str(program)
    for flag in (*_FLAGS, *flags, f"--user-data-dir={folder}", f"--window-size={screen.width},{screen.height}"):
        options.add_argument(flag)
    preferences: dict[str, object] = {}
    if not javascript:
        preferences["profile.managed_default_content_settings.javascript"] = 2
    if no_cookies_at is not None:
        preferences["profile.content_settings.exceptions.cookies"] = {f"{no_cookies_at},*": {"setting": 2}}
    options.add_experimental_option("prefs", preferences)
    chrome = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(driver)))
    try:
        browser = Browser(chrome)
        browser.move_to(screen)
        yield browser
    finally:
        chrome.quit()


def axe_core(factory: pytest.TempPathFactory) -> str:
    """Read axe-core from the file that ``ANILIST_TESTS_AXE`` names, or fetch it with npm."""
    given = os.environ.get("ANILIST_TESTS_AXE")
    if given:
        return Path(given).read_text()
    npm = shutil.which("npm")
    need(npm, "axe-core is needed: install npm, or name its axe.min.js in ANILIST_TESTS_AXE")
    folder = factory.mktemp("axe")
    ran = subprocess.run(
        [str(npm), "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", _AXE],
        capture_output=True,
        text=True,
        check=False,
    )
    need(ran.returncode == 0, f"npm cannot fetch {_AXE}: {ran.stderr[-300:]}")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text()
