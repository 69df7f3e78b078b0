"""The sandbox in a terminal: first the settings to paste, then a line about each answer."""

import asyncio
import logging
import shlex
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from string import Template

from anilist_oauth.sandbox.server import Sandbox

_SETTINGS = Template(Path(__file__).with_suffix(".txt").read_text(encoding="utf-8"))
Show = Callable[[str], None]
"""A function that shows a line."""


class _Lines(logging.Handler):
    """Shows the sandbox's log, each line with the local time."""

    def __init__(self, show: Show) -> None:
        super().__init__(logging.INFO)
        self._show = show

    def emit(self, record: logging.LogRecord) -> None:
        moment = datetime.fromtimestamp(record.created).astimezone()
        self._show(f"{moment:%H:%M:%S}  {record.getMessage()}")


async def serve(sandbox: Sandbox, show: Show) -> None:
    """Open the sandbox, and show its settings and then its requests and answers, until cancelled.

    Raises:
        OSError: The port is taken.
    """
    log = logging.getLogger("anilist_oauth.sandbox")
    level, lines = log.level, _Lines(show)
    log.addHandler(lines)
    log.setLevel(logging.INFO)
    try:
        async with sandbox:
            show(settings(sandbox))
            await asyncio.Event().wait()
    finally:
        log.setLevel(level)
        log.removeHandler(lines)


def settings(sandbox: Sandbox) -> str:
    """Return shell commands that make an application, or this package's command line, use the sandbox."""
    application = sandbox.application
    values = {
        "ANILIST_CLIENT_ID": application.client_id,
        "ANILIST_CLIENT_SECRET": application.client_secret or "",
        "ANILIST_REDIRECT_URI": application.redirect_uri,
        "ANILIST_ENDPOINTS": str(sandbox.url),
    }
    exports = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in values.items())
    people = " and ".join(user.name for user in sandbox.users)
    return _SETTINGS.substitute(url=sandbox.url, people=people, exports=exports)
