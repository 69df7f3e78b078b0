"""The bots of the examples. Their chat is a fake, and everything else is real."""

import asyncio
import os
import subprocess
import sys
import warnings
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiogram
import attrs
import pytest
from aiogram.client.session.base import BaseSession
from aiogram.types import Chat, Message, Update, User

from anilist_oauth.oauth.application import Application
from anilist_oauth.sandbox import Fault, Sandbox, SandboxThread
from tests.browser import SCREENS, Browser, chromium
from tests.examples import telegram_bot
from tests.examples.bot_logins import Logins
from tests.receiver.scenes import Scene, Seen, scene, visiting
from tests.services import free_port, redis_server

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)  # discord.py imports it
    from tests.examples import discord_bot

ROOT = Path(__file__).parent.parent.parent
LABEL = "@mika on Discord"
ENDED = Fault(status=400, body={"data": None, "errors": [{"message": "Invalid token", "status": 400}]})


@pytest.fixture
async def stage() -> AsyncIterator[Scene]:
    """A receiver with a sandbox."""
    async with scene() as opened:
        yield opened


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A phone's browser."""
    with chromium(SCREENS[0], tmp_path_factory.mktemp("phone")) as browser:
        yield browser


@pytest.fixture(scope="module")
def other_phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The phone of a stranger, which prefers dark pages."""
    with chromium(SCREENS[1], tmp_path_factory.mktemp("stranger")) as browser:
        yield browser


@attrs.define
class Interaction:
    """A fake of Discord's interaction that records every message, its reader and its link."""

    said: list[str] = attrs.field(factory=list)
    url: str = ""
    has_link: asyncio.Event = attrs.field(factory=asyncio.Event)
    user: Any = attrs.field(factory=lambda: type("User", (), {"id": 42, "name": "mika"}))

    @property
    def response(self) -> Any:
        """Record the first answer too."""
        return self

    followup = response

    async def defer(self, *, ephemeral: bool) -> None:
        """Promise an answer that only this user sees."""
        assert ephemeral

    async def send(self, text: str, *, ephemeral: bool) -> None:
        """Send the promised answer."""
        assert ephemeral
        self.said.append(text)

    async def send_message(self, text: str, *, ephemeral: bool, view: Any = None) -> None:
        """Answer so that only this user sees it."""
        assert ephemeral
        self.said.append(text)
        if view is not None:
            self.url = view.children[0].url
            self.has_link.set()

    async def edit_original_response(self, *, content: str, view: None) -> None:
        """Change the answer, and remove the link from it."""
        assert view is None
        self.said.append(content)


async def use(cog: discord_bot.AniList, command: str) -> Interaction:
    """Run a command to its end."""
    interaction = Interaction()
    await getattr(cog, command).callback(cog, interaction)
    return interaction


@pytest.fixture
async def begun(stage: Scene) -> AsyncIterator[tuple[Interaction, asyncio.Task[Any]]]:
    """Use /anilist login until the link is sent."""
    cog, interaction = discord_bot.AniList(StagedLogins(stage)), Interaction()
    callback: Any = cog.login.callback
    task = asyncio.create_task(callback(cog, interaction))
    await interaction.has_link.wait()
    yield interaction, task
    task.cancel()


def sign_in(browser: Browser, url: str, user: str) -> None:
    """Open the link, sign in to AniList and approve, until the receiver asks for confirmation."""
    browser.driver.delete_all_cookies()
    browser.visit(url)
    browser.press(user, until="/authorize?")
    browser.press("Approve", until="ticket=")


class StagedLogins(Logins):
    """The bot's logins, with a stage instead of the environment."""

    def __init__(self, stage: Scene) -> None:
        self.flow, self.receiver = stage.flow, stage.receiver


Begun = tuple[Interaction, "asyncio.Task[Any]"]


