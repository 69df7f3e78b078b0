"""A crash reporter sees no secret in the web room's frames that call a hook or a store."""

import sys
from collections.abc import Mapping
from types import FrameType

import attrs
import pytest
from yarl import URL

from anilist_oauth.login.login import CompletedLogin
from anilist_oauth.storage import MemoryTokenStore, StoredToken
from anilist_oauth.web.conformance.site import WHO, Site
from anilist_oauth.web.conformance.stand import Open
from tests.canaries import shown_in_frame


@attrs.define
class Watch:
    """Looks at the frames that lead to it, which are those that a crash there would show."""

    canaries: tuple[str, ...] = ()
    looked: int = 0
    found: list[str] = attrs.Factory(list)

    def look(self) -> None:
        """Note which of their local variables show a canary."""
        self.looked += 1
        frame: FrameType | None = sys._getframe()
        while frame is not None:
            self.found += shown_in_frame(frame, *self.canaries)
            frame = frame.f_back


class WatchedTokens(MemoryTokenStore):
    """A store that looks at the frames of its callers."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self.watch = watch

    async def get(self, subject: str, *, client_id: str) -> StoredToken | None:
        """Look, and read a token."""
        self.watch.look()
        return await super().get(subject, client_id=client_id)


@attrs.define(kw_only=True)
class WatchedSite(Site):
    """A site whose hook looks at the frames of its callers."""

    watch: Watch

    def welcome(self, completed: CompletedLogin) -> str:
        """Look, and go on."""
        self.watch.look()
        return super().welcome(completed)


@pytest.mark.requirement("S36")
@pytest.mark.requirement("V30")
async def test_a_crash_in_a_hook_shows_no_secret(open_stand: Open) -> None:
    """No frame shows code, state or cookies, even if a framework's request has them in its repr."""
    watch = Watch()

    def subject(_: Mapping[str, str]) -> None:
        watch.look()

    site = WatchedSite(watch=watch, subject=subject, sign_in=True)
    stand = await open_stand(site, tokens=WatchedTokens(watch))
    callback = await stand.approve(await stand.begin())
    query = URL(callback).query
    ((_, value),) = stand.visitor.cookies.items()
    watch.canaries = (query["code"], query["state"], value.split(".")[1])
    await stand.visitor.get(callback)
    assert (watch.looked, watch.found) == (3, [])
    stand.visitor.cookies[WHO] = "canary"
    watch.canaries = (f"{WHO}=canary", "code=canary")
    assert (await stand.visitor.get("/mine?code=canary")).location.startswith("/login/anilist")
    assert (watch.looked, watch.found) == (4, [])
