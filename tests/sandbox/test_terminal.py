"""The sandbox for a person at a terminal."""

import asyncio
import logging
import re

import aiohttp
import pytest

from anilist_oauth.sandbox import Sandbox
from anilist_oauth.sandbox.terminal import serve


async def test_a_person_sees_the_settings_and_then_each_answer() -> None:
    """First what to paste, then a line a request; afterwards the log is as it was."""
    sandbox, shown, opened = Sandbox(users=["mika", "rin"]), list[str](), asyncio.Event()

    def show(line: str) -> None:
        shown.append(line)
        opened.set()

    log = logging.getLogger("anilist_oauth.sandbox")
    before = log.level, list(log.handlers)
    task = asyncio.create_task(serve(sandbox, show))
    await opened.wait()
    async with aiohttp.ClientSession() as client, client.get(sandbox.endpoints.graphql):
        pass
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (log.level, log.handlers) == before
    settings, line = shown
    assert f"listens at {sandbox.url}, for mika and rin." in settings
    assert f"ANILIST_CLIENT_ID={sandbox.application.client_id}\n" in settings
    assert f"ANILIST_CLIENT_SECRET={sandbox.application.client_secret}\n" in settings
    assert f"ANILIST_REDIRECT_URI={sandbox.application.redirect_uri}\n" in settings
    assert f"ANILIST_ENDPOINTS={sandbox.url}\n" in settings
    assert f'token="{sandbox.endpoints.token}"' in settings
    assert re.fullmatch(r"\d\d:\d\d:\d\d  GET /graphql 404 Not Found\.", line)
