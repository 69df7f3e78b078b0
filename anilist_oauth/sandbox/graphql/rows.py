"""The fields of ``Query`` and ``Page``: which rows there are, before they are filtered."""

from collections.abc import Iterable
from html import escape
from itertools import chain
from typing import Any

from anilist_oauth.sandbox.graphql.accounts import followers, following, found_user, may_see, users
from anilist_oauth.sandbox.graphql.errors import not_found, refused
from anilist_oauth.sandbox.graphql.made_up import RANGES, TABLES, USERS
from anilist_oauth.sandbox.graphql.media import episodes_between, trends
from anilist_oauth.sandbox.graphql.media_lists import entry_of, is_open, seen
from anilist_oauth.sandbox.graphql.nodes import MEDIA, Node, first_child
from anilist_oauth.sandbox.graphql.pagination import depth_refusal, one_page, page_info, paging, told_of
from anilist_oauth.sandbox.graphql.relations import likes_of
from anilist_oauth.sandbox.graphql.schema import field_type
from anilist_oauth.sandbox.graphql.schema_text import kinds_of
from anilist_oauth.sandbox.graphql.selection import chosen
from anilist_oauth.sandbox.graphql.view import Arguments, View, rule, rules

_PAGE_LIMIT = 50
_PARENTS = {"Review": "media", "Recommendation": "media", "ThreadComment": "thread", "ActivityReply": "activity"}
_PARENTS |= {"ActivityUnion": "user", "MediaTrend": "media", "AiringSchedule": "media"}
_LOOKED_AT = {"media": MEDIA[:40], "thread": RANGES["Thread"], "user": USERS, "activity": ()}
_NULL_WHERE_NONE = {"ActivityUnion", "Character", "Staff", "Studio"}  # everything else is a 404 (Media, User and
# Thread are recorded; for the rest it is inferred from them)
_YEARS = 50 * 366 * 86_400
_WEEKS = 8 * 604_800  # of airing times looked at, unless a filter says since and until when
_LIKEABLE = {"ACTIVITY": "ActivityUnion", "ACTIVITY_REPLY": "ActivityReply", "THREAD": "Thread"}
_FOUR_CAST = 4


def liked(view: View, arguments: Arguments) -> Node:
    """Find what is liked."""
    return view.found(
        _LIKEABLE.get(arguments.get("type") or "", "ThreadComment"), arguments.get("id") or arguments.get("likeableId")
    )


def rows(view: View, kind: str, field: str, arguments: Arguments) -> list[Node]:
    """Return the rows of a field of ``Query`` or ``Page``, filtered and sorted."""
    filters = {name: value for name, value in arguments.items() if (kind, name) != ("ThreadComment", "sort")}
    if field.lower() in {"like", "likes"}:
        return view.nodes("User", likes_of(liked(view, arguments)))
    if field.lower() in {"follower", "followers", "following"}:
        user = view.found("User", filters.pop("userId"))
        found = view.nodes("User", following(view, user)) if field.lower() == "following" else followers(view, user)
    else:
        found = list(_candidates(view, kind, filters))
    return chosen(view, found, filters)


def _candidates(view: View, kind: str, filters: dict[str, Any]) -> Iterable[Node]:
    """Return the rows that can pass the filters, without a look at all there is."""
    known = _named(filters, "id") or (_named(filters, "idMal") if kind == "Media" else [])
    if known and kind != "MediaTrend":
        return view.nodes(kind, sorted(set(known)))
    if kind == "MediaList":
        return _entries(view, filters)
    if kind == "NotificationUnion":
        first = first_child(kind, view.account.id)
        return view.nodes(kind, range(first, first + len(kinds_of(kind))))
    if kind in _PARENTS:
        return _hanging(view, kind, filters)
    if kind == "User":
        return users(view)
    cast = [media * 100 + place for media in MEDIA for place in range(1, _FOUR_CAST)]
    made = view.nodes(kind, cast if kind == "Character" else RANGES[kind])
    return [*made, *(node for node in view.world.kept(kind) if node not in made)]


def _named(filters: Arguments, name: str) -> list[int]:
    one, several = filters.get(name), filters.get(f"{name}_in")
    return [number for number in (several or [one]) if number is not None]


