"""Runs the discord.py recipe without Discord. `test_bots` uses its cog, and here the bot itself starts and stops."""

import asyncio
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, patch

from discord import AppCommandType

from tests.examples import discord_bot
from tests.examples.drivers.stage import LINKED, staged

ME = {"id": "1", "username": "anibot", "discriminator": "0", "avatar": None}
APPLICATION = SimpleNamespace(id=1, flags=None, interactions_endpoint_url=None)


async def main() -> None:
    """Start the bot, use /anilist login, and stop the bot."""
    async with staged() as stage:
        bot = discord_bot.AniBot()
        connected = asyncio.Event()
        sent: asyncio.Queue[str] = asyncio.Queue()

        async def static_login(token: str) -> Any:
            assert token == "MQ.x.y"
            return ME

        async def connect(*, reconnect: bool) -> None:
            assert reconnect
            connected.set()
            await asyncio.Event().wait()

        async def send_message(_: str, *, view: Any, ephemeral: bool) -> None:
            assert ephemeral
            sent.put_nowait(view.children[0].url)

        async def edit(*, content: str, view: None) -> None:
            assert view is None
            sent.put_nowait(content)

        offline = patch.multiple(bot, connect=connect, application_info=AsyncMock(return_value=APPLICATION))
        with patch.object(bot.http, "static_login", static_login), offline:
            running = asyncio.create_task(bot.start("MQ.x.y"))
            await connected.wait()
            assert [command.name for command in bot.tree.get_commands(type=AppCommandType.chat_input)] == ["anilist"]
            cog: Any = bot.get_cog("AniList")
            user = SimpleNamespace(id=42, name="mika")
            response = SimpleNamespace(send_message=send_message)
            interaction: Any = SimpleNamespace(user=user, response=response, edit_original_response=edit)
            using = asyncio.create_task(cog.login.callback(cog, interaction))
            await stage.follow(await sent.get())
            await using
            assert LINKED.fullmatch(await sent.get())
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await bot.close()
        stage.check_closed()


asyncio.run(main())
