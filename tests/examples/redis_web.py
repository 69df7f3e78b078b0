"""The web process for `redis_bot`. It receives the callbacks, asks for confirmation, and finishes the bot's logins.

Both share one Redis. A reverse proxy passes the redirect URI, such as https://bot.example/anilist, on to this port.
"""

import asyncio
import os

from anilist_oauth import ANILIST, Application, Endpoints, LoginFlow, OAuthSession, open_store
from anilist_oauth.receiver import CallbackReceiver


async def main(*, port: int = 8080, endpoints: Endpoints = ANILIST) -> None:
    """Receive callbacks until the process ends."""
    async with (
        open_store(os.environ["REDIS_URL"]) as store,
        OAuthSession(Application.from_env(), endpoints=endpoints) as anilist,
        LoginFlow(anilist, logins=store.logins, tokens=store.tokens) as flow,
        CallbackReceiver(flow, bind=("127.0.0.1", port)) as receiver,
    ):
        print("listening at", *receiver.addresses, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
