"""What people change: every Save, Delete, Toggle and Update, written into one overlay that all readings share."""

import re
from collections.abc import Mapping
from typing import Any

from anilist_oauth.sandbox.graphql.accounts import FAVOURITES, favourites, following
from anilist_oauth.sandbox.graphql.errors import forbidden, invalid, not_found, not_yours, refused
from anilist_oauth.sandbox.graphql.media import ANIME, NO_DATE, day_of
from anilist_oauth.sandbox.graphql.media_lists import (
    STATUSES,
    add_entry,
    entries,
    entry_of,
    options_of,
    raw_score,
)
from anilist_oauth.sandbox.graphql.nodes import Node
from anilist_oauth.sandbox.graphql.relations import likes_of
from anilist_oauth.sandbox.graphql.rows import liked
from anilist_oauth.sandbox.graphql.view import Arguments, View, rule, rules

# The bounds are recorded; the sentences for them are Laravel's own ("validation.max", "validation.min").
_HIGHEST = {"repeat": 1000, "priority": 255, "score": 100, "scoreRaw": 100, "progress": 1 << 31}
_LONGEST_NOTE = 6000
_ROW_ORDERS = {"score", "title", "updatedAt", "id"}
_COLORS = {"blue", "purple", "pink", "orange", "red", "green", "gray"}
_SAVED = {
    "SaveTextActivity": "TextActivity", "SaveMessageActivity": "MessageActivity", "SaveListActivity": "ListActivity",
    "SaveActivityReply": "ActivityReply", "SaveThread": "Thread", "SaveThreadComment": "ThreadComment",
    "SaveReview": "Review",
}  # fmt: skip
_DELETED = {"Activity": "ActivityUnion", "ActivityReply": "ActivityReply", "Review": "Review"}
_DELETED |= {"Thread": "Thread", "ThreadComment": "ThreadComment", "MediaListEntry": "MediaList"}
_HANGS_ON = {"activityId": ("ActivityUnion", "ActivityReply"), "threadId": ("Thread", "ThreadComment")}
_NAMES = {"locked": "isLocked", "private": "isPrivate", "sticky": "isSticky"}


def _owned(view: View, kind: str, number: int | None) -> Node:
    """Find something of the viewer's own that is to be changed."""
    node = view.world.find(kind, number)
    if node is None:
        raise invalid(id="The selected id is invalid.")
    if view.owner_id(node) != view.account.id:
        raise not_yours(kind)
    return node


@rule("Mutation.SaveMediaListEntry")
def _save_entry(view: View, _mutation: Node, arguments: Arguments) -> Node:
    user, changes = view.account, dict(arguments)
    entry_id, media_id = changes.pop("id", None), changes.pop("mediaId", None)
    if entry_id is not None:
        entry: Node | None = _owned(view, "MediaList", entry_id)
    else:
        if view.world.find("Media", media_id) is None:
            _check_entry(changes, mediaId="The selected media id is invalid.")
        entry = entry_of(view, user, media_id)
    return change_entry(view, entry or _new_entry(view, user, media_id, changes), changes)


def _new_entry(view: View, user: Node, media_id: int, changes: Mapping[str, Any]) -> Node:
    is_begun = changes.get("status") in {None, "CURRENT"}
    return add_entry(view, user, media_id, startedAt=day_of(view.second) if is_begun else NO_DATE)


def _check_entry(changes: Mapping[str, Any], **complaints: str | None) -> None:
    for name, highest in _HIGHEST.items():
        value = changes.get(name)
        if value is not None and value > highest:
            complaints[name] = f"The {name} may not be greater than {highest}."
        elif value is not None and value < 0:
            complaints[name] = f"The {name} must be at least 0."
    if len(changes.get("notes") or "") > _LONGEST_NOTE:
        complaints["notes"] = f"The notes may not be greater than {_LONGEST_NOTE} characters."
    if any(complaints.values()):
        raise invalid(**complaints)


def change_entry(view: View, entry: Node, changes: Mapping[str, Any]) -> Node:
    """Write changes into an entry: a null status stays, a null date is cleared.

    Raises:
        AniListError: A value is out of its bounds.
    """
    facts = {name: value for name, value in changes.items() if value is not None or name == "notes"}
    facts |= {name: {**NO_DATE, **(changes[name] or {})} for name in ("startedAt", "completedAt") if name in changes}
    score, options = facts.pop("score", None), options_of(view, entry)
    if score is not None:
        score = raw_score(score, view.path(entry, "user.mediaListOptions.scoreFormat"))
    score = facts.pop("scoreRaw", score)
    _check_entry({**facts, "score": score})
    facts |= {} if score is None else {"_score": float(score)}
    if "customLists" in facts:
        wanted = facts.pop("customLists")
        facts["_lists"] = tuple(name for name in options["customLists"] if name in wanted)
    if "advancedScores" in facts:
        facts["_advanced"] = tuple(score or 0.0 for score in facts.pop("advancedScores"))
    return view.world.put(entry, **facts, updatedAt=view.second)


