"""The fields of ``Query`` and ``Page``, and the rows that they return."""

from collections.abc import Callable, Iterable
from html import escape
from itertools import chain
from typing import Any

from graphql import get_named_type, is_list_type

from anilist_oauth.sandbox.graphql.errors import refused
from anilist_oauth.sandbox.graphql.media import DAY, WEEK, episodes_between
from anilist_oauth.sandbox.graphql.nodes import MEDIA, PARENTS, RANGES, Node, child
from anilist_oauth.sandbox.graphql.schema import field_type
from anilist_oauth.sandbox.graphql.selection import PAGE_LIMIT, asked_page, chosen, told_of
from anilist_oauth.sandbox.graphql.users import entry_of, everybody, found_user, is_open, may_see, seen
from anilist_oauth.sandbox.graphql.view import Arguments, View, answer, rule

# Any other kind is a 404 if there is none. This is recorded for Media, User and Thread, and inferred for the rest.
_NULL_WHERE_NONE = {"ActivityUnion", "Character", "Staff", "Studio"}
_LIKEABLE = {"ACTIVITY": "ActivityUnion", "ACTIVITY_REPLY": "ActivityReply", "THREAD": "Thread"}
_FEW, _MANY = 4, 40  # how much of the catalog is used if a query names no media


def liked(view: View, arguments: Arguments) -> Node:
    """Find the object whose likes are asked for or changed.

    Raises:
        AniListError: There is none.
    """
    kind = _LIKEABLE.get(arguments.get("type") or "", "ThreadComment")
    return view.found(kind, arguments.get("id") or arguments.get("likeableId"))


def rows(view: View, kind: str, field: str, arguments: Arguments) -> list[Node]:
    """Return the rows of a field of ``Query`` or ``Page``, filtered and sorted."""
    filters = {name: value for name, value in arguments.items() if (kind, name) != ("ThreadComment", "sort")}
    if field.lower().startswith("like"):
        return view.nodes("User", view.value(liked(view, arguments), "likes"))
    if field.lower().startswith("follow"):
        user = view.found("User", filters.pop("userId"))
        followers = (one for one in everybody(view) if user.id in view.value(one, "_following"))
        found = view.nodes("User", view.value(user, "_following")) if field.lower() == "following" else list(followers)
    else:
        found = list(_candidates(view, kind, filters))
    is_visible = {"User": may_see, "MediaList": is_open}.get(kind)
    return chosen(view, found if is_visible is None else [node for node in found if is_visible(view, node)], filters)


def _candidates(view: View, kind: str, filters: dict[str, Any]) -> Iterable[Node]:
    """Return the rows that may pass the filters. Ids and parents in the filters narrow them down."""
    known = _named(filters, "id") or (_named(filters, "idMal") if kind == "Media" else [])
    if known and kind != "MediaTrend":
        return view.nodes(kind, sorted(set(known)))
    if kind in _CANDIDATES:
        return _CANDIDATES[kind](view, filters)
    parents = _parents(view, kind, filters) if kind in PARENTS else []
    made = chain.from_iterable(view.children(kind, parent) for parent in parents)
    return dict.fromkeys([*made, *view.nodes(kind, RANGES.get(kind, ())), *view.world.kept(kind)])


def _named(filters: Arguments, name: str) -> list[int]:
    one, several = filters.get(name), filters.get(f"{name}_in")
    return [number for number in (several or [one]) if number is not None]


def _parents(view: View, kind: str, filters: Arguments) -> list[Node]:
    """Return the parents of the rows: those that a filter names, or else the first ones."""
    parent = PARENTS[kind]
    if known := _named(filters, f"{parent.field}Id"):
        return view.nodes(parent.kind, known)
    return everybody(view) if parent.kind == "User" else view.nodes(parent.kind, RANGES.get(parent.kind, ())[:_MANY])


def _airing(view: View, filters: Arguments) -> Iterable[Node]:
    """Return the episodes in the time of the filters, or else all of one show, or those around now."""
    since, until = filters.get("airingAt_greater"), filters.get("airingAt_lesser")
    for media in _parents(view, "AiringSchedule", filters):
        around = WEEK * (999 if _named(filters, "mediaId") and view.value(media, "episodes") else 8)
        first = (until or view.second) - around if since is None else since
        last = view.second + around if until is None else until
        numbers = (child("AiringSchedule", media.id, one) for one in episodes_between(view, media, first, last))
        yield from view.nodes("AiringSchedule", numbers)


def _entries(view: View, filters: dict[str, Any]) -> Iterable[Node]:
    """Return the entries of the users that a filter names, or of everybody."""
    user_id, name, media = filters.pop("userId", None), filters.pop("userName", None), _named(filters, "mediaId")
    owners = view.nodes("User", _named(filters, "userId")) or everybody(view)
    if user_id is not None or name is not None:
        owners = [found_user(view, user_id, name)]
        if not media:
            return seen(view, owners[0])
    found = (entry_of(view, user, one) for user in owners for one in media or MEDIA[:_FEW])
    return [entry for entry in found if entry is not None]


_CANDIDATES: dict[str, Callable[[View, dict[str, Any]], Iterable[Node]]] = {
    "AiringSchedule": _airing,
    "MediaList": _entries,
    "MediaTrend": lambda view, filters: chain.from_iterable(
        view.value(media, "trends") for media in _parents(view, "MediaTrend", filters)
    ),
    "NotificationUnion": lambda view, _: view.children("NotificationUnion", view.account),
    "User": lambda view, _: everybody(view),
}


@rule("Query.*")
def _rows_of_query(view: View, _query: Node, arguments: Arguments) -> Node | list[Node] | None:
    name, returned = view.info.field_name, view.info.return_type
    kind = str(get_named_type(returned))
    if name.endswith("Collection"):  # some of its arguments filter by something that is not a field
        arguments = {filtered: value for filtered, value in arguments.items() if field_type(kind, filtered)}
    found = rows(view, kind, name, arguments)
    if is_list_type(returned):
        return found
    if not found and kind not in _NULL_WHERE_NONE:
        raise refused("not_found")
    return found[0] if found else None


@rule("Page.*")
def _rows_of_page(view: View, page: Node, arguments: Arguments) -> Any:
    kind = str(get_named_type(view.info.return_type))
    return page.facts["_page"].cut(rows(view, kind, view.info.field_name, arguments))


@rule("Query.Page")
def _page(view: View, _query: Node, arguments: Arguments) -> dict[str, Any]:
    page, told = asked_page(arguments, PAGE_LIMIT), told_of(view.info)
    if page.is_too_deep():
        raise refused("page_depth")
    return {"_page": page, "pageInfo": page.info(len(rows(view, *told)) if told else 0)}


@rule("SiteStatistics.*")
def _site_trends(view: View, _statistics: Node, _arguments: Arguments) -> list[dict[str, Any]]:
    name, today = view.info.field_name, view.second // DAY
    days = range(today, today - 100, -1)
    return [{"node": {"date": day * DAY, "count": day * len(name), "change": len(name)}} for day in days]


answer("Query.Viewer", lambda view, _query, _: view.account)
answer("Query.Markdown", lambda _view, _query, arguments: {"html": f"<p>{escape(arguments['markdown'])}</p>"})
answer("Query.AniChartUser", lambda view, _query, _: {"user": view.account, **view.account.facts.get("_chart", {})})
