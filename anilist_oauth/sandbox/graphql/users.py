"""Users: whom they follow, their favourites and their lists.

A new account follows nobody and has no favourites. Its list has an entry for each media of the catalog, until a test
sets the first entry.
"""

from collections.abc import Iterable
from typing import Any

from anilist_oauth.sandbox.graphql.errors import refused
from anilist_oauth.sandbox.graphql.made_up import number
from anilist_oauth.sandbox.graphql.media import ANIME, LISTS, MANGA
from anilist_oauth.sandbox.graphql.nodes import PARENTS, TABLES, USERS, Node, child
from anilist_oauth.sandbox.graphql.selection import Page, chosen
from anilist_oauth.sandbox.graphql.view import Arguments, View, answer, as_edges, rule

_CLOSENESS = 5  # a made-up user follows about one in five others
STATUSES: list[str] = TABLES["statuses"]
_CHUNK = 500
_LIST_ARGUMENTS = ("userId", "userName", "chunk", "perChunk", "forceSingleCompletedList")
# A score is kept as a number from 0 to 100. How the formats show 85 is recorded. The buttons of the site set 10 to 90
# for stars, and 35, 60 or 85 for smileys. That halves are rounded up is inferred.
_STEPS = {"POINT_10_DECIMAL": 10.0, "POINT_10": 10.0, "POINT_5": 20.0}
_SMILEYS = {1: 35.0, 2: 60.0, 3: 85.0}


def may_see(view: View, user: Node) -> bool:
    """Return whether a user's profile and list are open to the viewer."""
    return not user.facts.get("_private") or user.id == view.viewer_id


def everybody(view: View) -> list[Node]:
    """Return all users, private ones included."""
    return view.nodes("User", [*(person.id for person in view.world.people), *USERS])


def found_user(view: View, user_id: int | None, name: str | None) -> Node:
    """Find a user by id or name.

    Raises:
        AniListError: There is none.
    """
    if user_id is not None:
        return view.found("User", user_id)
    for user in everybody(view):
        if name and view.value(user, "name").casefold() == name.casefold():
            return user
    raise refused("not_found")


@rule("User._following")
def _following(_view: View, user: Node, _arguments: Arguments) -> list[int]:
    """Return the ids of the users that a user follows."""
    return [other for other in USERS if other != user.id and not number(user.key, f"follows {other}", _CLOSENESS)]


def favourites(view: View, user: Node) -> dict[str, list[int]]:
    """Return the ids of a user's favourites in the user's order, by field: ``anime``, ``characters`` and so on."""
    parts = view.value(user, "favourites")
    return {part: [edge["id"] for edge in as_edges(rows)] for part, rows in parts.items()}


@rule("*.isFavourite")
def _is_favourite(view: View, node: Node, _arguments: Arguments) -> bool:
    parts = favourites(view, view.account) if view.viewer_id else {}
    return any(node.id in numbers for part, numbers in parts.items() if TABLES["favourites"][part] == node.kind)


@rule("User.isFollowing")
def _is_following(view: View, user: Node, _arguments: Arguments) -> bool:
    return view.viewer_id != 0 and user.id in view.value(view.account, "_following")


@rule("MediaTitle.userPreferred")
def _preferred(view: View, title: Node, _arguments: Arguments) -> Any:
    wanted = view.value(view.account, "options")["titleLanguage"] if view.viewer_id else "ROMAJI"
    return view.value(title, wanted.partition("_")[0].lower()) or view.value(title, "romaji")


def raw_score(shown: float, score_format: str) -> float:
    """Return the score from 0 to 100, given a score in a format."""
    if score_format == "POINT_3" and shown in _SMILEYS:
        return _SMILEYS[int(shown)]
    middle = 10 if score_format == "POINT_5" and 0 < shown <= 5 else 0
    return shown * _STEPS.get(score_format, 1) - middle


def entries(view: View, user: Node) -> list[Node]:
    """Return all entries of a user, including private ones."""
    made = (child("MediaList", user.id, media) for media in range(1, _listed(user) + 1))
    return view.nodes("MediaList", [*made, *user.facts.get("_entries", {}).values()])


def _listed(user: Node) -> int:
    """Return how many entries of a user's list are made up."""
    return int(user.facts.get("_listed", PARENTS["MediaList"].size))


def entry_of(view: View, user: Node, media_id: int) -> Node | None:
    """Find a user's entry for a media."""
    is_made = 0 < media_id <= _listed(user)
    found = view.world.find("MediaList", child("MediaList", user.id, media_id)) if is_made else None
    return found or view.world.find("MediaList", user.facts.get("_entries", {}).get(media_id))


