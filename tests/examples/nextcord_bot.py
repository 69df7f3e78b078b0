"""A nextcord bot with /anilist. Only the user sees the link, a button of an ephemeral message."""

import os
from typing import Any

import nextcord
from nextcord.ext import commands

from tests.examples.bot_logins import Logins


class AniBot(commands.Bot):
    """The bot. nextcord has no hook for the start, so `start` itself opens and closes everything."""

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
async def anilist(interaction: nextcord.Interaction) -> None:
    """Send the link so that only this user sees it, wait, and name the account."""
    user = interaction.user
    login = await bot.logins.begin(f"discord:{user.id}", f"@{user.name} on Discord")
    view = nextcord.ui.View()
    view.add_item(nextcord.ui.Button(label="Log in with AniList", url=login.link))
    await interaction.response.send_message("For you alone:", view=view, ephemeral=True)
    await interaction.edit_original_message(content=await bot.logins.result(login), view=None)


if __name__ == "__main__":
    bot.run(os.environ["DISCORD_TOKEN"])
