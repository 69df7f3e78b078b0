"""The bot process for `redis_web`. It begins a login, sends the link in private, and waits for the web process.

It needs no port and no client secret. `send` stands for a chat's private message.
"""

import asyncio
import os
import sys
from collections.abc import Callable

from anilist_oauth import AniListOAuthError, Application, Endpoints, LoginFlow, OAuthSession, open_store


async def log_in(flow: LoginFlow, user: str, send: Callable[[str], None]) -> None:
    """Link the account of one chat user, and name it in the chat."""
    login = await flow.begin(subject=f"chat:{user}", label=f"@{user} in the chat")
    send(f"For you alone: {login.link}")
    try:
        done = await flow.wait(login)
    except AniListOAuthError as error:
        send(f"Nothing was linked: {error}")
    else:
        send(f"You are {done.display_name} on AniList.")


async def main(*users: str) -> None:
    """Log in several users at the same time."""
    application = Application(
        client_id=os.environ["ANILIST_CLIENT_ID"], redirect_uri=os.environ["ANILIST_REDIRECT_URI"]
    )
    async with (
        open_store() as store,
        OAuthSession(application, endpoints=Endpoints.from_env()) as anilist,
        LoginFlow(anilist, logins=store.logins, tokens=store.tokens) as flow,
        asyncio.TaskGroup() as group,
    ):
        for user in users:
            group.create_task(log_in(flow, user, lambda text: print(text, flush=True)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
