"""A sandbox for a recipe, and a user who follows its link. Each driver runs in its own process."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

import attrs
from yarl import URL

from anilist_oauth import Application, OAuthSession
from anilist_oauth.receiver import CallbackReceiver
from anilist_oauth.sandbox import Sandbox
from tests.examples import bot_logins
from tests.receiver.scenes import visiting

APPLICATION = Application(client_id=12345, client_secret="s" * 40, redirect_uri="https://bot.example/anilist")
LINKED = re.compile(r"You are (mika|AniList user [0-9]+) on AniList\.")
"""What a bot says at the end: the name is only asked for if that takes no longer than two seconds."""


@attrs.define
class Stage:
    """The sandbox, and what the bot has opened."""

    sandbox: Sandbox
    receivers: list[CallbackReceiver] = attrs.field(factory=list)

    def receiver(self, flow: Any, **options: Any) -> CallbackReceiver:
        """Make a receiver on a free port."""
        self.receivers.append(CallbackReceiver(flow, **{**options, "bind": ("127.0.0.1", 0)}))
        return self.receivers[-1]

    async def follow(self, link: str) -> None:
        """Act as the user: approve, come back through the proxy, and press the button."""
        assert isinstance(link, str)
        assert link.startswith(f"{self.sandbox.endpoints.authorization}?")
        callback = URL(await self.sandbox.approve(link, user="mika"))
        (host, port) = self.receivers[0].addresses[0]
        here = callback.with_scheme("http").with_host(host).with_port(port)
        async with visiting() as visit:
            asked = await visit("GET", here)
            assert "AniBot asks on behalf of" in asked.words, asked.words
            linked = await visit("POST", here.with_query(None), data=asked.forms[0])
            assert " on AniList is now linked to " in linked.words, linked.words

    def check_closed(self) -> None:
        """Check that the bot opened one port and closed it."""
        assert [receiver.addresses for receiver in self.receivers] == [()]
        print("started, linked, stopped")


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    """Open a sandbox that the recipes use."""
    os.environ.update(
        ANILIST_CLIENT_ID=APPLICATION.client_id,
        ANILIST_CLIENT_SECRET=APPLICATION.client_secret or "",
        ANILIST_REDIRECT_URI=APPLICATION.redirect_uri,
        ANILIST_STORE="memory:",
        DISCORD_TOKEN="MQ.x.y",
    )
    async with Sandbox(applications=[APPLICATION], users=("mika",)) as sandbox:
        os.environ["ANILIST_ENDPOINTS"] = str(sandbox.url)
        stage = Stage(sandbox)
        session = partial(OAuthSession, clock=sandbox.now)
        with patch.multiple(bot_logins, OAuthSession=session, CallbackReceiver=stage.receiver):
            yield stage
