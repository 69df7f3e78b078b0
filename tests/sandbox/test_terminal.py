"""The sandbox for a person at a terminal."""

import asyncio
import logging
import re

import aiohttp
import pytest

from anilist_oauth.oauth.application import Application
from anilist_oauth.sandbox import Sandbox
from anilist_oauth.sandbox.terminal import serve, settings


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
    written, line = shown
    assert f"listens at {sandbox.url}, for mika and rin." in written
    assert re.fullmatch(r"\d\d:\d\d:\d\d  GET /graphql 404 Not Found\.", line)


async def test_the_settings_are_lines_for_a_shell() -> None:
    """Pasted as they are, they give each value whole, whatever is in it."""
    redirect_uri = "http://localhost:9090/cb?a=1&b='2'"
    application = Application(client_id=7, client_secret="made-up", redirect_uri=redirect_uri)
    async with Sandbox(applications=[application]) as sandbox:
        lines = [line for line in settings(sandbox).splitlines() if line.startswith("export ")]
    names = ("ANILIST_CLIENT_ID", "ANILIST_CLIENT_SECRET", "ANILIST_REDIRECT_URI", "ANILIST_ENDPOINTS")
    pasted = "\n".join([*lines, *(f'echo "${name}"' for name in names)])
    shell = await asyncio.create_subprocess_exec("sh", "-c", pasted, env={}, stdout=asyncio.subprocess.PIPE)
    shown, _ = await shell.communicate()
    assert shown.decode().splitlines()[:3] == ["7", "made-up", redirect_uri]
    assert shown.decode().splitlines()[3].startswith("http://127.0.0.1:")
