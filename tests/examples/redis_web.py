"""The web process for `redis_bot`. It receives the callbacks, asks for confirmation, and finishes the bot's logins.

Both share one Redis, whose URL is in ANILIST_STORE. A reverse proxy passes the redirect URI, such as
https://bot.example/anilist, on to this port.
"""

import asyncio

from anilist_oauth import Application, Endpoints, LoginFlow, OAuthSession, open_store
from anilist_oauth.receiver import CallbackReceiver


async def main(*, port: int = 8080) -> None:
    """Receive callbacks until the process ends."""
    async with (
        open_store() as store,
        OAuthSession(Application.from_env(), endpoints=Endpoints.from_env()) as anilist,
        LoginFlow(anilist, logins=store.logins, tokens=store.tokens) as flow,
        CallbackReceiver(flow, bind=("127.0.0.1", port)) as receiver,
    ):
        print("listening at", *receiver.addresses, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
