"""A user's statistics: counted from the list, so that they agree with it."""

from collections.abc import Hashable, Iterator, Sequence
from math import sqrt
from operator import itemgetter
from statistics import fmean
from typing import Any

from anilist_oauth.sandbox.graphql.media import ANIME, MANGA
from anilist_oauth.sandbox.graphql.media_lists import seen
from anilist_oauth.sandbox.graphql.nodes import TABLES, Node
from anilist_oauth.sandbox.graphql.view import Arguments, View, rule, rules

_GROUPS: dict[str, list[str]] = TABLES["statistics"]  # the field of a group's key, and where an entry has it
_Row = tuple[Node, int, int, int, int, float]  # an entry, and its minutes, episodes, chapters, volumes and score


def _rows(view: View, user: Node, kind: str) -> Iterator[_Row]:
    """Read what is counted of a user's entries."""
    for entry in seen(view, user):
        if view.path(entry, "media.type") == kind:
            progress, volumes = view.value(entry, "progress") or 0, view.value(entry, "progressVolumes") or 0
            figures = (0, 0, progress, volumes)
            if kind == ANIME:
                figures = (progress * (view.path(entry, "media.duration") or 0), progress, 0, 0)
            yield entry, *figures, view.value(entry, "_score")


def _counted(view: View, rows: Sequence[_Row]) -> dict[str, Any]:
    """Count entries: how many, how good, how long."""
    entries, minutes, episodes, chapters, volumes, scores = zip(*rows, strict=True) if rows else [()] * 6
    given = [score for score in scores if score] or [0.0]
    mean = fmean(given)
    numbers = [view.value(entry, "mediaId") for entry in entries]
    return {
        "count": len(rows),
        "meanScore": round(mean, 2),
        "standardDeviation": round(sqrt(fmean([(score - mean) ** 2 for score in given])), 2),
        "minutesWatched": sum(minutes),
        "episodesWatched": sum(episodes),
        "chaptersRead": sum(chapters),
        "volumesRead": sum(volumes),
        "mediaIds": numbers,
        "characterIds": [number * 100 + 1 for number in numbers],
    }


@rule("UserStatistics.*")
def _figure(view: View, statistics: Node, arguments: Arguments) -> Any:
    name, rows = view.info.field_name, statistics.facts["_rows"]
    if name not in _GROUPS:
        return _counted(view, rows)[name]
    field, path = _GROUPS[name]
    found: dict[Hashable, list[_Row]] = {}
    for row in rows:
        keys = view.path(row[0], path)
        for key in keys if isinstance(keys, list) else [keys]:
            found.setdefault(key, []).append(row)
    counted = [{field: key, **_counted(view, group)} for key, group in found.items() if key is not None]
    for sort in reversed([sort for sort in arguments.get("sort") or ["COUNT_DESC"] if sort]):
        by = TABLES["statistics_sorts"].get(sort.removesuffix("_DESC"), field)
        counted.sort(key=itemgetter(by), reverse=sort.endswith("_DESC"))
    return counted[: arguments.get("limit")]


@rule("Media._length")
def _length(view: View, media: Node, _arguments: Arguments) -> str:
    size = view.value(media, "episodes") or view.value(media, "chapters") or 0
    return next((name for bound, name in TABLES["statistics_lengths"] if size <= bound), "101+")


rules(
    {
        "User.statistics": lambda view, user, _: {
            kind.lower(): {"_rows": list(_rows(view, user, kind))} for kind in (ANIME, MANGA)
        },
        "User.stats": lambda view, user, _: {  # the statistics of before 2020, as far as they are counted
            "watchedTime": sum(row[1] for row in _rows(view, user, ANIME)),
            "chaptersRead": sum(row[3] for row in _rows(view, user, MANGA)),
        },
    }
)