@rule("Mutation.UpdateMediaListEntries")
def _update_entries(view: View, _mutation: Node, arguments: Arguments) -> list[Node]:
    changes = {name: value for name, value in arguments.items() if name != "ids"}
    return [change_entry(view, _owned(view, "MediaList", number), changes) for number in arguments.get("ids") or ()]


@rule("Mutation.DeleteCustomList")
def _delete_list(view: View, _mutation: Node, arguments: Arguments) -> dict[str, bool]:
    user, name = view.account, arguments.get("customList")
    which = "animeList" if arguments.get("type") == ANIME else "mangaList"
    options = view.value(user, "mediaListOptions")
    rest = [one for one in options[which]["customLists"] if one != name]
    view.world.put(user, mediaListOptions={**options, which: {**options[which], "customLists": rest}})
    for entry in entries(view, user):
        if name in entry.facts.get("_lists", ()) and options_of(view, entry)["customLists"] == rest:
            view.world.put(entry, _lists=tuple(one for one in entry.facts["_lists"] if one != name))
    return {"deleted": True}


@rule("Mutation.ToggleFavourite")
def _toggle_favourite(view: View, _mutation: Node, arguments: Arguments) -> dict[str, Any]:
    user = view.account
    kept = favourites(user)
    for kind in FAVOURITES:  # the id's own kind is not looked at, as AniList does not
        number = arguments.get(f"{kind.removesuffix('s')}Id")
        if number is not None:
            rest = tuple(one for one in kept[kind] if one != number)
            kept[kind] = rest if rest != kept[kind] else (*rest, number)
    view.world.put(user, _favourites=kept)
    return dict(view.value(user, "favourites"))


@rule("Mutation.UpdateFavouriteOrder")
def _order_favourites(view: View, _mutation: Node, arguments: Arguments) -> dict[str, Any]:
    user = view.account
    kept = favourites(user)
    for kind in FAVOURITES:
        name = kind.removesuffix("s")
        places = dict(zip(arguments.get(f"{name}Ids") or (), arguments.get(f"{name}Order") or (), strict=False))
        placed = sorted((places.get(one, len(places)), place, one) for place, one in enumerate(kept[kind]))
        kept[kind] = tuple(one for _, _, one in placed)
    view.world.put(user, _favourites=kept)
    return dict(view.value(user, "favourites"))


@rule("Mutation.ToggleFollow")
def _toggle_follow(view: View, _mutation: Node, arguments: Arguments) -> Node:
    user, other = view.account, view.found("User", arguments.get("userId"))
    view.world.put(user, _following=_toggled(following(view, user), other.id))
    return other


def _toggled(members: tuple[int, ...], one: int, *, on: bool | None = None) -> tuple[int, ...]:
    rest = tuple(member for member in members if member != one)
    return (*rest, one) if (rest == members if on is None else on) else rest


@rule("Mutation.ToggleLike", "Mutation.ToggleLikeV2")
def _toggle_like(view: View, _mutation: Node, arguments: Arguments) -> Any:
    user, node = view.account, liked(view, arguments)
    view.world.put(node, _likes=_toggled(likes_of(node), user.id))
    return node if view.info.field_name == "ToggleLikeV2" else list(likes_of(node))


def _subscribe(kind: str, name: str) -> Any:
    def subscribe(view: View, _mutation: Node, arguments: Arguments) -> Node:
        user, node = view.account, view.found(kind, arguments.get(name))
        members = _toggled(node.facts.get("_subscribed", ()), user.id, on=arguments.get("subscribe"))
        return view.world.put(node, _subscribed=members)

    return subscribe


@rule("Mutation.ToggleActivityPin")
def _pin(view: View, _mutation: Node, arguments: Arguments) -> Node:
    node = _owned(view, "ActivityUnion", arguments.get("id"))
    return view.world.put(node, isPinned=bool(arguments.get("pinned")))


