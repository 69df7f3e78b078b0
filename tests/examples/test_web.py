"""Each web application of the examples runs with one command and serves a real Chromium."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import SCREENS, Browser, chromium
from tests.services import free_port

_OLDER = ("-W", "ignore:It is recommended to use web.RequestKey")  # aiohttp-session 2.12 is older than these


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser."""
    with chromium(SCREENS[2], tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def browser(opened: Browser) -> Browser:
    """The browser, without cookies."""
    opened.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    return opened


@pytest.fixture(params=["web_aiohttp", "web_fastapi", "web_django", "web_sanic"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A running example, and its address."""
    port = free_port()
    program = Path(__file__).parent / f"{request.param}.py"
    process = subprocess.Popen(
        [sys.executable, "-u", "-W", "error", *_OLDER, program, str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=tmp_path,
    )
    assert process.stdout is not None
    url = f"http://127.0.0.1:{port}"
    try:
        said = [process.stdout.readline()]
        while url not in said[-1]:
            assert said[-1], "".join(said)
            said.append(process.stdout.readline())
        yield url
    finally:
        process.terminate()
        rest, _ = process.communicate(timeout=30)
    assert "Error" not in rest


def test_a_person_logs_in_and_out(browser: Browser, site: str, tmp_path: Path) -> None:
    """A page that needs a login redirects to AniList, and asks again after a logout."""
    browser.visit(f"{site}/unread")
    browser.press("mika", until="/authorize?")
    browser.press("Approve", until="/unread")
    assert browser.address == f"{site}/unread"
    assert '"name"' in browser.text
    assert "mika" in browser.text
    assert (tmp_path / "tokens.db").stat().st_mode & 0o777 == 0o600
    browser.visit(site)
    browser.press("Log out", until=site)
    assert not browser.buttons("Log out")
    browser.visit(f"{site}/login/anilist?return_to=/")
    assert browser.address == f"{site}/"  # AniList knows the application, and asks no more
    assert browser.buttons("Log out")
