"""The mutations: every Save, Delete, Toggle and Update. All write into one overlay, which every query reads."""

import re
from collections.abc import Mapping
from typing import Any

from anilist_oauth.sandbox.graphql.errors import invalid, refused
from anilist_oauth.sandbox.graphql.made_up import day_of
from anilist_oauth.sandbox.graphql.media import LISTS, MANGA
from anilist_oauth.sandbox.graphql.nodes import TABLES, Node, space_of
from anilist_oauth.sandbox.graphql.rows import liked
from anilist_oauth.sandbox.graphql.schema import field_type
from anilist_oauth.sandbox.graphql.users import add_entry, entries, entry_of, favourites, options_of, raw_score
from anilist_oauth.sandbox.graphql.view import Arguments, View, rule

_KINDS = {"Activity": "ActivityUnion", "MediaListEntry": "MediaList"}  # what a mutation's name calls a kind
_KEPT_AS = {"scoreRaw": "_score", "customLists": "_lists", "advancedScores": "_advanced"}
_OWNERS = {"activityId": "ActivityUnion", "threadId": "Thread", "mediaId": "Media"}  # what a saved node belongs to


def _own(view: View, kind: str, number: int | None, refusal: str = "not_yours") -> Node:
    """Find an object that belongs to the viewer.

    Raises:
        AniListError: It does not exist, or belongs to somebody else.
    """
    user, node = view.account, view.world.find(kind, number)
    if node is None:
        raise invalid(id="The selected id is invalid.")
    if user.id != (view.value(node, "messengerId") or view.value(node, "userId")):
        raise refused(refusal, kind=kind)
    return node


@rule("Mutation.*")
def _by_name(view: View, _mutation: Node, arguments: Arguments) -> Any:
    """Carry out a mutation by its name: ``SaveThread``, ``DeleteReview``, ``ToggleActivitySubscription``."""
    verb, kind = re.findall("^[A-Z][a-z]+|.+", view.info.field_name)
    return {"Save": _save, "Delete": _delete, "Toggle": _subscribe}[verb](view, _KINDS.get(kind, kind), arguments)


def _save(view: View, kind: str, arguments: Arguments) -> Node:
    user, now, facts = view.account, view.second, {}
    for name, value in arguments.items():
        flag = f"is{name.title()}"  # the input `locked` is the field `isLocked`
        if name != "id" and value is not None:
            facts[flag if field_type(kind, flag) else name] = value
    if arguments.get("id") is not None:
        return view.world.put(_own(view, kind, arguments["id"]), **facts, updatedAt=now)
    if kind == "Thread" and not facts.get("categories"):
        raise invalid(categories="The categories field is required when id is not present.")
    if kind == "ListActivity" or (kind == "Review" and "mediaId" not in facts):
        raise refused("not_found")
    parent = next((view.found(owner, facts[name]) for name, owner in _OWNERS.items() if name in facts), user)
    return _hung(view, parent, view.world.create(kind, userId=user.id, createdAt=now, updatedAt=now, **facts))


def _hung(view: View, parent: Node, child: Node) -> Node:
    """Add a new node to the children of another node."""
    name = f"_{space_of(child.kind)}"
    view.world.put(parent, **{name: (*parent.facts.get(name, ()), child.id)})
    return child


def _delete(view: View, kind: str, arguments: Arguments) -> dict[str, bool]:
    view.world.put(_own(view, kind, arguments.get("id"), "forbidden"), _deleted=True)
    return {"deleted": True}


def _toggled(members: list[int], one: int, *, on: bool | None = None) -> list[int]:
    rest = [member for member in members if member != one]
    return [*rest, one] if (rest == members if on is None else on) else rest


def _subscribe(view: View, kind: str, arguments: Arguments) -> Node:
    name = f"{kind.removesuffix('Subscription').lower()}Id"
    node = view.found(_OWNERS[name], arguments.get(name))
    members = _toggled(view.value(node, "_subscribed"), view.viewer_id, on=arguments.get("subscribe"))
    return view.world.put(node, _subscribed=members)


