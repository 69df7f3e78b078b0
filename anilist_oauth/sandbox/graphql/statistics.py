"""A user's statistics: counted from the list, so that they agree with it."""

from collections.abc import Hashable, Sequence
from math import sqrt
from operator import itemgetter
from statistics import fmean
from typing import Any, NamedTuple

from anilist_oauth.sandbox.graphql.made_up import TABLES
from anilist_oauth.sandbox.graphql.media import ANIME, MANGA
from anilist_oauth.sandbox.graphql.media_lists import seen
from anilist_oauth.sandbox.graphql.nodes import Node
from anilist_oauth.sandbox.graphql.relations import voices_of
from anilist_oauth.sandbox.graphql.view import Arguments, View, rule, rules

_GROUPS: dict[str, list[str]] = TABLES["statistics"]  # the field of a group's key, and where an entry has it


class _Row(NamedTuple):
    """What is counted of an entry."""

    entry: Node
    minutes: int | None
    media: int
    score: float
    progress: int
    volumes: int


@rule("User.statistics")
def _statistics(view: View, user: Node, _arguments: Arguments) -> dict[str, Any]:
    kinds: dict[str, list[_Row]] = {ANIME: [], MANGA: []}
    for entry in seen(view, user):
        figures = (view.value(entry, name) or 0 for name in ("mediaId", "_score", "progress", "progressVolumes"))
        kinds[view.path(entry, "media.type")].append(_Row(entry, view.path(entry, "media.duration"), *figures))
    return {kind.lower(): {"_rows": rows} for kind, rows in kinds.items()}


@rule("User.stats")
def _stats(view: View, user: Node, _arguments: Arguments) -> dict[str, Any]:
    """Return the statistics of before 2020, as far as they are counted."""
    anime, manga = (_counted(part["_rows"]) for part in view.value(user, "statistics").values())
    return {"watchedTime": anime["minutesWatched"], "chaptersRead": manga["chaptersRead"]}


@rule("UserStatistics.*")
def _figure(view: View, statistics: Node, arguments: Arguments) -> Any:
    name = view.info.field_name
    if name not in _GROUPS:
        return view.value(statistics, "_total").get(name)
    field, path = _GROUPS[name]
    found: dict[Hashable, list[_Row]] = {}
    for row in statistics.facts.get("_rows", ()):
        keys = view.path(row.entry, path)
        for key in keys if isinstance(keys, list) else [keys]:
            found.setdefault(key, []).append(row)
    counted = [{field: key, **_counted(rows)} for key, rows in found.items() if key is not None]
    for sort in reversed([sort for sort in arguments.get("sort") or ["COUNT_DESC"] if sort]):
        by = TABLES["statistics_sorts"].get(sort.removesuffix("_DESC"), field)
        counted.sort(key=itemgetter(by), reverse=sort.endswith("_DESC"))
    return counted[: arguments.get("limit")]


def _counted(rows: Sequence[_Row]) -> dict[str, Any]:
    """Count entries: how many, how good, how long."""
    scores = [row.score for row in rows if row.score]
    mean = fmean(scores or [0])
    return {
        "count": len(rows),
        "meanScore": round(mean, 2),
        "standardDeviation": round(sqrt(fmean([(score - mean) ** 2 for score in scores] or [0])), 2),
        "minutesWatched": sum(row.progress * row.minutes for row in rows if row.minutes is not None),
        "episodesWatched": sum(row.progress for row in rows if row.minutes is not None),
        "chaptersRead": sum(row.progress for row in rows if row.minutes is None),
        "volumesRead": sum(row.volumes for row in rows),
        "mediaIds": [row.media for row in rows],
        "characterIds": [row.media * 100 + 1 for row in rows],
    }


def _length(view: View, media: Node, _arguments: Arguments) -> str:
    size = view.value(media, "episodes") or view.value(media, "chapters") or 0
    return next((name for bound, name in TABLES["statistics_lengths"] if size <= bound), "101+")


rules({"Media._length": _length, "Media._voices": lambda _view, media, _: voices_of(media.id)})
rules({"UserStatistics._total": lambda _view, figures, _: _counted(figures.facts.get("_rows", ()))}, fixed=True)