class TestDiscord:
    """The cog, with a real Chromium as a phone's browser."""

    async def test_an_account_is_linked(self, stage: Scene, begun: Begun, phone: Browser) -> None:
        """A user follows the link and Discord shows the account's name. Then they use me, logout and me again."""
        interaction, task = begun
        await asyncio.to_thread(sign_in, phone, interaction.url, "mika")
        assert f"Link your AniList account to {LABEL}?" in phone.text
        assert "code=" not in phone.address
        assert "state=" not in phone.address
        assert not phone.overflows()
        await asyncio.to_thread(phone.press, "Link account", until="/callback")
        assert f"mika on AniList is now linked to {LABEL}." in phone.text
        await task
        assert interaction.said == ["For you alone, good for ten minutes:", "You are mika on AniList."]
        cog = discord_bot.AniList(StagedLogins(stage))
        assert (await use(cog, "me")).said == ["You are **mika**: https://anilist.co/user/mika"]
        assert "Forgotten" in (await use(cog, "logout")).said[0]
        assert "not linked" in (await use(cog, "me")).said[0]

    async def test_a_preview_before_it_spends_nothing(self, stage: Scene, begun: Begun, phone: Browser) -> None:
        """A preview opens the callback first and follows it as far as the confirmation."""
        interaction, task = begun
        callback = await stage.sandbox.approve(interaction.url)
        for _ in range(20):
            await stage.arrive(callback)
        assert stage.posts() == 0
        await asyncio.to_thread(phone.visit, callback)
        await asyncio.to_thread(phone.press, "Link account", until="/callback")
        assert "mika on AniList is now linked" in phone.text
        await task

    async def test_a_stranger_sees_who_asks(self, begun: Begun, other_phone: Browser) -> None:
        """The page shows a stranger whose login it is, and the bot tells the user that the stranger declined."""
        interaction, task = begun
        await asyncio.to_thread(sign_in, other_phone, interaction.url, "rin")
        assert f"Link your AniList account to {LABEL}?" in other_phone.text
        assert "Continue only if you asked for this" in other_phone.text
        await asyncio.to_thread(other_phone.press, "That is not me", until="/callback")
        assert "Nothing was linked" in other_phone.text
        await task
        assert interaction.said[-1].startswith("Whoever opened that link said that it was not theirs.")

    async def test_a_double_click_shows_the_success_page(self, stage: Scene, begun: Begun, phone: Browser) -> None:
        """Two posts of one form use one code, and both show the same page."""
        interaction, task = begun
        await asyncio.to_thread(sign_in, phone, interaction.url, "mika")
        twice = "const form = document.forms[0]; form.submit(); form.requestSubmit();"
        await asyncio.to_thread(phone.driver.execute_script, twice)
        await asyncio.to_thread(phone.wait_for, lambda: "is now linked" in phone.text)
        await asyncio.to_thread(phone.driver.refresh)  # posts the form a third time
        assert "mika on AniList is now linked" in phone.text
        await task
        assert stage.posts() == 1

    async def test_a_denial_is_named(self, stage: Scene, begun: Begun) -> None:
        """The bot says at once that the user denied access."""
        interaction, task = begun
        await stage.get(await stage.sandbox.deny(interaction.url))
        await task
        assert interaction.said[-1] == "You declined on AniList; nothing was linked."

    async def test_a_failure_is_named(self, stage: Scene, begun: Begun) -> None:
        """The bot says what failed and what to do."""
        interaction, task = begun
        state = interaction.url.rpartition("state=")[2]
        await stage.get(f"{stage.path}?error=server_error&state={state}")
        await task
        assert interaction.said[-1] == "That did not work; please try again."

    async def test_an_access_that_was_ended_at_anilist_is_named(self, stage: Scene, begun: Begun) -> None:
        """The first to notice is a command, which says what to do."""
        interaction, task = begun
        asked = await stage.arrive(await stage.sandbox.approve(interaction.url))
        await stage.post(asked.forms[0])
        await task
        cog = discord_bot.AniList(StagedLogins(stage))
        stage.sandbox.next("graphql", ENDED)
        for _ in range(2):
            assert "`/anilist login`" in (await use(cog, "me")).said[-1]

    async def test_the_implicit_page_works_in_a_browser(self, stage: Scene, phone: Browser) -> None:
        """Its policy allows its one script, which removes the token from the address."""
        login = await stage.receiver.implicit(subject="discord:42", label=LABEL)
        callback = await stage.sandbox.approve(login.url)
        await asyncio.to_thread(phone.visit, callback)
        await asyncio.to_thread(phone.wait_for, lambda: "ticket=" in phone.address)
        assert "You are mika on AniList." in phone.text
        assert "access_token" not in phone.address
        await asyncio.to_thread(phone.driver.back)
        assert "access_token" not in phone.address
        await asyncio.to_thread(phone.driver.forward)
        await asyncio.to_thread(phone.press, "Link account", until="/callback")
        assert (await stage.flow.wait(login)).display_name == "mika"


