"""An aiogram router with /login, /me and /logout; links are sent in private chats only."""

import asyncio
import os

from aiogram import Bot, Dispatcher, F, Router
from aiogram.filters import Command
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Message, User

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

router = Router()
router.message.filter(F.from_user.as_("user"))


@router.message(Command("login"), F.chat.type == "private")
async def log_in(message: Message, user: User, flow: LoginFlow, receiver: CallbackReceiver) -> None:
    """Send the link, wait, and name the account that was linked; aiogram handles other messages meanwhile."""
    name = f"@{user.username}" if user.username else user.full_name
    login = await receiver.login(subject=f"telegram:{user.id}", label=f"{name} on Telegram")
    button = InlineKeyboardButton(text="Log in with AniList", url=str(login.url))
    await message.answer("For you alone:", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]))
    try:
        done = await flow.wait(login)
        await message.answer(f"You are {done.display_name} on AniList.")
    except AccessDeniedError:
        await message.answer("You declined on AniList; nothing was linked.")
    except AniListOAuthError:
        await message.answer("That did not work out. Send /login to try again.")


@router.message(Command("login"))
async def log_in_elsewhere(message: Message) -> None:
    """Send no link where others read it."""
    await message.reply("Write /login to me in private.")


@router.message(Command("me"))
async def me(message: Message, user: User, flow: LoginFlow) -> None:
    """Ask AniList as this user."""
    try:
        data = await flow.graphql(f"telegram:{user.id}", "{ Viewer { name } }")
        await message.reply(f"You are {data['Viewer']['name']} on AniList.")
    except (LoginRequiredError, InvalidTokenError):
        await message.reply("You have not linked an account, or have ended its access; write /login to me in private.")


@router.message(Command("logout"))
async def log_out(message: Message, user: User, flow: LoginFlow) -> None:
    """Forget the token; the user ends it at AniList."""
    await flow.logout(f"telegram:{user.id}")
    await message.reply("Forgotten. To end the access at AniList too: https://anilist.co/settings/apps")


async def main() -> None:
    """Run the bot; a reverse proxy passes the redirect URI on to port 8080."""
    async with (
        open_store("sqlite:///tokens.db") as store,
        OAuthSession(Application.from_env()) as anilist,
        LoginFlow(anilist, logins=store.logins, tokens=store.tokens) as flow,
        CallbackReceiver(flow, bind=("127.0.0.1", 8080)) as receiver,  # on your own machine: without bind=
    ):
        dispatcher = Dispatcher(flow=flow, receiver=receiver)
        dispatcher.include_router(router)
        await dispatcher.start_polling(Bot(os.environ["TELEGRAM_TOKEN"]))


if __name__ == "__main__":
    asyncio.run(main())
