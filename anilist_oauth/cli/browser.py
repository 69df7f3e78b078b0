"""Open the system's browser safely."""

import contextlib
import os
import subprocess
import sys
import threading

from yarl import URL

from anilist_oauth.oauth.uri import is_loopback

_OURS = "ANILIST_"  # the prefix of this package's settings: secrets, keys, the URL of the store
_DISPLAYS = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")


def open_browser(url: URL) -> bool:
    """Open a URL in the system's browser, without a shell, and without waiting for the browser.

    Only https URLs are opened, and http URLs of a loopback host (RFC 8252 section 8.12). Without a display nothing is
    opened, because Python would start a text browser in this terminal. The browser does not inherit environment
    variables whose names begin with ``ANILIST_``.

    Returns:
        Whether it was tried to open the browser.
    """
    if not (url.scheme == "https" or (url.scheme == "http" and is_loopback(url.host))) or not _has_display():
        return False
    # A daemon thread: with some browsers the call returns only when they are closed, and the command must not wait.
    threading.Thread(target=_open, args=(str(url),), name="browser", daemon=True).start()
    return True


def _has_display() -> bool:
    return sys.platform in {"win32", "darwin"} or any(os.environ.get(name) for name in _DISPLAYS)


def _open(url: str) -> None:
    """Open the browser from a separate process, because `webbrowser` passes on the environment, which has secrets."""
    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith(_OURS)}
    with contextlib.suppress(OSError):  # the address is also shown on the screen
        subprocess.run(  # noqa: S603  no shell; the address was checked
            [sys.executable, "-I", "-m", "webbrowser", url],
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
