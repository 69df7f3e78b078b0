"""A hikari bot with /anilist. Only the user sees the link, a button of an ephemeral message."""

import os

import hikari

from tests.examples.bot_logins import Logins

bot = hikari.GatewayBot(os.environ["DISCORD_TOKEN"], intents=hikari.Intents.NONE, banner=None)
logins = Logins()


@bot.listen()
async def open_port(_: hikari.StartingEvent) -> None:
    """Open the port before the bot connects."""
    await logins.open()


@bot.listen()
async def close_port(_: hikari.StoppedEvent) -> None:
    """Close it after the bot has stopped."""
    await logins.aclose()


@bot.listen()
async def register(_: hikari.StartedEvent) -> None:
    """Register the command with Discord."""
    command = bot.rest.slash_command_builder("anilist", "Link your AniList account")
    await bot.rest.set_application_commands(await bot.rest.fetch_application(), [command])


@bot.listen()
async def anilist(event: hikari.InteractionCreateEvent) -> None:
    """Send the link so that only this user sees it, wait, and name the account."""
    interaction = event.interaction
    if not isinstance(interaction, hikari.CommandInteraction):
        return
    login = await logins.begin(f"discord:{interaction.user.id}", f"@{interaction.user.username} on Discord")
    row = bot.rest.build_message_action_row().add_link_button(login.link, label="Log in with AniList")
    await interaction.create_initial_response(
        hikari.ResponseType.MESSAGE_CREATE, "For you alone:", component=row, flags=hikari.MessageFlag.EPHEMERAL
    )
    await interaction.edit_initial_response(await logins.result(login), component=None)


if __name__ == "__main__":
    bot.run()
