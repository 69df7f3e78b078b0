"""A user's statistics: counted from the list, so that they agree with it."""

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from anilist_oauth.sandbox.graphql.media import ANIME, MANGA
from anilist_oauth.sandbox.graphql.media_lists import seen
from anilist_oauth.sandbox.graphql.nodes import Node
from anilist_oauth.sandbox.graphql.relations import voices_of
from anilist_oauth.sandbox.graphql.view import Arguments, View, rules

_LENGTHS = ((1, "1"), (6, "2-6"), (16, "7-16"), (28, "17-28"), (55, "29-55"), (100, "56-100"))
_SORTS = {"COUNT": "count", "MEAN_SCORE": "meanScore", "PROGRESS": "minutesWatched"}


def _length(view: View, media: Node) -> str:
    size = view.value(media, "episodes") or view.value(media, "chapters") or 0
    return next((name for bound, name in _LENGTHS if size <= bound), "101+")


def _nodes(field: str) -> Callable[[View, Node, Node], Iterable[int]]:
    return lambda view, _entry, media: [edge["node"].id for edge in view.value(media, field)["edges"]]


_GROUPS: dict[str, tuple[str, Callable[[View, Node, Node], Iterable[Hashable]]]] = {
    "formats": ("format", lambda view, _entry, media: [view.value(media, "format")]),
    "statuses": ("status", lambda view, entry, _media: [view.value(entry, "status")]),
    "scores": ("score", lambda view, entry, _media: [int(view.value(entry, "_score"))]),
    "lengths": ("length", lambda view, _entry, media: [_length(view, media)]),
    "releaseYears": ("releaseYear", lambda view, _entry, media: [view.value(media, "startDate").get("year")]),
    "startYears": ("startYear", lambda view, entry, _media: [view.value(entry, "startedAt").get("year")]),
    "genres": ("genre", lambda view, _entry, media: view.value(media, "genres")),
    "tags": ("tag", lambda view, _entry, media: view.path(media, "tags.id")),
    "countries": ("country", lambda view, _entry, media: [view.value(media, "countryOfOrigin")]),
    "voiceActors": ("voiceActor", lambda _view, _entry, media: voices_of(media.id)),
    "staff": ("staff", _nodes("staff")),
    "studios": ("studio", _nodes("studios")),
}


class _Row(NamedTuple):
    """What is counted of an entry."""

    entry: Node
    media: Node
    score: float
    progress: int
    minutes: int | None
    volumes: int


def _row(view: View, entry: Node) -> _Row:
    media = view.world.node("Media", view.value(entry, "mediaId"))
    progress, volumes = view.value(entry, "progress") or 0, view.value(entry, "progressVolumes") or 0
    return _Row(entry, media, view.value(entry, "_score"), progress, view.value(media, "duration"), volumes)


def _counted(rows: Sequence[_Row]) -> dict[str, Any]:
    """Count entries: how many, how good, how long."""
    scores = [row.score for row in rows if row.score]
    mean = sum(scores) / max(1, len(scores))
    spread = sum((score - mean) ** 2 for score in scores) / max(1, len(scores))
    return {
        "count": len(rows),
        "meanScore": round(mean, 2),
        "standardDeviation": round(math.sqrt(spread), 2),
        "minutesWatched": sum(row.progress * row.minutes for row in rows if row.minutes is not None),
        "episodesWatched": sum(row.progress for row in rows if row.minutes is not None),
        "chaptersRead": sum(row.progress for row in rows if row.minutes is None),
        "volumesRead": sum(row.volumes for row in rows),
        "mediaIds": [row.media.id for row in rows],
        "characterIds": [row.media.id * 100 + 1 for row in rows],
    }


def _statistics(view: View, user: Node, _arguments: Arguments) -> dict[str, Any]:
    rows = seen(view, user)
    return {
        name: {"_rows": [_row(view, entry) for entry in rows if view.path(entry, "media.type") == kind]}
        for name, kind in (("anime", ANIME), ("manga", MANGA))
    }


def _group(name: str) -> Callable[[View, Node, Arguments], list[dict[str, Any]]]:
    field, keys_of = _GROUPS[name]

    def groups(view: View, statistics: Node, arguments: Arguments) -> list[dict[str, Any]]:
        found: dict[Hashable, list[_Row]] = {}
        for row in statistics.facts.get("_rows", ()):
            for key in keys_of(view, row.entry, row.media):
                found.setdefault(key, []).append(row)
        counted = [{field: key, **_counted(rows)} for key, rows in found.items() if key is not None]
        for sort in reversed([sort for sort in arguments.get("sort") or ["COUNT_DESC"] if sort]):
            by = _SORTS.get(sort.removesuffix("_DESC"), field)
            counted.sort(key=itemgetter(by), reverse=sort.endswith("_DESC"))
        return counted[: arguments.get("limit")]

    return groups


def _total(name: str) -> Callable[[View, Node, Arguments], Any]:
    return lambda view, statistics, _: view.value(statistics, "_total")[name]


def _stats(view: View, user: Node, _arguments: Arguments) -> dict[str, Any]:
    """Return the statistics of before 2020, as far as they are counted."""
    anime, manga = (_counted(view.value(user, "statistics")[name]["_rows"]) for name in ("anime", "manga"))
    return {"watchedTime": anime["minutesWatched"], "chaptersRead": manga["chaptersRead"]}


rules({"User.statistics": _statistics, "User.stats": _stats})
rules({f"UserStatistics.{name}": _group(name) for name in _GROUPS})
rules({"UserStatistics._total": lambda _view, statistics, _: _counted(statistics.facts.get("_rows", ()))}, fixed=True)
rules({f"UserStatistics.{name}": _total(name) for name in (
    "count", "meanScore", "standardDeviation", "minutesWatched", "episodesWatched", "chaptersRead", "volumesRead"
)})  # fmt: skip
