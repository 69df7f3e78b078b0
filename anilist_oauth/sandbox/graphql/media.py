"""What is made up about a media hangs together: title, dates, status, episodes, airing, scores."""

from datetime import UTC, date, datetime
from typing import Any

from anilist_oauth.sandbox.graphql.made_up import RANGES, TABLES, number, pick, some
from anilist_oauth.sandbox.graphql.nodes import MEDIA, Node, first_child, parent_of
from anilist_oauth.sandbox.graphql.view import Arguments, View, rule, rules

ANIME, MANGA = "ANIME", "MANGA"
NO_DATE: dict[str, int | None] = {"year": None, "month": None, "day": None}
_ANIME = 120  # of those that searches draw from; the manga follow
_ENDLESS = 9  # one in so many goes on for ever
_WEEK = 604_800  # seconds
_DAY = 86_400
_HORIZON = 520 * _WEEK
_FIRST_YEAR, _YEARS = 2010, 22  # shows begin from 2010 to 2031, so that time makes them begin, air and end
_SEASONS = ("WINTER", "SPRING", "SUMMER", "FALL")
_OVER = {"FINISHED", "CANCELLED"}
_GENRES = [genre for genre in TABLES["genres"] if genre not in {"Hentai", "Ecchi"}]


@rule("Media.type", fixed=True)
def _type(_view: View, media: Node, _arguments: Arguments) -> str:
    is_anime = media.id <= _ANIME or (media.id not in MEDIA and (media.id < 30_000 or media.id % 3 > 0))
    return ANIME if is_anime else MANGA


@rule("Media.title", fixed=True)
def _title(view: View, media: Node, _arguments: Arguments) -> dict[str, Any]:
    is_manga = view.value(media, "type") == MANGA
    place = media.id - _ANIME if is_manga and media.id in MEDIA else media.id
    name = f"Made-up {'Manga' if is_manga else 'Anime'} {place}"
    return {"romaji": name, "english": name, "native": f"架空{'漫画' if is_manga else 'アニメ'} {place}"}


@rule("MediaTitle.userPreferred")
def _preferred(view: View, title: Node, _arguments: Arguments) -> Any:
    wanted = view.value(view.account, "options")["titleLanguage"] if view.viewer else "ROMAJI"
    return view.value(title, wanted.partition("_")[0].lower()) or view.value(title, "romaji")


def _is_endless(media: Node) -> bool:
    return media.id % _ENDLESS == 6 and media.facts.get("status") not in _OVER


@rule("Media.episodes", fixed=True)
def _episodes(view: View, media: Node, _arguments: Arguments) -> int | None:
    if view.value(media, "type") == MANGA or _is_endless(media):
        return None
    lengths: dict[str, int] = TABLES["episodes"]
    return lengths.get(view.value(media, "format"), 12)


