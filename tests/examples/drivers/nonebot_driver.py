"""Runs the NoneBot recipe without a chat. An adapter records what is sent."""

import asyncio
from typing import Any

import nonebot
from nonebot.adapters import Adapter, Bot, Event, Message, MessageSegment
from nonebot.message import handle_event

from tests.examples.drivers.stage import LINKED, staged

SENT: asyncio.Queue[str] = asyncio.Queue()


class Segment(MessageSegment["Text"]):
    """A part of a message."""

    @classmethod
    def get_message_class(cls) -> type["Text"]:
        """Return the class of messages."""
        return Text

    def __str__(self) -> str:
        return str(self.data["text"])

    def is_text(self) -> bool:
        """Return True, because every part is text."""
        return True


class Text(Message[Segment]):
    """A message."""

    @classmethod
    def get_segment_class(cls) -> type[Segment]:
        """Return the class of the parts."""
        return Segment

    @staticmethod
    def _construct(msg: str) -> Any:
        yield Segment("text", {"text": msg})


class Chat(Adapter):
    """The chat."""

    @classmethod
    def get_name(cls) -> str:
        """Return a name."""
        return "Chat"

    async def _call_api(self, bot: Bot, api: str, **data: Any) -> Any:
        raise NotImplementedError


class ChatBot(Bot):
    """The bot in that chat."""

    async def send(self, event: Event, message: Any, **_: Any) -> None:
        """Record a message."""
        assert event.get_user_id() == "42"
        SENT.put_nowait(str(message))


class Written(Event):
    """A message that a user wrote."""

    def get_type(self) -> str:
        """Return that it is a message."""
        return "message"

    def get_event_name(self) -> str:
        """Return its name."""
        return "written"

    def get_event_description(self) -> str:
        """Return a description."""
        return "written"

    def get_user_id(self) -> str:
        """Return the user's id."""
        return "42"

    def get_session_id(self) -> str:
        """Return the chat's id."""
        return "42"

    def get_message(self) -> Text:
        """Return the text."""
        return Text("/anilist")

    def is_tome(self) -> bool:
        """Return True, because the chat is private."""
        return True


async def main() -> None:
    """Start NoneBot, write /anilist, and stop it."""
    async with staged() as stage:
        nonebot.init(driver="~none", log_level="ERROR", command_start={"/"})
        driver = nonebot.get_driver()
        assert nonebot.load_plugin("tests.examples.nonebot_bot") is not None
        await driver._lifespan.startup()
        using = asyncio.create_task(handle_event(ChatBot(Chat(driver), "1"), Written()))
        await stage.follow((await SENT.get()).removeprefix("For you alone: "))
        await using
        assert LINKED.fullmatch(await SENT.get())
        await driver._lifespan.shutdown()
        stage.check_closed()


asyncio.run(main())
