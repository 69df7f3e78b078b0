"""The system's browser is opened safely."""

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from yarl import URL

from anilist_oauth.cli.browser import open_browser

CANARY = "canary-6b0e"
Opened = Callable[[], list[str]]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Opened:
    """A program in place of a browser, which records its arguments and environment."""
    program, notes = tmp_path / "a-browser", tmp_path / "notes"
    program.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" >>{notes}\nenv >{notes}.env\n")
    program.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{program} %s")

    def wait() -> list[str]:
        for thread in threading.enumerate():
            if thread.name == "browser":
                thread.join(30)
        return notes.read_text().splitlines() if notes.exists() else []

    return wait


@pytest.mark.requirement("S26")
@pytest.mark.parametrize(
    "url", ["https://anilist.co/a?b=c", "http://127.0.0.1:1/a", "http://localhost/", "http://[::1]:8080/"]
)
def test_https_and_loopback_are_opened(opened: Opened, url: str) -> None:
    """The browser gets the address as one argument."""
    assert open_browser(URL(url))
    assert opened() == [url]


@pytest.mark.requirement("S26")
@pytest.mark.parametrize(
    "url", ["http://anilist.co/", "file:///etc/passwd", "javascript:alert(1)", "ftp://127.0.0.1/", "/usr/bin/true"]
)
def test_no_other_address_is_opened(opened: Opened, url: str) -> None:
    """Http addresses of other machines and other schemes are refused."""
    assert not open_browser(URL(url))
    assert opened() == []


@pytest.mark.requirement("S26")
def test_no_shell_sees_the_address(opened: Opened) -> None:
    """A metacharacter has no effect, even with a browser from the environment."""
    assert open_browser(URL("https://anilist.co/?a=$(id)&b=1;c"))
    assert opened() == ["https://anilist.co/?a=$(id)&b=1;c"]


@pytest.mark.requirement("S41")
def test_the_browser_inherits_no_settings(opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It gets neither the client secret nor the store's keys and URL, but all other variables."""
    for name in ("ANILIST_CLIENT_SECRET", "ANILIST_STORE", "ANILIST_STORE_KEYS", "anilist_client_secret"):
        monkeypatch.setenv(name, CANARY)
    monkeypatch.setenv("DISPLAY", ":canary-display")
    assert open_browser(URL("https://anilist.co/"))
    assert opened() == ["https://anilist.co/"]
    inherited = (tmp_path / "notes.env").read_text()
    assert CANARY not in inherited
    assert "DISPLAY=:canary-display" in inherited
    assert os.environ["ANILIST_STORE"] == CANARY


@pytest.mark.requirement("S41")
def test_a_module_in_the_current_folder_is_not_run(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Anybody may have written to that folder."""
    (tmp_path / "webbrowser.py").write_text("raise SystemExit('somebody else')")
    monkeypatch.chdir(tmp_path)
    assert open_browser(URL("https://anilist.co/"))
    assert opened() == ["https://anilist.co/"]


def test_without_a_display_none_is_opened(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python would start a text browser in this terminal."""
    browser = os.environ["BROWSER"]
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert not open_browser(URL("https://anilist.co"))
    monkeypatch.setenv("BROWSER", browser)
    assert open_browser(URL("https://anilist.co"))
    assert opened() == ["https://anilist.co"]


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_some_systems_always_have_a_display(monkeypatch: pytest.MonkeyPatch, opened: Opened, platform: str) -> None:
    """There, no variable names a display."""
    monkeypatch.setattr(sys, "platform", platform)
    assert open_browser(URL("https://anilist.co"))
    assert opened() == ["https://anilist.co"]


@pytest.mark.parametrize("browser", ["/nowhere/a-browser %s", "/bin/false %s"])
def test_a_browser_that_does_not_start_is_no_failure(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, browser: str
) -> None:
    """The address is also shown on the screen."""
    monkeypatch.setenv("BROWSER", browser)
    monkeypatch.setenv("PATH", "/nowhere")  # no other browser of this machine is tried
    assert open_browser(URL("http://127.0.0.1:9/"))
    assert opened() == []


def test_a_python_that_does_not_start_is_no_failure(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """This happens in a program that was frozen into one file and then moved."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert open_browser(URL("https://anilist.co"))
    assert opened() == []
