"""The types of queries and mutations, checked and never run."""

from typing import Any, assert_type

from anilist_oauth import OAuthSession, Pace, Token, Verified, Viewer


async def act(anilist: OAuthSession, token: Token) -> None:
    """Use every way to send a query."""
    assert_type(await anilist.graphql("{ Viewer { id } }", {"id": 1}, token=token, max_wait=1), dict[str, Any])
    assert_type(await anilist.graphql("{ Viewer { id } }", token="bare", timeout=2.5), dict[str, Any])
    async for data in anilist.paginate("query", per_page=25, path="Media.characters"):
        assert_type(data, dict[str, Any])
    assert_type(await anilist.viewer(token), Viewer)
    assert_type(await anilist.verify("token"), Verified)
    assert_type(anilist.pace, Pace)
    assert_type(anilist.pace.delay(token), float)
    await anilist.graphql("{ Viewer { id } }", {1: "id"})  # type: ignore[dict-item]  # names are strings
    await anilist.graphql("{ Viewer { id } }", None, token)  # type: ignore[call-arg]  # keyword-only
