"""The examples in the receiver's README work, and so does the bot in the project's README."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from anilist_oauth.html_page import Pages
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.oauth.application import Application
from anilist_oauth.receiver import CallbackReceiver
from anilist_oauth.sandbox import Sandbox
from tests.readme import blocks, room
from tests.receiver.scenes import scene
from tests.services import free_port

EXAMPLES = blocks(readme=room("receiver"))
SECRET = "s" * 40


def settings(monkeypatch: pytest.MonkeyPatch, redirect_uri: str, endpoints: URL) -> None:
    """Set the environment variables of an application."""
    for name, value in {
        "ANILIST_CLIENT_ID": "7",
        "ANILIST_CLIENT_SECRET": SECRET,
        "ANILIST_REDIRECT_URI": redirect_uri,
        "ANILIST_ENDPOINTS": str(endpoints),
    }.items():
        monkeypatch.setenv(name, value)


async def test_a_program_logs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first example runs unchanged."""
    redirect_uri = f"http://127.0.0.1:{free_port()}/callback"
    names: dict[str, Any] = {}
    exec(EXAMPLES[""][0], names)
    sent = asyncio.Queue[str]()
    application = Application(client_id=7, client_secret=SECRET, redirect_uri=redirect_uri)
    async with Sandbox(applications=[application]) as sandbox:
        settings(monkeypatch, redirect_uri, sandbox.url)
        logging_in = asyncio.create_task(names["log_in"](sent.put))
        await sandbox.confirm(await sandbox.approve(await sent.get()))
        assert await logging_in == sandbox.user.id


def test_the_pages_have_a_name_and_a_language() -> None:
    """The example of pages is accepted, and its texts are used."""
    names: dict[str, Any] = {}
    exec(EXAMPLES["What the visitor sees"][0], names)
    pages: Pages = names["PAGES"]
    assert (pages.application, pages.text("receiver.question.yes")) == ("AniBot", "Konto verbinden")


async def test_the_bot_of_the_project_s_readme(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It opens everything that it needs behind a proxy, links an account, and sends a query for it."""
    names: dict[str, Any] = {}
    exec(blocks()["A bot"][0].replace("8080", str(free_port())), names)
    monkeypatch.chdir(tmp_path)
    settings(monkeypatch, "https://bot.example/callback", URL("http://127.0.0.1:9"))
    opened = asyncio.Queue[Any]()

    async def keep(flow: LoginFlow, receiver: CallbackReceiver) -> None:
        await opened.put((flow.session.application.client_id, len(receiver.addresses)))

    await names["run"](keep)
    assert await opened.get() == ("7", 1)
    async with scene() as stage:
        sent = asyncio.Queue[str]()
        linking = asyncio.create_task(names["link"](stage.flow, stage.receiver, sent.put))
        await stage.sandbox.confirm(await stage.sandbox.approve(await sent.get()))
        assert await linking == (stage.sandbox.user.id, "mika")
        assert await names["unread"](stage.flow) == {"Viewer": {"unreadNotificationCount": 0}}


def test_every_example_is_run() -> None:
    """Each example in the README is run by a test."""
    assert set(EXAMPLES) == {"", "What the visitor sees"}
