"""A py-cord bot with /anilist. Only the user sees the link, a button of an ephemeral message."""

import os
from typing import Any

import discord

from tests.examples.bot_logins import Logins


class AniBot(discord.Bot):
    """The bot. py-cord has no hook for the start, so `start` itself opens and closes everything."""

    async def start(self, *arguments: Any, **options: Any) -> None:
        """Open the port first, and close it when the bot stops for any reason."""
        self.logins = Logins()
        await self.logins.open()
        try:
            await super().start(*arguments, **options)
        finally:
            await self.logins.aclose()


bot = AniBot()


@bot.slash_command(description="Link your AniList account")
async def anilist(context: discord.ApplicationContext) -> None:
    """Send the link so that only this user sees it, wait, and name the account."""
    login = await bot.logins.begin(f"discord:{context.author.id}", f"@{context.author.name} on Discord")
    view = discord.ui.View(discord.ui.Button(label="Log in with AniList", url=login.link))
    await context.respond("For you alone:", view=view, ephemeral=True)
    await context.edit(content=await bot.logins.result(login), view=None)


if __name__ == "__main__":
    bot.run(os.environ["DISCORD_TOKEN"])
