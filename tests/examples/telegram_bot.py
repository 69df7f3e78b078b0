"""An aiogram router with /login, /me and /logout. Links are sent in private chats only."""

import asyncio
import os

from aiogram import Bot, Dispatcher, F, Router
from aiogram.filters import Command
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Message, User

from anilist_oauth import InvalidTokenError, LoginRequiredError
from tests.examples.bot_logins import Logins

router = Router()
router.message.filter(F.from_user.as_("user"))


@router.message(Command("login"), F.chat.type == "private")
async def log_in(message: Message, user: User, logins: Logins) -> None:
    """Send the link, wait, and name the linked account. Meanwhile aiogram handles other messages."""
    name = f"@{user.username}" if user.username else user.full_name
    login = await logins.begin(f"telegram:{user.id}", f"{name} on Telegram")
    button = InlineKeyboardButton(text="Log in with AniList", url=login.link)
    await message.answer("For you alone:", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]))
    await message.answer(await logins.result(login))


@router.message(Command("login"))
async def log_in_elsewhere(message: Message) -> None:
    """Send no link to a chat that other people read."""
    await message.reply("Write /login to me in private.")


@router.message(Command("me"))
async def me(message: Message, user: User, logins: Logins) -> None:
    """Send a query to AniList as this user."""
    try:
        data = await logins.flow.graphql(f"telegram:{user.id}", "{ Viewer { name } }")
        await message.reply(f"You are {data['Viewer']['name']} on AniList.")
    except (LoginRequiredError, InvalidTokenError):
        await message.reply("You have not linked an account, or have ended its access; write /login to me in private.")


@router.message(Command("logout"))
async def log_out(message: Message, user: User, logins: Logins) -> None:
    """Delete the token. The user can revoke the access on AniList."""
    await logins.flow.logout(f"telegram:{user.id}")
    await message.reply("Forgotten. To end the access at AniList too: https://anilist.co/settings/apps")


def built() -> Dispatcher:
    """Build the dispatcher. The port is open from its startup to its shutdown."""
    logins = Logins()
    dispatcher = Dispatcher(logins=logins)
    dispatcher.startup.register(logins.open)
    dispatcher.shutdown.register(logins.aclose)
    dispatcher.include_router(router)
    return dispatcher


if __name__ == "__main__":
    asyncio.run(built().start_polling(Bot(os.environ["TELEGRAM_TOKEN"])))
