"""A stolen callback is refused with every store."""

import pytest

from anilist_oauth.web.conformance.stand import Open
from tests.storage.openers import PLAIN

FAILED = "/login/anilist/failed?reason="


@pytest.mark.requirement("V1")
@pytest.mark.requirement("V2")
@pytest.mark.parametrize("store", PLAIN)
async def test_a_stolen_callback_is_refused(open_stand: Open, store: str, request: pytest.FixtureRequest) -> None:
    """Another browser cannot finish the login, with or without a cookie of its own, and the right one can."""
    async with PLAIN[store](request) as stores:
        stand = await open_stand(logins=stores.logins, tokens=stores.tokens)
        stores.clock.now = stand.sandbox.now()
        callback = await stand.approve(await stand.begin())
        other = await stand.another()
        for _ in range(2):
            seen = await other.get(callback)
            assert (seen.status, seen.location) == (303, f"{FAILED}cookie")
            await stand.begin(visitor=other)
        ((_, own),) = list(other.cookies.items())[:1]
        other.cookies = dict.fromkeys(stand.visitor.cookies, own)  # the right name, which anybody can work out
        assert (await other.get(callback)).location == f"{FAILED}cookie"
        assert stand.exchanges == 0
        assert (await stand.visitor.get(callback)).location == "/"
        assert (await other.get(callback)).location == f"{FAILED}used"
        assert len(stand.site.logins) == 1
        await stand.stack.aclose()
