"""Runs the TwitchIO recipe without Twitch."""

import asyncio
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, MagicMock, patch

from tests.examples import twitchio_bot
from tests.examples.drivers.stage import LINKED, Stage, staged


async def main() -> None:
    """Run the recipe."""
    whispers: asyncio.Queue[str] = asyncio.Queue()

    async def send_whisper(*, to_user: str, message: str) -> None:
        assert to_user == "42"
        whispers.put_nowait(message)

    user = MagicMock(send_whisper=send_whisper)
    offline = patch.multiple(
        twitchio_bot.AniBot, subscribe_websocket=AsyncMock(), create_partialuser=MagicMock(return_value=user)
    )
    async with staged() as stage:
        with offline:
            await used(stage, whispers)
        stage.check_closed()


async def used(stage: Stage, whispers: "asyncio.Queue[str]") -> None:
    """Start the bot, write !anilist, and stop the bot."""
    bot = twitchio_bot.AniBot(client_id="1", client_secret="s", bot_id="2", owner_id="3", fetch_client_user=False)
    async with bot:
        await bot.login(token="app-token", load_tokens=False, save_tokens=False)
        component = bot.get_component("AniList")
        assert isinstance(component, twitchio_bot.AniList)
        context: Any = SimpleNamespace(chatter=SimpleNamespace(id="42", name="mika"))
        command: Any = component.anilist
        using = asyncio.create_task(command.callback(component, context))
        await stage.follow((await whispers.get()).removeprefix("For you alone: "))
        await using
        assert LINKED.fullmatch(await whispers.get())


asyncio.run(main())
