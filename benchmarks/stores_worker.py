"""One contender of `benchmarks.stores`: a separate process that logs users in, one turn at a time.

It runs with this package or with an older one, whichever Python finds first. AniList's answers are made in the process
and are the same for all contenders, so only the flow and the store are measured.
"""

import asyncio
import base64
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from anilist_oauth import Application, LoginFlow, OAuthSession, Token, Viewer, open_store

APPLICATION = Application(client_id=12345, client_secret="s" * 40, redirect_uri="https://bot.example/callback")
CLAIMS = {"aud": "12345", "jti": "0" * 80, "iat": 1790856000, "exp": 1822392000, "sub": "7", "scopes": []}
ACCESS_TOKEN = (
    ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "RS256"}, CLAIMS)
    )
    + "."
    + "s" * 683
)


async def answer_exchange(session: Any, code: str, **_: Any) -> Token:
    """Answer as the token endpoint does."""
    del session, code
    return Token.from_access_token(ACCESS_TOKEN)


async def answer_query(session: Any, *_: Any, **__: Any) -> dict[str, Any]:
    """Answer the viewer's query."""
    del session
    return {"Viewer": {"id": 7, "name": "mika", "avatar": None, "siteUrl": None, "unreadNotificationCount": 0}}


async def answer_viewer(session: Any, *_: Any, **__: Any) -> Viewer:
    """Answer with the viewer."""
    del session
    return Viewer(7, "mika", None, None, 0)


LogIn = Callable[[int], Awaitable[object]]


@asynccontextmanager
async def by_flow(url: str) -> AsyncIterator[LogIn]:
    """Return a function that logs one user in with `LoginFlow`."""
    for name, answer in (("exchange_code", answer_exchange), ("graphql", answer_query), ("viewer", answer_viewer)):
        setattr(OAuthSession, name, answer)
    async with OAuthSession(APPLICATION) as session, open_store(url) as store:
        flow = LoginFlow(session, logins=store.logins, tokens=store.tokens)

        async def log_in(number: int) -> object:
            login = await flow.begin(subject=f"discord:{number}", binding="cookie" * 8, label="@mika on Discord")
            callback = f"https://bot.example/callback?code=def50200{number:0702x}&state={login.state}"
            return await flow.finish(callback, binding="cookie" * 8)

        yield log_in


@asynccontextmanager
async def by_driver(url: str) -> AsyncIterator[LogIn]:
    """Return a function that runs the statements of one login on the bare driver."""
    from benchmarks.stores_drivers import driver

    async with driver(url, ACCESS_TOKEN) as log_in:
        yield log_in


async def main(how: str, url: str) -> None:
    """Print "ready". For each number read from stdin, log in so often and print the microseconds of CPU per login."""
    async with (by_driver if how == "driver" else by_flow)(url) as log_in:
        number = 0
        for _ in range(50):
            await log_in(number := number + 1)
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            began = time.process_time()
            for _ in range(int(line)):
                await log_in(number := number + 1)
            print((time.process_time() - began) / int(line) * 1e6, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
