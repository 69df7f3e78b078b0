"""Record that the user has watched one more episode, and never record it twice."""

import asyncio

from anilist_oauth import (
    GraphQLValidationError,
    InvalidTokenError,
    OAuthSession,
    OutcomeUnknownError,
    Token,
    parse_callback,
)
from anilist_oauth.sandbox import Sandbox

LOOK = "query ($mediaId: Int) { Media(id: $mediaId) { episodes mediaListEntry { progress } } }"
SAVE = """
mutation ($mediaId: Int, $progress: Int) {
  SaveMediaListEntry(mediaId: $mediaId, progress: $progress) { progress }
}
"""


async def progress_of(anilist: OAuthSession, token: Token, media_id: int) -> int:
    """Return how many episodes the user has watched."""
    data = await anilist.graphql(LOOK, {"mediaId": media_id}, token=token)
    entry = data["Media"]["mediaListEntry"]
    return int(entry["progress"]) if entry else 0


async def watch_one_more(anilist: OAuthSession, token: Token, media_id: int) -> int:
    """Add one episode, and return the new number."""
    progress = await progress_of(anilist, token, media_id) + 1
    try:
        data = await anilist.graphql(SAVE, {"mediaId": media_id, "progress": progress}, token=token)
        return int(data["SaveMediaListEntry"]["progress"])
    except OutcomeUnknownError:  # the answer was lost, so the change may have been made
        return await progress_of(anilist, token, media_id)


async def main() -> None:
    """Watch two episodes in the sandbox. To use AniList itself, take `Application.from_env()` and omit `endpoints`."""
    async with Sandbox() as sandbox, OAuthSession(sandbox.application, endpoints=sandbox.endpoints) as anilist:
        sandbox.entry("mika", media=7, progress=0)
        url = anilist.authorize_url()
        callback = await sandbox.approve(url)
        token = await anilist.exchange_code(parse_callback(callback, expected_state=url.query["state"]))
        for _ in range(2):
            print("watched", await watch_one_more(anilist, token, 7))
        try:
            await anilist.graphql(SAVE, {"mediaId": 7, "progress": -1}, token=token)
        except GraphQLValidationError as error:
            print(error.fields["progress"][0])
        try:
            await watch_one_more(anilist, Token.from_access_token("expired"), 7)
        except InvalidTokenError:
            print("please log in again")


if __name__ == "__main__":
    asyncio.run(main())
