"""A TwitchIO bot with !anilist. It whispers the link to the user."""

import asyncio
import os
from typing import Any

from twitchio import eventsub
from twitchio.ext import commands

from tests.examples.bot_logins import Logins


class AniBot(commands.Bot):
    """The bot. It reads the chat of its owner."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(prefix="!", **settings)
        self.logins = Logins()

    async def setup_hook(self) -> None:
        """Open the port before the bot reads the chat."""
        await self.logins.open()
        await self.add_component(AniList(self))
        if self.owner_id and self.bot_id:
            chat = eventsub.ChatMessageSubscription(broadcaster_user_id=self.owner_id, user_id=self.bot_id)
            await self.subscribe_websocket(payload=chat)

    async def close(self, **options: Any) -> None:
        """Close it after the bot has stopped."""
        await super().close(**options)
        await self.logins.aclose()


class AniList(commands.Component):
    """The command."""

    def __init__(self, bot: AniBot) -> None:
        self.bot = bot

    @commands.command()
    async def anilist(self, context: commands.Context[AniBot]) -> None:
        """Whisper the link, because everybody reads the chat. Then wait, and name the account."""
        chatter, logins = context.chatter, self.bot.logins
        login = await logins.begin(f"twitch:{chatter.id}", f"@{chatter.name} on Twitch")
        await self._whisper(chatter.id, f"For you alone: {login.link}")
        await self._whisper(chatter.id, await logins.result(login))

    async def _whisper(self, to: str, text: str) -> None:
        await self.bot.create_partialuser(self.bot.bot_id).send_whisper(to_user=to, message=text)


async def main() -> None:
    """Run the bot."""
    names = ("CLIENT_ID", "CLIENT_SECRET", "BOT_ID", "OWNER_ID")
    settings = {name.lower(): os.environ[f"TWITCH_{name}"] for name in names}
    async with AniBot(**settings) as bot:
        await bot.start()


if __name__ == "__main__":
    asyncio.run(main())
