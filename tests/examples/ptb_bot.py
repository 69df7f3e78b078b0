"""A python-telegram-bot bot with /anilist. The link is a button, and is sent in private chats only."""

import os
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CommandHandler, ContextTypes, filters

from tests.examples.bot_logins import Logins

Bot = Application[Any, Any, Any, Any, Any, Any]
Context = ContextTypes.DEFAULT_TYPE


async def open_port(bot: Bot) -> None:
    """Open the port before the bot asks for updates."""
    bot.bot_data["logins"] = logins = Logins()
    await logins.open()


async def close_port(bot: Bot) -> None:
    """Close it after the bot has stopped."""
    await bot.bot_data["logins"].aclose()


async def anilist(update: Update, context: Context) -> None:
    """Send the link, wait, and name the account."""
    user, logins = update.effective_user, context.bot_data["logins"]
    if user is None or update.message is None:
        return
    login = await logins.begin(f"telegram:{user.id}", f"{user.name} on Telegram")
    button = InlineKeyboardButton("Log in with AniList", url=login.link)
    await update.message.reply_text("For you alone:", reply_markup=InlineKeyboardMarkup.from_button(button))
    await update.message.reply_text(await logins.result(login))


def built(token: str) -> Bot:
    """Build the bot. With `block=False` it answers other users while somebody logs in."""
    bot: Bot = Application.builder().token(token).post_init(open_port).post_shutdown(close_port).build()
    bot.add_handler(CommandHandler("anilist", anilist, filters.ChatType.PRIVATE, block=False))
    return bot


if __name__ == "__main__":
    built(os.environ["TELEGRAM_TOKEN"]).run_polling()
