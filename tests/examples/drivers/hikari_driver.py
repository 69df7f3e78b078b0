"""Runs the hikari recipe without Discord."""

import asyncio
from typing import Any
from unittest.mock import ANY, AsyncMock, MagicMock

import hikari

from tests.examples.drivers.stage import LINKED, staged


async def main() -> None:
    """Start the bot with its events, use /anilist, and stop the bot."""
    async with staged() as stage:
        from tests.examples import hikari_bot

        bot = hikari_bot.bot
        sent: asyncio.Queue[Any] = asyncio.Queue()
        interaction = MagicMock(spec=hikari.CommandInteraction)
        interaction.user.id, interaction.user.username = 42, "mika"

        async def respond(*_: Any, **options: Any) -> None:
            assert options["flags"] == hikari.MessageFlag.EPHEMERAL
            sent.put_nowait(options["component"])

        interaction.create_initial_response = respond
        interaction.edit_initial_response = AsyncMock()
        await bot.dispatch(hikari.StartingEvent(app=bot), return_tasks=True)
        using = asyncio.ensure_future(
            bot.dispatch(hikari.InteractionCreateEvent(shard=MagicMock(), interaction=interaction), return_tasks=True)
        )
        (button,) = (await sent.get()).components
        await stage.follow(button.url)
        await using
        interaction.edit_initial_response.assert_awaited_once_with(ANY, component=None)
        assert LINKED.fullmatch(interaction.edit_initial_response.await_args.args[0])
        await bot.dispatch(hikari.StoppedEvent(app=bot), return_tasks=True)
        stage.check_closed()


asyncio.run(main())