def _hanging(view: View, kind: str, filters: dict[str, Any]) -> Iterable[Node]:
    """Return what hangs on the nodes that a filter names, or on the first few."""
    parent = _PARENTS[kind]
    numbers = _named(filters, f"{parent}Id") or _LOOKED_AT[parent]
    if kind == "ActivityUnion" and not _named(filters, "userId"):
        numbers = [*(person.id for person in view.world.people), *numbers]
    owner = {"activity": "ActivityUnion"}.get(parent, parent.title())
    nodes = view.nodes(owner, numbers)
    if kind == "MediaTrend":
        return chain.from_iterable(trends(view, node) for node in nodes)
    if kind == "AiringSchedule":
        return chain.from_iterable(_airing(view, node, filters) for node in nodes)
    found = list(chain.from_iterable(view.children(kind, node) for node in nodes))
    return [*found, *(node for node in view.world.kept(kind) if "_new" in node.facts and node not in found)]


def _airing(view: View, media: Node, filters: Arguments) -> list[Node]:
    around = _WEEKS if not _named(filters, "mediaId") else _YEARS if view.value(media, "episodes") else 6 * _WEEKS
    since, until = filters.get("airingAt_greater"), filters.get("airingAt_lesser")
    since = (until or view.second) - around if since is None else since
    episodes = episodes_between(view, media, since, view.second + around if until is None else until)
    return view.nodes("AiringSchedule", (first_child("AiringSchedule", media.id) + one for one in episodes))


def _entries(view: View, filters: dict[str, Any]) -> list[Node]:
    """Return the entries of the users that are named, or of everybody."""
    user_id, name = filters.pop("userId", None), filters.pop("userName", None)
    owners, media = view.nodes("User", _named(filters, "userId")) or users(view), _named(filters, "mediaId")
    if user_id is not None or name is not None:
        owners = [found_user(view, user_id, name)]
        if not media:
            return seen(view, owners[0])
    open_to = [user for user in owners if may_see(view, user)]
    found = [entry_of(view, user, one) for user in open_to for one in media or MEDIA[:_FOUR_CAST]]
    return [entry for entry in found if entry is not None and is_open(view, entry)]


@rule("Query.*")
def _rows_of_query(view: View, _query: Node, arguments: Arguments) -> Node | list[Node] | None:
    name = view.info.field_name
    kind = _kind("Query", name)
    if name.endswith("Collection"):  # some of its filters are about what no field says
        arguments = {filtered: value for filtered, value in arguments.items() if field_type(kind, filtered)}
    found = [node for node in rows(view, kind, name, arguments) if node.kind != "User" or may_see(view, node)]
    if name == "ThreadComment" or name.endswith("Collection"):
        return found
    if not found and kind not in _NULL_WHERE_NONE:
        raise not_found()
    return found[0] if found else None


@rule("Page.*")
def _rows_of_page(view: View, page: Node, arguments: Arguments) -> list[Node]:
    name = view.info.field_name
    return list(one_page(rows(view, _kind("Page", name), name, arguments), *page.facts["_paging"]))


def _kind(owner: str, name: str) -> str:
    field = field_type(owner, name)
    return field.kind if field else ""


@rule("Query.Page")
def _page(view: View, _query: Node, arguments: Arguments) -> dict[str, Any]:
    number, size = paging(arguments, _PAGE_LIMIT)
    refusal = depth_refusal(number, size)
    if refusal:
        raise refused(refusal)
    told = told_of(view.info)
    count = len(rows(view, _kind("Page", told[0]), *told)) if told else 0
    return {"_paging": (number, size), "pageInfo": page_info(count, number, size)}


@rule("SiteStatistics.*")
def _site_trends(view: View, _statistics: Node, _arguments: Arguments) -> list[Node]:
    name, today = view.info.field_name, view.second // 86_400
    days = [
        {"date": day * 86_400, "count": day * len(name), "change": len(name)} for day in range(today, today - 100, -1)
    ]
    return [Node("SiteTrend", f"SiteTrend:{name}.{day['date']}", 0, day) for day in days]


rules(
    {
        "Query.Viewer": lambda view, _query, _: view.account,
        "Query.GenreCollection": lambda _view, _query, _: TABLES["genres"],
        "Query.SiteStatistics": lambda _view, _query, _: {},
        "Query.Markdown": lambda _view, _query, arguments: {"html": f"<p>{escape(arguments['markdown'])}</p>"},
        "Query.AniChartUser": lambda view, _query, _: {"user": view.account, **view.account.facts.get("_chart", {})},
    }
)
