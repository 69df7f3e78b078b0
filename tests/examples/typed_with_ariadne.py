"""Send queries with typed functions, which ariadne-codegen writes from AniList's schema (typed_with_ariadne.toml)."""

import asyncio

from anilist_queries import Client, MediaSeason

from anilist_oauth import OAuthSession, Token, bearer_headers, parse_callback
from anilist_oauth.sandbox import Sandbox


async def watched(anilist: OAuthSession, token: Token | str) -> str:
    """Add a watched episode, and print the season's titles. Errors are those of the generated package."""
    async with Client(url=str(anilist.endpoints.graphql), headers=dict(bearer_headers(token))) as client:
        await anilist.pace.turn(token)  # before each request
        season = await client.season(MediaSeason.FALL, 2026)
        await anilist.pace.turn(token)
        entry = (await client.watched(media=1, progress=3)).save_media_list_entry
        titles = ", ".join(media.title.romaji for media in season.page.media)
        return f"{titles}; {entry.status.value} {entry.progress}"


async def main() -> None:
    """Query the sandbox. To use AniList itself, take `Application.from_env()` and omit `endpoints`."""
    async with Sandbox() as sandbox, sandbox.session() as anilist:
        url = anilist.authorize_url()
        callback = await sandbox.approve(url)
        token = await anilist.exchange_code(parse_callback(callback, expected_state=url.query["state"]))
        print(await watched(anilist, token))


if __name__ == "__main__":
    asyncio.run(main())
