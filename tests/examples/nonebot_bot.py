"""A NoneBot plugin with /anilist, for any adapter. It sends the link to the chat in which the command was written.

Write to the bot in private: `to_me` and the adapter's own rules keep the command out of groups.
"""

from nonebot import get_driver, on_command
from nonebot.adapters import Event
from nonebot.rule import to_me

from tests.examples.bot_logins import Logins

driver = get_driver()
logins = Logins()
driver.on_startup(logins.open)
driver.on_shutdown(logins.aclose)

anilist = on_command("anilist", rule=to_me())


@anilist.handle()
async def link(event: Event) -> None:
    """Send the link, wait, and name the account."""
    user = event.get_user_id()
    login = await logins.begin(f"nonebot:{user}", f"{user} in this chat")
    await anilist.send(f"For you alone: {login.link}")
    await anilist.finish(await logins.result(login))
