"""The query for the user of a token, and how to read its response."""

from collections.abc import Mapping
from typing import Any

from anilist_oauth.errors import UnexpectedResponseError
from anilist_oauth.tokens.viewer import Viewer

VIEWER_QUERY = "query { Viewer { id name siteUrl unreadNotificationCount avatar { large } } }"


def parse_viewer(data: Mapping[str, Any]) -> Viewer:
    """Return the user in the data of `VIEWER_QUERY`.

    Raises:
        UnexpectedResponseError: The data does not contain a user's id and name.
    """
    viewer = data.get("Viewer")
    if not isinstance(viewer, dict):
        viewer = {}
    user_id, name, avatar = viewer.get("id"), viewer.get("name"), viewer.get("avatar")
    if type(user_id) is not int or user_id <= 0 or not isinstance(name, str) or not name:
        raise UnexpectedResponseError("AniList answered without saying who the user is; try again later")
    large = avatar.get("large") if isinstance(avatar, dict) else None
    site_url, unread = viewer.get("siteUrl"), viewer.get("unreadNotificationCount")
    return Viewer(
        id=user_id,
        name=name,
        avatar=large if isinstance(large, str) and large else None,
        site_url=site_url if isinstance(site_url, str) and site_url else None,
        unread=unread if type(unread) is int else None,
    )
