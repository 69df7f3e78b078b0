"""Fetch a user's whole anime list and show progress. AniList does not say how long the list is."""

import asyncio
import sys
from typing import Any

from anilist_oauth import OAuthSession, Token, parse_callback
from anilist_oauth.sandbox import Sandbox

LIST = """
query ($userId: Int, $chunk: Int, $perChunk: Int) {
  MediaListCollection(userId: $userId, type: ANIME, chunk: $chunk, perChunk: $perChunk) {
    hasNextChunk
    lists { isCustomList entries { id status progress media { id title { userPreferred } } } }
  }
}
"""


async def fetch_list(anilist: OAuthSession, token: Token) -> list[dict[str, Any]]:
    """Yield every entry once. AniList sends an entry twice if it is also on a custom list."""
    viewer = await anilist.viewer(token)  # AniList does not infer the user from the token, so the id is needed
    entries: dict[int, dict[str, Any]] = {}
    async for data in anilist.paginate(LIST, {"userId": viewer.id}, token=token, per_page=50):  # 500 at most
        for group in data["MediaListCollection"]["lists"]:
            entries.update((entry["id"], entry) for entry in group["entries"])
        print(f"\r[{'#' * (len(entries) // 10)}] {len(entries)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return list(entries.values())


async def main() -> None:
    """Fetch a list from the sandbox. To use AniList itself, take `Application.from_env()` and omit `endpoints`."""
    async with Sandbox() as sandbox, OAuthSession(sandbox.application, endpoints=sandbox.endpoints) as anilist:
        url = anilist.authorize_url()
        callback = await sandbox.approve(url)
        token = await anilist.exchange_code(parse_callback(callback, expected_state=url.query["state"]))
        entries = await fetch_list(anilist, token)
        titles = {entry["media"]["title"]["userPreferred"] for entry in entries}
        print(f"{len(entries)} entries with {len(titles)} titles")


if __name__ == "__main__":
    asyncio.run(main())