@rule("Mutation.ToggleFollow")
def _toggle_follow(view: View, _mutation: Node, arguments: Arguments) -> Node:
    user, other = view.account, view.found("User", arguments.get("userId"))
    view.world.put(user, _following=_toggled(view.value(user, "_following"), other.id))
    return other


@rule("Mutation.ToggleLike", "Mutation.ToggleLikeV2")
def _toggle_like(view: View, _mutation: Node, arguments: Arguments) -> Any:
    node = liked(view, arguments)
    changed = view.world.put(node, likes=_toggled(view.value(node, "likes"), view.viewer_id))
    return changed if view.info.field_name == "ToggleLikeV2" else changed.facts["likes"]


@rule("Mutation.ToggleActivityPin")
def _pin(view: View, _mutation: Node, arguments: Arguments) -> Node:
    return view.world.put(_own(view, "ActivityUnion", arguments.get("id")), isPinned=bool(arguments.get("pinned")))


@rule("Mutation.ToggleFavourite", "Mutation.UpdateFavouriteOrder")
def _change_favourites(view: View, _mutation: Node, arguments: Arguments) -> dict[str, list[int]]:
    changed = favourites(view, view.account)
    for part, numbers in changed.items():  # AniList does not check the kind of an id
        one, ids, order = (arguments.get(f"{part.removesuffix('s')}{what}") for what in ("Id", "Ids", "Order"))
        toggled = numbers if one is None else _toggled(numbers, one)
        places = {**dict.fromkeys(toggled, len(order or ())), **dict(zip(ids or (), order or (), strict=False))}
        changed[part] = sorted(toggled, key=places.__getitem__)
    view.world.put(view.account, favourites=changed)
    return changed


@rule("Mutation.SaveMediaListEntry")
def _save_entry(view: View, _mutation: Node, arguments: Arguments) -> Node:
    user, changes = view.account, dict(arguments)
    entry_id, media_id = changes.pop("id", None), changes.pop("mediaId", None)
    if entry_id is not None:
        return change_entry(view, _own(view, "MediaList", entry_id), changes)
    if view.world.find("Media", media_id) is None:
        raise invalid(mediaId="The selected media id is invalid.")
    begun = day_of(view.second if changes.get("status") in {None, "CURRENT"} else None)
    entry = entry_of(view, user, media_id) or add_entry(view, user, media_id, startedAt=begun)
    return change_entry(view, entry, changes)


@rule("Mutation.UpdateMediaListEntries")
def _update_entries(view: View, _mutation: Node, arguments: Arguments) -> list[Node]:
    changes = {name: value for name, value in arguments.items() if name != "ids"}
    owned = [_own(view, "MediaList", number) for number in arguments.get("ids") or ()]
    return [change_entry(view, entry, changes) for entry in owned]


def change_entry(view: View, entry: Node, changes: Mapping[str, Any]) -> Node:
    """Write changes into an entry. A null date is cleared; other nulls except notes change nothing.

    Raises:
        AniListError: A value is out of its bounds.
    """
    facts = {name: value for name, value in changes.items() if value is not None or name == "notes"}
    dates = [name for name in ("startedAt", "completedAt") if name in changes]
    facts |= {name: {**day_of(None), **(changes[name] or {})} for name in dates}
    if "score" in facts:
        facts["scoreRaw"] = raw_score(facts.pop("score"), view.path(entry, "user.mediaListOptions.scoreFormat"))
    if "customLists" in facts:
        facts["customLists"] = [one for one in options_of(view, entry)["customLists"] if one in facts["customLists"]]
    facts = {_KEPT_AS.get(name, name): value for name, value in facts.items()}
    complaints = {}
    for name, highest in TABLES["bounds"].items():  # recorded; the sentences are those of Laravel
        value, field = facts.get(name) or 0, name.removeprefix("_")
        size, unit = (len(value), " characters") if isinstance(value, str) else (value, "")
        if size > highest:
            complaints[field] = f"The {field} may not be greater than {highest}{unit}."
        elif size < 0:
            complaints[field] = f"The {field} must be at least 0."
    if complaints:
        raise invalid(**complaints)
    return view.world.put(entry, **facts, updatedAt=view.second)


