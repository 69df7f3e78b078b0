"""Runs the aiogram recipe without Telegram."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.methods import GetMe, GetUpdates
from aiogram.types import Chat, Message, Update, User

from tests.examples import telegram_bot
from tests.examples.drivers.stage import LINKED, staged

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CHAT = Chat(id=42, type="private")
MIKA = User(id=42, is_bot=False, first_name="Mika", username="mika")


class Telegram(BaseSession):
    """A fake of Telegram's servers, which sends one update and records what the bot sends."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: asyncio.Queue[Any] = asyncio.Queue()
        self.updates = [
            Update(update_id=1, message=Message(message_id=1, date=NOW, chat=CHAT, from_user=MIKA, text="/login"))
        ]

    async def make_request(self, bot: Bot, method: Any, timeout: Any = None) -> Any:
        """Answer a request."""
        del bot, timeout
        if isinstance(method, GetMe):
            return User(id=1, is_bot=True, first_name="AniBot", username="anibot")
        if isinstance(method, GetUpdates):
            if not self.updates:
                await asyncio.Event().wait()
            return [self.updates.pop()]
        self.sent.put_nowait(method)
        return Message(message_id=2, date=NOW, chat=CHAT, text="x")

    async def close(self) -> None:
        """Do nothing."""

    async def stream_content(self, *arguments: Any, **options: Any) -> AsyncGenerator[bytes, None]:
        """Yield an empty file."""
        del arguments, options
        yield b""


async def main() -> None:
    """Poll once, for a user who writes /login, and stop."""
    telegram = Telegram()
    async with staged() as stage:
        dispatcher = telegram_bot.built()
        polling = asyncio.create_task(dispatcher.start_polling(Bot("42:token", session=telegram), handle_signals=False))
        sent = await telegram.sent.get()
        await stage.follow(sent.reply_markup.inline_keyboard[0][0].url)
        assert LINKED.fullmatch((await telegram.sent.get()).text)
        await dispatcher.stop_polling()
        await polling
        stage.check_closed()


asyncio.run(main())
