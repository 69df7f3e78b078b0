"""A user's statistics, counted from the list so that both agree."""

from collections.abc import Hashable, Sequence
from math import sqrt
from operator import itemgetter
from statistics import fmean
from typing import Any

from anilist_oauth.sandbox.graphql.media import ANIME, MANGA
from anilist_oauth.sandbox.graphql.nodes import TABLES, Node
from anilist_oauth.sandbox.graphql.users import seen
from anilist_oauth.sandbox.graphql.view import Arguments, View, rule

_GROUPS: dict[str, list[str]] = TABLES["statistics"]  # the field of a group's key, and where it is read
_SUMS = ("minutesWatched", "episodesWatched", "chaptersRead", "volumesRead")
_Row = dict[str, Any]


def _rows(view: View, user: Node) -> dict[str, list[_Row]]:
    """Read what is counted of a user's entries, by the type of media."""
    rows: dict[str, list[_Row]] = {ANIME: [], MANGA: []}
    for entry in seen(view, user):
        media, progress = view.part(entry, "media"), view.value(entry, "progress") or 0
        row = {"entry": entry, "media": media, "score": view.value(entry, "_score"), **dict.fromkeys(_SUMS, 0)}
        kind = view.value(media, "type")
        if kind == ANIME:
            row |= {"episodesWatched": progress, "minutesWatched": progress * (view.value(media, "duration") or 0)}
        else:
            row |= {"chaptersRead": progress, "volumesRead": view.value(entry, "progressVolumes") or 0}
        rows[kind].append(row)
    return rows


def _counted(rows: Sequence[_Row]) -> dict[str, Any]:
    """Count entries: how many, how good, how long."""
    given = [row["score"] for row in rows if row["score"]] or [0.0]
    mean, numbers = fmean(given), [row["media"].id for row in rows]
    return {
        "count": len(rows),
        "meanScore": round(mean, 2),
        "standardDeviation": round(sqrt(fmean([(score - mean) ** 2 for score in given])), 2),
        "mediaIds": numbers,
        "characterIds": [number * 100 + 1 for number in numbers],
        **{name: sum(row[name] for row in rows) for name in _SUMS},
    }


@rule("UserStatistics.*")
def _figure(view: View, statistics: Node, arguments: Arguments) -> Any:
    field, owner, path = _GROUPS[view.info.field_name]
    found: dict[Hashable, list[_Row]] = {}
    for row in statistics.facts["_rows"]:
        keys = view.path(row[owner], path)
        for key in keys if isinstance(keys, list) else [keys]:
            found.setdefault(key, []).append(row)
    counted = [{field: key, **_counted(group)} for key, group in found.items() if key is not None]
    for sort in reversed([sort for sort in arguments.get("sort") or ["COUNT_DESC"] if sort]):
        by = TABLES["statistics_sorts"].get(sort.removesuffix("_DESC"), field)
        counted.sort(key=itemgetter(by), reverse=sort.endswith("_DESC"))
    return counted[: arguments.get("limit")]


@rule("Media._length")
def _length(view: View, media: Node, _arguments: Arguments) -> str:
    size = view.value(media, "episodes") or view.value(media, "chapters") or 0
    return next((name for bound, name in TABLES["statistics_lengths"] if size <= bound), "101+")


@rule("User.stats")
def _stats(view: View, user: Node, _arguments: Arguments) -> dict[str, Any]:
    """Return the statistics of before 2020, as far as they are counted."""
    counted = [_counted(rows) for rows in _rows(view, user).values()]
    return {"watchedTime": counted[0]["minutesWatched"], "chaptersRead": counted[1]["chaptersRead"]}


@rule("User.statistics")
def _statistics(view: View, user: Node, _arguments: Arguments) -> dict[str, Any]:
    return {kind.lower(): {"_rows": rows, **_counted(rows)} for kind, rows in _rows(view, user).items()}