def add_entry(view: View, user: Node, media_id: int, **facts: Any) -> Node:
    """Put a media on a user's list."""
    now = {"createdAt": view.second, "updatedAt": view.second}
    entry = view.world.create("MediaList", userId=user.id, mediaId=media_id, **{**TABLES["new_entry"], **now, **facts})
    view.world.put(user, _entries={**user.facts.get("_entries", {}), media_id: entry.id})
    return entry


def options_of(view: View, entry: Node) -> Any:
    """Return the options of the list that an entry is on."""
    return view.path(entry, "user.mediaListOptions")[LISTS[view.path(entry, "media.type") or MANGA]]


def seen(view: View, user: Node) -> list[Node]:
    """Return the entries of a user that the viewer may see.

    Raises:
        AniListError: The user is private.
    """
    if not may_see(view, user):
        raise refused("private_user")
    return [entry for entry in entries(view, user) if is_open(view, entry)]


def is_open(view: View, entry: Node) -> bool:
    """Return whether the viewer may see an entry."""
    owner = view.value(entry, "userId")
    if owner == view.viewer_id:
        return True
    return not view.value(entry, "private") and may_see(view, view.world.node("User", owner))


@rule("Query.MediaListCollection")
def _collection(view: View, _query: Node, arguments: Arguments) -> dict[str, Any]:
    user = found_user(view, arguments.get("userId"), arguments.get("userName"))
    chunk = Page(arguments.get("chunk") or 1, min(arguments.get("perChunk") or _CHUNK, _CHUNK))
    filters = {name: value for name, value in arguments.items() if name not in _LIST_ARGUMENTS}
    rows = chosen(view, seen(view, user), filters)
    lists = list(_groups(view, chunk.cut(rows), split=not arguments.get("forceSingleCompletedList")))
    custom = [group["entries"] for group in lists if group["isCustomList"]]
    status = [group["entries"] for group in lists if not group["isCustomList"]]
    more = chunk.info(len(rows))["hasNextPage"]
    return {"user": user, "lists": lists, "hasNextChunk": more, "customLists": custom, "statusLists": status}


def _groups(view: View, rows: Iterable[Node], *, split: bool) -> Iterable[dict[str, Any]]:
    """Group entries into lists: by status unless they are hidden there, and by custom list."""
    groups: dict[tuple[int, str], list[Node]] = {}  # by place and name; custom lists come last
    for entry in rows:
        status = view.value(entry, "status")
        name = TABLES["list_names"][status][view.path(entry, "media.type") != ANIME]
        if split and status == "COMPLETED" and options_of(view, entry)["splitCompletedSectionByFormat"]:
            name = f"{name} {view.path(entry, 'media.format')}"
        if not view.value(entry, "hiddenFromStatusLists"):
            groups.setdefault((STATUSES.index(status), name), []).append(entry)
        for one in entry.facts.get("_lists", ()):
            groups.setdefault((len(STATUSES), one), []).append(entry)
    for (place, name), group in sorted(groups.items(), key=lambda pair: pair[0][0]):
        status = dict(enumerate(STATUSES)).get(place)
        is_split = status == "COMPLETED" and name.startswith("Completed ")
        about = {"isCustomList": status is None, "isSplitCompletedList": is_split}
        yield {"name": name, "status": status, "entries": group, **about}


@rule("MediaList.customLists")
def _custom_lists(view: View, entry: Node, arguments: Arguments) -> Any:
    on = {name: name in entry.facts.get("_lists", ()) for name in options_of(view, entry)["customLists"]}
    return [{"name": name, "enabled": enabled} for name, enabled in on.items()] if arguments.get("asArray") else on


@rule("MediaList.advancedScores")
def _advanced_scores(view: View, entry: Node, _arguments: Arguments) -> dict[str, float]:
    given = dict(enumerate(entry.facts.get("_advanced", ())))
    return {name: given.get(place) or 0.0 for place, name in enumerate(options_of(view, entry)["advancedScoring"])}


@rule("MediaList.score")
def _shown_score(view: View, entry: Node, arguments: Arguments) -> float:
    """Return the score in the format of the argument, or else of the user."""
    raw = view.value(entry, "_score")
    score_format = arguments.get("format") or view.path(entry, "user.mediaListOptions.scoreFormat")
    if score_format == "POINT_3":
        return float(sum(raw > bound for bound in (0, 47, 72)))
    exact = float(raw / _STEPS.get(score_format, 1))
    return exact if score_format in {"POINT_100", "POINT_10_DECIMAL"} else float(int(exact + 0.5))


answer("User.unreadNotificationCount", lambda view, user, _: 0 if user.id == view.viewer_id else None)
answer("Media.mediaListEntry", lambda view, one, _: entry_of(view, view.account, one.id) if view.viewer_id else None)
