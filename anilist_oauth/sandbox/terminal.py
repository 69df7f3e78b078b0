"""The sandbox for a person at a terminal: what to paste into an application, then a line about each answer."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from anilist_oauth.sandbox.server import Sandbox

Show = Callable[[str], None]
"""What shows a line."""


class _Lines(logging.Handler):
    """Shows the sandbox's log, each line behind the local time of day."""

    def __init__(self, show: Show) -> None:
        super().__init__(logging.INFO)
        self._show = show

    def emit(self, record: logging.LogRecord) -> None:
        moment = datetime.fromtimestamp(record.created).astimezone()
        self._show(f"{moment:%H:%M:%S}  {record.getMessage()}")


async def serve(sandbox: Sandbox, show: Show) -> None:
    """Open the sandbox, show its settings, and then what it is asked and answers, until cancelled.

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
    """Write what an application needs: its environment, and the endpoints."""
    application, endpoints = sandbox.application, sandbox.endpoints
    return f"""\
A stand-in for AniList listens at {sandbox.url}, for {" and ".join(user.name for user in sandbox.users)}.

Paste into your application's environment:

    ANILIST_CLIENT_ID={application.client_id}
    ANILIST_CLIENT_SECRET={application.client_secret}
    ANILIST_REDIRECT_URI={application.redirect_uri}

and give its session these endpoints:

    Endpoints(
        authorization="{endpoints.authorization}",
        token="{endpoints.token}",
        graphql="{endpoints.graphql}",
    )

which `anilist-oauth login` and the others find by this:

    ANILIST_ENDPOINTS={sandbox.url}

Ctrl+C ends it.
"""
