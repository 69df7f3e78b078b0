"""A flow with a sandbox, for the tests of logins."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import attrs

from anilist_oauth.login import identity
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.login.login import CompletedLogin, Login
from anilist_oauth.pacing.pace import Pace
from anilist_oauth.sandbox import Fault, Sandbox, User
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.tokens.access_token import Token
from tests.virtual_time import VirtualTimeLoop

COOKIE = "a-random-cookie"
OPAQUE = Fault(body={"access_token": "a-token-that-says-nothing", "token_type": "Bearer", "expires_in": 31536000})


def named(user: User) -> Fault:
    """Return this user as the viewer of every query."""
    return Fault(body={"data": {"Viewer": {"id": user.id, "name": user.name}}})


class Unpaced(Pace):
    """A pace in which every turn comes at once."""

    wait = 0.0

    def delay(self, token: Token | str | None = None) -> float:
        """Return 0, or the delay that the test has set."""
        del token
        return self.wait

    async def turn(
        self, token: Token | str | None = None, *, max_wait: float | None = None, number: int | None = None
    ) -> int:
        """Return at once."""
        del token, max_wait, number
        return 0


@attrs.frozen(kw_only=True)
class Stage:
    """A sandbox, a session on it, and a flow."""

    sandbox: Sandbox
    session: OAuthSession
    flow: LoginFlow

    def posts(self, path: str = "/api/v2/oauth/token") -> int:
        """Return the number of requests to the token endpoint, or to another."""
        return sum(request.path == path for request in self.sandbox.requests)

    async def log_in(self, *, user: str | None = None, **options: Any) -> CompletedLogin:
        """Do a whole login."""
        login = await self.flow.begin(**options)
        callback = await self.sandbox.approve(login.url, user=user)
        return await self.flow.finish(callback, binding=options.get("binding"))

    async def begin(self, **options: Any) -> tuple[Login, str]:
        """Begin a login and approve it. Return the login and the callback."""
        login = await self.flow.begin(**options)
        return login, await self.sandbox.approve(login.url)

    def reopened(self) -> LoginFlow:
        """Return another flow with the same stores, as in another process."""
        return LoginFlow(self.session, logins=self.flow.logins, tokens=self.flow.tokens)

    async def reached(self, path: str = "/api/v2/oauth/token", *, times: int = 1) -> None:
        """Wait until an endpoint got so many requests, for at most half a minute."""
        async with asyncio.timeout(30):
            while True:
                if self.posts(path) >= times:
                    return
                await asyncio.sleep(0)

    def advance(self, **time: float) -> None:
        """Let time pass."""
        self.sandbox.advance(timedelta(**time))


@asynccontextmanager
async def staged(*, users: tuple[str, ...] = ("mika", "rin"), **options: Any) -> AsyncIterator[Stage]:
    """Open a sandbox, a session whose clock is the sandbox's, and a flow with these options.

    In real time, a name has as long as a busy machine may take; virtual time is for tests of the two seconds.
    """
    virtual = isinstance(asyncio.get_running_loop(), VirtualTimeLoop)
    async with (
        AsyncExitStack() as stack,
        Sandbox(users=users) as sandbox,
        OAuthSession(sandbox.application, endpoints=sandbox.endpoints, clock=sandbox.now, pace=Unpaced()) as session,
        LoginFlow(session, **options) as flow,
    ):
        if not virtual:
            stack.enter_context(patch.object(identity, "_KIND_TIME", 30.0))
        yield Stage(sandbox=sandbox, session=session, flow=flow)
