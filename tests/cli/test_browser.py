"""Opening the system's browser."""

import sys
import threading
import webbrowser
from collections.abc import Callable

import pytest
from yarl import URL

from anilist_oauth.cli.browser import open_browser


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """A display, and a browser that notes what it is asked to open; gives the notes when it is done."""
    notes: list[str] = []
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "open", notes.append)

    def wait() -> list[str]:
        for thread in threading.enumerate():
            if thread.name == "browser":
                thread.join()
        return notes

    return wait


@pytest.mark.requirement("S26")
@pytest.mark.parametrize(
    "url", ["https://anilist.co/a?b=c", "http://127.0.0.1:1/a", "http://localhost/", "http://[::1]:8080/"]
)
def test_https_and_loopback_are_opened(opened: Callable[[], list[str]], url: str) -> None:
    """By the system's browser, which gets the address as one argument."""
    assert open_browser(URL(url))
    assert opened() == [url]


@pytest.mark.requirement("S26")
@pytest.mark.parametrize(
    "url", ["http://anilist.co/", "file:///etc/passwd", "javascript:alert(1)", "ftp://127.0.0.1/", "/usr/bin/true"]
)
def test_nothing_else_is(opened: Callable[[], list[str]], url: str) -> None:
    """Neither plain http to elsewhere nor any other scheme."""
    assert not open_browser(URL(url))
    assert opened() == []


@pytest.mark.requirement("S26")
def test_no_shell_sees_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """A metacharacter stays a character, for the browser that the environment names too."""
    started: list[list[str]] = []
    ran = threading.Event()

    class Program:
        def __init__(self, command: list[str], **options: object) -> None:
            assert not options.get("shell")
            started.append(command)
            ran.set()

        def wait(self) -> int:
            return 0

    monkeypatch.setattr("webbrowser.subprocess.Popen", Program)
    monkeypatch.setattr(webbrowser, "_tryorder", ["a-browser %s"])
    monkeypatch.setenv("BROWSER", "a-browser %s")
    assert open_browser(URL("https://anilist.co/?a=$(id)"))
    assert ran.wait(10)
    assert started == [["a-browser", "https://anilist.co/?a=$(id)"]]


def test_without_a_display_none_is_opened(opened: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Python would start a text browser in this very terminal."""
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert not open_browser(URL("https://anilist.co"))
    monkeypatch.setattr(sys, "platform", "darwin")
    assert open_browser(URL("https://anilist.co"))
    assert opened() == ["https://anilist.co"]


@pytest.mark.parametrize("error", [webbrowser.Error("none"), FileNotFoundError()])
def test_a_browser_that_does_not_start_is_no_failure(
    opened: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """The address is on the screen as well."""

    def fail(url: str) -> None:
        del url
        raise error

    monkeypatch.setattr(webbrowser, "open", fail)
    assert open_browser(URL("https://anilist.co"))
    assert opened() == []
