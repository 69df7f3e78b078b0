"""A discord.py cog with /anilist login, me and logout. Only the user sees the link, in an ephemeral message."""

import os

import discord
from discord import Interaction, app_commands
from discord.ext import commands

from anilist_oauth import InvalidTokenError, LoginRequiredError
from tests.examples.bot_logins import Logins


class AniList(commands.GroupCog, group_name="anilist"):
    """The commands."""

    def __init__(self, logins: Logins) -> None:
        self.logins = logins

    @app_commands.command(description="Link your AniList account")
    async def login(self, interaction: Interaction) -> None:
        """Send the link so that only this user sees it, wait, and name the linked account."""
        user = interaction.user
        login = await self.logins.begin(f"discord:{user.id}", f"@{user.name} on Discord")
        view = discord.ui.View().add_item(discord.ui.Button(label="Log in with AniList", url=login.link))
        await interaction.response.send_message("For you alone, good for ten minutes:", view=view, ephemeral=True)
        text = discord.utils.escape_markdown(await self.logins.result(login))
        await interaction.edit_original_response(content=text, view=None)

    @app_commands.command(description="Show who you are on AniList")
    async def me(self, interaction: Interaction) -> None:
        """Send a query to AniList as this user."""
        await interaction.response.defer(ephemeral=True)
        try:
            data = await self.logins.flow.graphql(f"discord:{interaction.user.id}", "{ Viewer { name siteUrl } }")
            text = f"You are **{discord.utils.escape_markdown(data['Viewer']['name'])}**: {data['Viewer']['siteUrl']}"
        except (LoginRequiredError, InvalidTokenError):
            text = "You have not linked an account, or have ended its access: `/anilist login`."
        await interaction.followup.send(text, ephemeral=True)

    @app_commands.command(description="Forget your AniList account")
    async def logout(self, interaction: Interaction) -> None:
        """Delete the token. The user can revoke the access on AniList."""
        await self.logins.flow.logout(f"discord:{interaction.user.id}")
        text = "Forgotten. To end the access at AniList too: <https://anilist.co/settings/apps>"
        await interaction.response.send_message(text, ephemeral=True)


class AniBot(commands.Bot):
    """The bot. Its port is open from `setup_hook` to `close`."""

    def __init__(self) -> None:
        super().__init__("!", intents=discord.Intents.default())
        self.logins = Logins()

    async def setup_hook(self) -> None:
        """Open the port before the bot connects."""
        await self.logins.open()
        await self.add_cog(AniList(self.logins))  # call `await self.tree.sync()` once to register the commands

    async def close(self) -> None:
        """Close it after the bot has stopped."""
        await super().close()
        await self.logins.aclose()


if __name__ == "__main__":
    AniBot().run(os.environ["DISCORD_TOKEN"])
