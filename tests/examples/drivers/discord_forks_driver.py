"""Runs the recipes of disnake, nextcord and py-cord without Discord: ``discord_forks_driver.py disnake_bot``."""

import asyncio
import importlib
import sys
from typing import Any
from unittest.mock import AsyncMock, MagicMock

from tests.examples.drivers.stage import LINKED, staged

RECIPE = sys.argv[1]


def used(sent: "asyncio.Queue[str]", ended: AsyncMock, bot: Any) -> MagicMock:
    """Make the argument of a command: an interaction, or py-cord's context."""

    async def send(*_: Any, ephemeral: bool, view: Any = None, components: Any = None) -> None:
        assert ephemeral
        sent.put_nowait((components or view.children)[0].url)

    given = MagicMock()
    for user in (given.author, given.user):
        user.id, user.name = 42, "mika"
    given.bot = bot
    given.respond = given.response.send_message = send
    given.edit = given.edit_original_message = given.edit_original_response = ended
    return given


async def main() -> None:
    """Start the bot, use /anilist, and stop the bot."""
    async with staged() as stage:
        recipe = importlib.import_module(f"tests.examples.{RECIPE}")
        bot = recipe.bot
        connected, sent, ended = asyncio.Event(), asyncio.Queue[str](), AsyncMock()

        async def connect(**_: Any) -> None:
            connected.set()
            await asyncio.Event().wait()

        bot.login, bot.connect = AsyncMock(), connect
        running = asyncio.create_task(bot.start("token"))
        await connected.wait()
        command = recipe.anilist
        using = asyncio.create_task(command.callback(used(sent, ended, bot)))
        await stage.follow(await sent.get())
        await using
        assert LINKED.search(str(ended.await_args))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await bot.close()
        stage.check_closed()


asyncio.run(main())