def _starts(view: View, media: Node) -> int:
    """Return when the first episode airs; a status that was set moves it."""
    given = media.facts.get("startDate") or {}
    months = (media.id * 37 + 122) % (_YEARS * 12)  # so that each season has one or two
    drawn = date(_FIRST_YEAR + months // 12, 1 + months % 12, 1 + number(media.key, "day", 28))
    day = date(given["year"], given.get("month") or 1, given.get("day") or 1) if given.get("year") else drawn
    begins = int(datetime(day.year, day.month, day.day, number(media.key, "hour", 24), tzinfo=UTC).timestamp())
    status, length = media.facts.get("status"), view.value(media, "episodes") or 12
    if given or status is None:
        return begins
    if status == "NOT_YET_RELEASED" and begins <= view.second:
        return begins + _HORIZON
    if status == "RELEASING" and not begins <= view.second < begins + _WEEK * (length - 1):
        return view.second // _DAY * _DAY - _WEEK * min(2, length - 1)
    return begins - _HORIZON * 2 if status in _OVER and begins + _WEEK * length > view.second else begins


def _ends(view: View, media: Node) -> int | None:
    """Return when the last one airs; a manga that ends takes three years."""
    if _is_endless(media):
        return None
    length = view.value(media, "episodes") or (156 if view.value(media, "type") == MANGA else 12)
    return _starts(view, media) + _WEEK * (length - 1)


@rule("Media.status")
def _status(view: View, media: Node, _arguments: Arguments) -> str:
    ends = _ends(view, media)
    if view.second < _starts(view, media):
        return "NOT_YET_RELEASED"
    return "FINISHED" if ends is not None and ends <= view.second else "RELEASING"


def _written(second: int | None) -> dict[str, int | None]:
    return dict(NO_DATE) if second is None else day_of(second)


def day_of(second: int) -> dict[str, int | None]:
    """Write a time as AniList's ``FuzzyDate``."""
    day = datetime.fromtimestamp(second, UTC)
    return {"year": day.year, "month": day.month, "day": day.day}


@rule("Media.endDate")
def _end_date(view: View, media: Node, _arguments: Arguments) -> dict[str, int | None]:
    return _written(_ends(view, media) if view.value(media, "status") in _OVER else None)


@rule("Media.season")
def _season(view: View, media: Node, _arguments: Arguments) -> str | None:
    month = view.value(media, "startDate").get("month")
    return _SEASONS[(month - 1) // 3] if month and view.value(media, "type") == ANIME else None


def episodes_between(view: View, media: Node, since: int, until: int) -> range:
    """Return the episodes that air in a time, in seconds."""
    first, last = _starts(view, media), view.value(media, "episodes") or 999
    if view.value(media, "type") == MANGA:
        return range(0)
    return range(max(1, (since - first - 1) // _WEEK + 2), min(last, (until - first) // _WEEK + 1) + 1)


@rule("Media.nextAiringEpisode")
def _next_episode(view: View, media: Node, _arguments: Arguments) -> int | None:
    coming = episodes_between(view, media, view.second + 1, view.second + 2 * _HORIZON)
    is_coming = coming and view.value(media, "status") not in {*_OVER, "HIATUS"}
    return first_child("AiringSchedule", media.id) + coming[0] if is_coming else None


@rule("Media.airingSchedule")
def _schedule(view: View, media: Node, _arguments: Arguments) -> list[Node]:
    first, last = first_child("AiringSchedule", media.id), view.value(media, "episodes") or 24
    return view.nodes("AiringSchedule", range(first + 1, first + last + 1))


@rule("AiringSchedule.airingAt")
def _airing_at(view: View, airing: Node, _arguments: Arguments) -> int:
    media = view.world.node("Media", view.value(airing, "mediaId"))
    return _starts(view, media) + _WEEK * (int(view.value(airing, "episode")) - 1)


@rule("Media.averageScore")
def _score(view: View, media: Node, _arguments: Arguments) -> int | None:
    is_out = view.value(media, "status") != "NOT_YET_RELEASED"
    return 45 + number(media.key, "averageScore", 50) if is_out else None


@rule("Media.tags", fixed=True)
def _tags(_view: View, media: Node, _arguments: Arguments) -> list[dict[str, Any]]:
    return [
        {"id": tag, "rank": 90 - 10 * place} for place, tag in enumerate(some(media.key, "tags", RANGES["MediaTag"], 4))
    ]


@rule("Media.stats", fixed=True)
def _stats(view: View, media: Node, _arguments: Arguments) -> dict[str, Any]:
    people = view.value(media, "popularity")
    scores = [{"score": score, "amount": number(media.key, f"score {score}", people)} for score in range(10, 101, 10)]
    statuses = [{"status": name, "amount": people * share // 100} for name, share in TABLES["shares"].items()]
    return {"scoreDistribution": scores, "statusDistribution": statuses, "airingProgression": []}


def trends(view: View, media: Node) -> list[Node]:
    """Return how a media did on each of the last ten days."""
    about = {"mediaId": media.id, "media": media, "releasing": view.value(media, "status") == "RELEASING"}
    about |= {name: view.value(media, name) for name in ("averageScore", "popularity")}
    today = view.second // _DAY
    days = range(today - 9, today + 1)
    return [Node("MediaTrend", f"{media.key}.{day}", day, {**about, "date": day * _DAY}) for day in days]


rules(
    {
        "Media.format": lambda view, media, _: pick(media.key, "format", TABLES["formats"][view.value(media, "type")]),
        "Media.genres": lambda _view, media, _: some(media.key, "genres", _GENRES, 3),
    },
    fixed=True,
)
rules(
    {
        "Media.chapters": lambda view, media, _: (
            48 if view.value(media, "type") == MANGA and not _is_endless(media) else None
        ),
        "Media.volumes": lambda view, media, _: (view.value(media, "chapters") or 0) // 8 or None,
        "Media.startDate": lambda view, media, _: _written(_starts(view, media)),
        "Media.seasonYear": lambda view, media, _: (
            view.value(media, "season") and view.value(media, "startDate")["year"]
        ),
        "Media.trends": lambda view, media, _: trends(view, media),
        "AiringSchedule.episode": lambda _view, airing, _: parent_of("AiringSchedule", airing.id)[1],
        "AiringSchedule.timeUntilAiring": lambda view, airing, _: view.value(airing, "airingAt") - view.second,
    }
)
