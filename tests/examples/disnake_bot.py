"""A disnake bot with /anilist. Only the user sees the link, a button of an ephemeral message."""

import os
from typing import Any

import disnake
from disnake.ext import commands
from disnake.interactions.application_command import ApplicationCommandInteraction

from tests.examples.bot_logins import Logins


class AniBot(commands.InteractionBot):
    """The bot. disnake has no hook for the start, so `start` itself opens and closes everything."""

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
async def anilist(interaction: ApplicationCommandInteraction[AniBot]) -> None:
    """Send the link so that only this user sees it, wait, and name the account."""
    user, logins = interaction.author, interaction.bot.logins
    login = await logins.begin(f"discord:{user.id}", f"@{user.name} on Discord")
    button: disnake.ui.Button[None] = disnake.ui.Button(label="Log in with AniList", url=login.link)
    await interaction.response.send_message("For you alone:", components=[button], ephemeral=True)
    await interaction.edit_original_response(await logins.result(login), components=[])


if __name__ == "__main__":
    bot.run(os.environ["DISCORD_TOKEN"])