@rule("Mutation.DeleteCustomList")
def _delete_list(view: View, mutation: Node, arguments: Arguments) -> dict[str, bool]:
    which = LISTS[arguments.get("type") or MANGA]
    lists = view.value(view.account, "mediaListOptions")[which]["customLists"]
    rest = [one for one in lists if one != arguments.get("customList")]
    _update_user(view, mutation, {f"{which}Options": {"customLists": rest}})
    return {"deleted": True}


def _forget_lists(view: View) -> None:
    """Remove the viewer's entries from custom lists that no longer exist."""
    for entry in entries(view, view.account):
        lists = entry.facts.get("_lists", ())
        kept = [one for one in lists if one in options_of(view, entry)["customLists"]]
        if len(kept) < len(lists):
            view.world.put(entry, _lists=kept)


@rule("Mutation.RateReview")
def _rate(view: View, _mutation: Node, arguments: Arguments) -> Node:
    review = view.found("Review", arguments.get("reviewId"))
    return view.world.put(review, userRating=arguments.get("rating") or "NO_VOTE")


@rule("Mutation.SaveRecommendation")
def _recommend(view: View, _mutation: Node, arguments: Arguments) -> Node:
    media, other = (view.found("Media", arguments.get(name)) for name in ("mediaId", "mediaRecommendationId"))
    known = {view.value(one, "mediaRecommendation"): one for one in view.children("Recommendation", media)}
    facts = {"media": media.id, "mediaRecommendation": other.id, "userId": view.viewer_id, "rating": 1}
    node = known.get(other.id) or _hung(view, media, view.world.create("Recommendation", **facts))
    return view.world.put(node, userRating=arguments.get("rating") or "NO_RATING")


@rule("Mutation.UpdateUser")
def _update_user(view: View, _mutation: Node, arguments: Arguments) -> Node:
    user, changes = view.account, {name: value for name, value in arguments.items() if value is not None}
    options, lists = view.value(user, "options"), dict(view.value(user, "mediaListOptions"))
    for name, (pattern, complaint) in TABLES["formats"].items():
        if name in changes and not re.fullmatch(pattern, changes[name]):
            raise invalid(**{name: complaint})
    if len(changes.get("disabledListActivity", TABLES["statuses"])) != len(TABLES["statuses"]):
        raise refused("list_activity")
    if changes.get("profileColor", "blue") not in TABLES["colors"]:
        del changes["profileColor"]
    for kind in LISTS.values():
        lists[kind] = {**lists[kind], **changes.pop(f"{kind}Options", {})}
    lists |= {name: changes.pop(name) for name in ("scoreFormat", "rowOrder") if name in changes}
    own = {name: changes.pop(name) for name in ("about", "donatorBadge") if name in changes}
    changed = view.world.put(user, options={**options, **changes}, mediaListOptions=lists, **own)
    _forget_lists(view)
    return changed


@rule("Mutation.UpdateAniChartSettings", "Mutation.UpdateAniChartHighlights")
def _chart(view: View, _mutation: Node, arguments: Arguments) -> Any:
    part, given, chart = "settings", dict(arguments), view.account.facts.get("_chart", {})
    if "highlights" in given:
        part, marks = "highlights", given["highlights"] or ()
        given = {str(mark["mediaId"]): mark.get("highlight") for mark in marks if mark}
    changed = {**chart.get(part, {}), **given}
    view.world.put(view.account, _chart={**chart, part: changed})
    return changed
