"""The system's browser, opened with care."""

import contextlib
import os
import subprocess
import sys
import threading

from yarl import URL

from anilist_oauth.oauth.uri import is_loopback

_OURS = "ANILIST_"  # what all settings of this package begin with: secrets, keys, the URL of the store
_DISPLAYS = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")


def open_browser(url: URL) -> bool:
    """Open a URL in the system's browser, without a shell, and without waiting for it.

    Only https is opened, or http on a loopback host (RFC 8252 section 8.12). Where a machine has no display, none is
    opened: Python would start a browser in this terminal. The browser inherits the environment without ``ANILIST_…``.

    Returns:
        Whether it was tried.
    """
    if not (url.scheme == "https" or (url.scheme == "http" and is_loopback(url.host))) or not _has_display():
        return False
    # A daemon: some browsers hold the call up until they are closed, and a program must be able to end before that.
    threading.Thread(target=_open, args=(str(url),), name="browser", daemon=True).start()
    return True


def _has_display() -> bool:
    return sys.platform in {"win32", "darwin"} or any(os.environ.get(name) for name in _DISPLAYS)


def _open(url: str) -> None:
    """Let a Python of its own open it: what `webbrowser` starts inherits the environment, with every secret in it."""
    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith(_OURS)}
    with contextlib.suppress(OSError):  # the address is on the screen as well
        subprocess.run(  # noqa: S603  no shell; the address was checked
            [sys.executable, "-I", "-m", "webbrowser", url],
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
