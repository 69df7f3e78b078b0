"""A discord.py cog with /anilist login, me and logout; links go to one person, in an ephemeral message."""

import asyncio
import os

import discord
from discord import Interaction, app_commands
from discord.ext import commands

from anilist_oauth import (
    AccessDeniedError,
    AniListOAuthError,
    Application,
    InvalidTokenError,
    LoginFlow,
    LoginRequiredError,
    OAuthSession,
    open_store,
)
from anilist_oauth.receiver import CallbackReceiver


class AniList(commands.GroupCog, group_name="anilist"):
    """The commands."""

    def __init__(self, flow: LoginFlow, receiver: CallbackReceiver) -> None:
        self.flow = flow
        self.receiver = receiver

    @app_commands.command(description="Link your AniList account")
    async def login(self, interaction: Interaction) -> None:
        """Send the link for this user's eyes only, wait, and name the account that was linked."""
        user = interaction.user
        login = await self.receiver.login(subject=f"discord:{user.id}", label=f"@{user.name} on Discord")
        view = discord.ui.View().add_item(discord.ui.Button(label="Log in with AniList", url=str(login.url)))
        await interaction.response.send_message("For you alone, good for ten minutes:", view=view, ephemeral=True)
        try:
            done = await self.flow.wait(login)
            text = f"You are **{discord.utils.escape_markdown(done.display_name)}** on AniList."
        except AccessDeniedError:
            text = "You declined on AniList; nothing was linked."
        except AniListOAuthError:
            text = "That did not work out. Try `/anilist login` again."
        await interaction.edit_original_response(content=text, view=None)

    @app_commands.command(description="Show who you are on AniList")
    async def me(self, interaction: Interaction) -> None:
        """Ask AniList as this user."""
        await interaction.response.defer(ephemeral=True)
        try:
            data = await self.flow.graphql(f"discord:{interaction.user.id}", "{ Viewer { name siteUrl } }")
            text = f"You are **{discord.utils.escape_markdown(data['Viewer']['name'])}**: {data['Viewer']['siteUrl']}"
        except (LoginRequiredError, InvalidTokenError):
            text = "You have not linked an account, or have ended its access: `/anilist login`."
        await interaction.followup.send(text, ephemeral=True)

    @app_commands.command(description="Forget your AniList account")
    async def logout(self, interaction: Interaction) -> None:
        """Forget the token; the user ends it at AniList."""
        await self.flow.logout(f"discord:{interaction.user.id}")
        text = "Forgotten. To end the access at AniList too: <https://anilist.co/settings/apps>"
        await interaction.response.send_message(text, ephemeral=True)


async def main() -> None:
    """Run the bot; a reverse proxy passes the redirect URI on to port 8080."""
    async with (
        open_store("sqlite:///tokens.db") as store,
        OAuthSession(Application.from_env()) as anilist,
        LoginFlow(anilist, logins=store.logins, tokens=store.tokens) as flow,
        CallbackReceiver(flow, bind=("127.0.0.1", 8080)) as receiver,  # on your own machine: without bind=
        commands.Bot("!", intents=discord.Intents.default()) as bot,
    ):
        await bot.add_cog(AniList(flow, receiver))
        await bot.start(os.environ["DISCORD_TOKEN"])  # once, `await bot.tree.sync()` makes the commands known


if __name__ == "__main__":
    asyncio.run(main())