@rule("Mutation.RateReview", "Mutation.SaveRecommendation")
def _rate(view: View, _mutation: Node, arguments: Arguments) -> Node:
    user, rating = view.account, {"userRating": arguments.get("rating") or "NO_RATING"}
    if view.info.field_name == "RateReview":
        return view.world.put(view.found("Review", arguments.get("reviewId")), **rating)
    media = view.found("Media", arguments.get("mediaId"))
    other = view.found("Media", arguments.get("mediaRecommendationId"))
    known = view.children("Recommendation", media, 3)
    node = next((node for node in known if view.value(node, "mediaRecommendation") == other.id), None)
    if node is None:
        facts = {"media": media.id, "mediaRecommendation": other.id, "userId": user.id, "rating": 1}
        node = view.world.create("Recommendation", **facts)
        view.world.put(media, _Recommendation=(*media.facts.get("_Recommendation", ()), node.id))
    return view.world.put(node, **rating)


@rule("Mutation.UpdateUser")
def _update_user(view: View, _mutation: Node, arguments: Arguments) -> Node:
    user, changes = view.account, {name: value for name, value in arguments.items() if value is not None}
    options, lists = dict(view.value(user, "options")), dict(view.value(user, "mediaListOptions"))
    if changes.get("rowOrder", "score") not in _ROW_ORDERS:
        raise invalid(rowOrder="The selected row order is invalid.")
    if not re.fullmatch(r"-?\d\d:\d\d", changes.get("timezone", "00:00")):
        raise invalid(timezone="The timezone format is invalid.")
    if len(changes.get("disabledListActivity", STATUSES)) != len(STATUSES):
        raise refused("Incorrect number of disabled list activity options (6 required)")
    if changes.get("profileColor", "blue") not in _COLORS:
        del changes["profileColor"]
    for kind in ("animeList", "mangaList"):
        lists[kind] = {**lists[kind], **changes.pop(f"{kind}Options", {})}
    lists |= {name: changes.pop(name) for name in ("scoreFormat", "rowOrder") if name in changes}
    own = {name: changes.pop(name) for name in ("about", "donatorBadge") if name in changes}
    return view.world.put(user, options={**options, **changes}, mediaListOptions=lists, **own)


@rule(*(f"Mutation.{name}" for name in _SAVED))
def _save(view: View, _mutation: Node, arguments: Arguments) -> Node:
    kind, changes = _SAVED[view.info.field_name], dict(arguments)
    user, number = view.account, changes.pop("id", None)
    facts = {_NAMES.get(name, name): value for name, value in changes.items() if value is not None and name != "asMod"}
    if kind == "Review":
        facts["private"] = bool(facts.pop("isPrivate", False))
    if number is not None:
        return view.world.put(_owned(view, kind, number), **facts, updatedAt=view.second)
    if kind == "Thread" and not facts.get("categories"):
        raise invalid(categories="The categories field is required when id is not present.")
    if kind == "ListActivity":
        raise not_found()
    parent = next(
        ((view.found(space, facts[name]), child) for name, (space, child) in _HANGS_ON.items() if name in facts), None
    )
    if kind == "Review":
        parent = view.found("Media", facts.get("mediaId")), "Review"
    author = "messengerId" if kind == "MessageActivity" else "userId"
    node = view.world.create(kind, **{author: user.id}, createdAt=view.second, updatedAt=view.second, **facts)
    if kind in {"TextActivity", "MessageActivity"}:
        parent = user, "ActivityUnion"
    if parent is not None:
        view.world.put(parent[0], **{f"_{parent[1]}": (*parent[0].facts.get(f"_{parent[1]}", ()), node.id)})
    return node


def _delete(kind: str) -> Any:
    def delete(view: View, _mutation: Node, arguments: Arguments) -> dict[str, bool]:
        user, node = view.account, view.world.find(kind, arguments.get("id"))
        if node is None:
            raise invalid(id="The selected id is invalid.")
        if view.owner_id(node) != user.id:
            raise forbidden()
        view.world.put(node, _deleted=True)
        return {"deleted": True}

    return delete


def _chart(view: View, _mutation: Node, arguments: Arguments) -> Any:
    user = view.account
    settings = user.facts.get("_chart", {})
    if "highlights" in arguments:
        marks = {str(mark["mediaId"]): mark.get("highlight") for mark in arguments["highlights"] or () if mark}
        settings = {**settings, "highlights": {**settings.get("highlights", {}), **marks}}
        view.world.put(user, _chart=settings)
        return settings["highlights"]
    view.world.put(user, _chart={**settings, "settings": {**settings.get("settings", {}), **arguments}})
    return user.facts["_chart"]["settings"]


rules({f"Mutation.Delete{name}": _delete(kind) for name, kind in _DELETED.items()})
rules(
    {
        "Mutation.ToggleActivitySubscription": _subscribe("ActivityUnion", "activityId"),
        "Mutation.ToggleThreadSubscription": _subscribe("Thread", "threadId"),
        "Mutation.UpdateAniChartSettings": _chart,
        "Mutation.UpdateAniChartHighlights": _chart,
    }
)
