"""Runs the python-telegram-bot recipe without Telegram."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

from telegram import Chat, Message, MessageEntity, Update, User
from telegram.ext import Application
from telegram.request import BaseRequest

from tests.examples import ptb_bot
from tests.examples.drivers.stage import LINKED, staged

MIKA = User(id=42, is_bot=False, first_name="Mika", username="mika")
CHAT = Chat(id=42, type="private")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Telegram(BaseRequest):
    """A fake of Telegram's servers, which records what the bot sends."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    @property
    def read_timeout(self) -> float:
        """Return a long timeout."""
        return 5.0

    async def initialize(self) -> None:
        """Do nothing."""

    async def shutdown(self) -> None:
        """Do nothing."""

    async def do_request(
        self, url: str, method: str, request_data: Any = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        """Record a message."""
        del method
        if url.endswith("/getMe"):
            bot = User(id=1, is_bot=True, first_name="AniBot", username="anibot")
            return 200, json.dumps({"ok": True, "result": bot.to_dict()}).encode()
        assert url.endswith("/sendMessage")
        self.sent.put_nowait(request_data.parameters)
        result = Message(message_id=2, date=NOW, chat=CHAT, text="x")
        return 200, json.dumps({"ok": True, "result": result.to_dict()}).encode()


async def main() -> None:
    """Start the bot as `run_polling` does, write /anilist, and stop the bot."""
    telegram = Telegram()
    builder = Application.builder().request(telegram).get_updates_request(telegram)
    async with staged() as stage:
        with patch.object(Application, "builder", return_value=builder):
            bot = ptb_bot.built("42:token")
        await bot.initialize()
        assert bot.post_init is not None
        await bot.post_init(bot)
        await bot.start()
        entity = MessageEntity(type="bot_command", offset=0, length=8)
        message = Message(message_id=1, date=NOW, chat=CHAT, from_user=MIKA, text="/anilist", entities=[entity])
        message.set_bot(bot.bot)
        await bot.process_update(Update(update_id=1, message=message))
        sent = await telegram.sent.get()
        await stage.follow(sent["reply_markup"]["inline_keyboard"][0][0]["url"])
        assert LINKED.fullmatch((await telegram.sent.get())["text"])
        await bot.stop()
        await bot.shutdown()
        assert bot.post_shutdown is not None
        await bot.post_shutdown(bot)
        stage.check_closed()


asyncio.run(main())
