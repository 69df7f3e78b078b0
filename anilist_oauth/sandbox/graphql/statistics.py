"""A user's statistics. They are counted from the user's list, so that both agree."""

from collections.abc import Hashable, Sequence
from math import sqrt
from operator import itemgetter
from typing import Any

from anilist_oauth.sandbox.graphql.media import ANIME, MANGA
from anilist_oauth.sandbox.graphql.nodes import TABLES, Node
from anilist_oauth.sandbox.graphql.users import seen
from anilist_oauth.sandbox.graphql.view import Arguments, View, answer, rule

# By name: the field of a group's key, and the object and the path that the key is read from.
_GROUPS: dict[str, list[str]] = TABLES["statistics"]
_SUMS = ("minutesWatched", "episodesWatched", "chaptersRead", "volumesRead")


def _rows(view: View, user: Node) -> dict[str, list[dict[str, Any]]]:
    """Read what is counted of each entry of a user, by the type of media."""
    rows: dict[str, list[dict[str, Any]]] = {ANIME: [], MANGA: []}
    for entry in seen(view, user):
        media, progress = view.part(entry, "media"), view.value(entry, "progress") or 0
        kind, volumes = view.value(media, "type") or MANGA, view.value(entry, "progressVolumes") or 0
        minutes = progress * (view.value(media, "duration") or 0)
        sums = (minutes, progress, 0, 0) if kind == ANIME else (0, 0, progress, volumes)
        rows[kind].append({"entry": entry, "media": media, "score": view.value(entry, "_score"), "sums": sums})
    return rows


def _counted(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of some entries: their number, their scores and the time spent."""
    given = [row["score"] for row in rows if row["score"]] or [0.0]
    mean, numbers = sum(given) / len(given), [row["media"].id for row in rows]
    variance = sum((score - mean) ** 2 for score in given) / len(given)
    sums = (min(sum(one), 2**31 - 1) for one in zip((0, 0, 0, 0), *(row["sums"] for row in rows), strict=True))
    return {
        **dict(zip(_SUMS, sums, strict=True)),
        "count": len(rows),
        "meanScore": round(mean, 2),
        "standardDeviation": round(sqrt(variance), 2),
        "mediaIds": numbers,
        "characterIds": [number * 100 + 1 for number in numbers],
    }


@rule("UserStatistics.*")
def _figure(view: View, statistics: Node, arguments: Arguments) -> Any:
    field, owner, path = _GROUPS[view.info.field_name]
    found: dict[Hashable, list[dict[str, Any]]] = {}
    for row in statistics.facts["_rows"]:
        keys = view.path(row[owner], path)
        for key in keys if isinstance(keys, list) else [keys]:
            found.setdefault(key, []).append(row)
    groups = [pair for pair in found.items() if pair[0] is not None]
    sorts = [sort for sort in arguments.get("sort") or ["COUNT_DESC"] if sort]
    if sorts == ["COUNT_DESC"]:  # the usual order: most groups need no other figures
        groups = sorted(groups, key=lambda pair: len(pair[1]), reverse=True)[: arguments.get("limit")]
    counted = [{field: key, **_counted(group)} for key, group in groups]
    for sort in reversed(sorts):
        by = TABLES["statistics_sorts"].get(sort.removesuffix("_DESC"), field)
        counted.sort(key=itemgetter(by), reverse=sort.endswith("_DESC"))
    return counted[: arguments.get("limit")]


@rule("Media._length")
def _length(view: View, media: Node, _arguments: Arguments) -> str:
    size = view.value(media, "episodes") or view.value(media, "chapters") or 0
    return next((name for bound, name in TABLES["statistics_lengths"] if size <= bound), "101+")


@rule("User.stats")
def _stats(view: View, user: Node, _arguments: Arguments) -> dict[str, Any]:
    """Return the two counted figures of the statistics that AniList had before 2020."""
    counted = [_counted(rows) for rows in _rows(view, user).values()]
    return {"watchedTime": counted[0]["minutesWatched"], "chaptersRead": counted[1]["chaptersRead"]}


@rule("User.statistics")
def _statistics(view: View, user: Node, _arguments: Arguments) -> dict[str, Any]:
    return {kind.lower(): {"_rows": rows, **_counted(rows)} for kind, rows in _rows(view, user).items()}


answer("MediaList._wholeScore", lambda view, entry, _: int(view.value(entry, "_score") + 0.5))