class Telegram(BaseSession):
    """Telegram's servers: what the bot sends them."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: asyncio.Queue[Any] = asyncio.Queue()

    async def make_request(self, bot: Any, method: Any, timeout: Any = None) -> Any:
        """Note a message."""
        del bot, timeout
        self.sent.put_nowait(method)
        return Message(message_id=2, date=datetime.now(UTC), chat=Chat(id=1, type="private"), text=method.text)

    async def close(self) -> None:
        """Close nothing."""

    async def stream_content(self, *arguments: Any, **options: Any) -> AsyncGenerator[bytes, None]:
        """Give an empty file."""
        del arguments, options
        yield b""


class TestTelegram:
    """The router, which gets updates from a fake."""

    @pytest.fixture(autouse=True)
    async def _opened(self, stage: Scene) -> AsyncIterator[None]:
        self.telegram = Telegram()
        self.bot = aiogram.Bot("42:token", session=self.telegram)
        self.dispatcher = aiogram.Dispatcher(logins=StagedLogins(stage))
        self.dispatcher.include_router(telegram_bot.router)
        yield
        telegram_bot.router._parent_router = None

    async def write(self, text: str, *, kind: str = "private", username: str | None = "mika") -> None:
        """Write to the bot."""
        message = Message(
            message_id=1,
            date=datetime.now(UTC),
            chat=Chat(id=1, type=kind),
            from_user=User(id=42, is_bot=False, first_name="Mika", last_name="M", username=username),
            text=text,
        )
        await self.dispatcher.feed_update(self.bot, Update(update_id=1, message=message))

    async def test_an_account_is_linked_in_private(self, stage: Scene) -> None:
        """The link is a button, and the chat names the account. Then the user sends me, logout and me again."""
        task = asyncio.create_task(self.write("/login"))
        sent = await self.telegram.sent.get()
        url = sent.reply_markup.inline_keyboard[0][0].url
        asked = await stage.arrive(await stage.sandbox.approve(url))
        assert "to @mika on Telegram?" in asked.words
        await stage.post(asked.forms[0])
        await task
        assert (await self.telegram.sent.get()).text == "You are mika on AniList."
        for command, answer in (("/me", "You are mika"), ("/logout", "Forgotten"), ("/me", "You have not linked")):
            await self.write(command, kind="group")
            assert (await self.telegram.sent.get()).text.startswith(answer)

    async def test_an_access_that_was_ended_at_anilist_is_named(self, stage: Scene) -> None:
        """The first to notice is a command, which says what to do."""
        task = asyncio.create_task(self.write("/login"))
        url = (await self.telegram.sent.get()).reply_markup.inline_keyboard[0][0].url
        await stage.post((await stage.arrive(await stage.sandbox.approve(url))).forms[0])
        await task
        stage.sandbox.next("graphql", ENDED)
        await self.write("/me")
        assert [self.telegram.sent.get_nowait().text[:8] for _ in range(2)] == ["You are ", "You have"]

    async def test_no_link_is_sent_to_a_group(self) -> None:
        """Other people could read it there."""
        await self.write("/login", kind="group")
        sent = await self.telegram.sent.get()
        assert (sent.text, sent.reply_markup) == ("Write /login to me in private.", None)

    async def test_a_denial_and_a_failure_are_named(self, stage: Scene) -> None:
        """The bot uses the full name of a user without a user name."""
        for query, answer in (("access_denied", "You declined"), ("server_error", "That did not work")):
            task = asyncio.create_task(self.write("/login", username=None))
            url = (await self.telegram.sent.get()).reply_markup.inline_keyboard[0][0].url
            asked = await stage.arrive(await stage.sandbox.approve(url))
            assert "to Mika M on Telegram?" in asked.words
            await stage.get(f"{stage.path}?error={query}&state={url.rpartition('state=')[2]}")
            await task
            assert (await self.telegram.sent.get()).text.startswith(answer)


@contextmanager
def program(code: str, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a program of this folder."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=15)


async def test_a_bot_and_a_web_process_share_redis() -> None:
    """The bot needs no port and no secret. The web process asks for confirmation and finishes."""
    application = Application(client_id=12345, client_secret="s" * 40, redirect_uri="https://bot.example/anilist")
    port = free_port()
    with (
        redis_server() as redis,
        SandboxThread(Sandbox(applications=[application], users=("mika", "rin"))) as sandbox,
    ):
        imports = "from tests.examples import redis_bot, redis_web\nimport asyncio\n"
        environment = {
            "ANILIST_STORE": redis.url,
            "ANILIST_ENDPOINTS": str(sandbox.url),
            "ANILIST_CLIENT_ID": "12345",
            "ANILIST_CLIENT_SECRET": "s" * 40,
            "ANILIST_REDIRECT_URI": application.redirect_uri,
        }
        web = program(f"{imports}asyncio.run(redis_web.main(port={port}))", **environment)
        bot = program(f"{imports}asyncio.run(redis_bot.main('mika'))", **environment)
        with web as served, bot as asking:
            assert served.stdout is not None
            assert asking.stdout is not None
            assert await asyncio.to_thread(served.stdout.readline) == f"listening at ('127.0.0.1', {port})\n"
            url = (await asyncio.to_thread(asking.stdout.readline)).removeprefix("For you alone: ").strip()
            linked = await _through_the_proxy(sandbox.approve(url, user="rin"), port)
            assert "rin on AniList is now linked to @mika in the chat." in linked.words
            assert await asyncio.to_thread(asking.stdout.readline) == "You are rin on AniList.\n"


async def _through_the_proxy(callback: str, port: int) -> Seen:
    """Come back through a proxy that forwards the path, and press the button."""
    here = f"http://127.0.0.1:{port}/anilist"
    async with visiting() as visit:
        asked = await visit("GET", f"{here}?{callback.partition('?')[2]}")
        assert "Link your AniList account to @mika in the chat?" in asked.words
        return await visit("POST", here, data=asked.forms[0])
