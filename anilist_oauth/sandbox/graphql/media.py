"""The made-up facts of a media agree with each other: dates, status, episodes, airing and scores."""

from datetime import UTC, date, datetime

from anilist_oauth.sandbox.graphql.made_up import number
from anilist_oauth.sandbox.graphql.nodes import MEDIA, PARENTS, Node, child
from anilist_oauth.sandbox.graphql.view import Arguments, View, answer, rule

ANIME, MANGA = "ANIME", "MANGA"
LISTS = {ANIME: "animeList", MANGA: "mangaList"}
DAY, WEEK = 86_400, 604_800  # seconds
_ANIME = 120  # the ids up to this one are anime in searches; the others are manga
_ENDLESS = 9  # one media in nine never ends
_MANGA_WEEKS = 156
_EPISODES = PARENTS["AiringSchedule"].step - 1  # the most of one show; the next id belongs to the next show
_FIRST_YEAR, _YEARS = 2010, 22  # shows begin from 2010 to 2031, so that tests see some begin and end
_OVER = {"FINISHED", "CANCELLED"}
# When a media begins if its status was set, but not its date: in so many weeks.
_BEGINS = {"NOT_YET_RELEASED": 520, "RELEASING": -2, "HIATUS": -2, "FINISHED": -520, "CANCELLED": -520}


@rule("Media.type", fixed=True)
def _type(_view: View, media: Node, _arguments: Arguments) -> str:
    is_manga = media.id > _ANIME if media.id in MEDIA else media.id > 30_000 and media.id % 3 == 0
    return MANGA if is_manga else ANIME


@rule("Media._isEndless", fixed=True)
def _is_endless(_view: View, media: Node, _arguments: Arguments) -> bool:
    return media.id % _ENDLESS == 6 and media.facts.get("status") not in _OVER


@rule("Media._starts")
def _starts(view: View, media: Node, _arguments: Arguments) -> int:
    """Return when the first episode airs."""
    given, status = media.facts.get("startDate") or {}, media.facts.get("status")
    if status and not given:
        return view.second // DAY * DAY + _BEGINS[status] * WEEK
    months = (media.id * 37 + 122) % (_YEARS * 12)  # each season has one or two media
    drawn = date(_FIRST_YEAR + months // 12, 1 + months % 12, 1 + number(media.key, "day", 28))
    day = date(given["year"], given.get("month") or 1, given.get("day") or 1) if given.get("year") else drawn
    start = datetime(day.year, day.month, day.day, number(media.key, "hour", 24), tzinfo=UTC)
    return int(media.memo.setdefault("_starts", int(start.timestamp())))  # kept, because it depends on facts only


@rule("Media._ends")
def _ends(view: View, media: Node, _arguments: Arguments) -> int | None:
    """Return when the last one airs. A manga that ends takes three years."""
    weeks = _MANGA_WEEKS if view.value(media, "type") == MANGA else (view.value(media, "episodes") or 12) - 1
    return None if view.value(media, "_isEndless") else int(view.value(media, "_starts") + WEEK * weeks)


@rule("Media.status")
def _status(view: View, media: Node, _arguments: Arguments) -> str:
    ends = view.value(media, "_ends")
    if view.second < view.value(media, "_starts"):
        return "NOT_YET_RELEASED"
    return "FINISHED" if ends is not None and ends <= view.second else "RELEASING"


def episodes_between(view: View, media: Node, since: int, until: int) -> range:
    """Return the episodes that air between two times, in seconds."""
    first, last = view.value(media, "_starts"), min(view.value(media, "episodes") or _EPISODES, _EPISODES)
    if view.value(media, "type") == MANGA:
        return range(0)
    return range(max(1, (since - first - 1) // WEEK + 2), min(last, (until - first) // WEEK + 1) + 1)


@rule("Media.nextAiringEpisode")
def _next_episode(view: View, media: Node, _arguments: Arguments) -> int | None:
    if view.value(media, "status") in {*_OVER, "HIATUS"}:
        return None
    coming = episodes_between(view, media, view.second + 1, view.second + 999 * WEEK)
    return child("AiringSchedule", media.id, coming[0]) if coming else None


@rule("Media.airingSchedule")
def _schedule(view: View, media: Node, _arguments: Arguments) -> list[Node]:
    episodes = range(1, min(view.value(media, "episodes") or 24, _EPISODES) + 1)
    return view.nodes("AiringSchedule", (child("AiringSchedule", media.id, episode) for episode in episodes))


@rule("AiringSchedule.airingAt")
def _airing_at(view: View, airing: Node, _arguments: Arguments) -> int:
    media = view.world.node("Media", view.value(airing, "mediaId"))
    return int(view.value(media, "_starts") + WEEK * (int(view.value(airing, "episode")) - 1))


@rule("Media.trends")
def trends(view: View, media: Node, _arguments: Arguments) -> list[Node]:
    """Return the trend of a media for each of the last ten days."""
    about = {name: view.value(media, name) for name in ("averageScore", "popularity")}
    about |= {"media": media, "mediaId": media.id, "releasing": view.value(media, "status") == "RELEASING"}
    days = range(view.second // DAY - 9, view.second // DAY + 1)
    return [Node("MediaTrend", f"{media.key}.{day}", day, {**about, "date": day * DAY}) for day in days]


answer("AiringSchedule.timeUntilAiring", lambda view, airing, _: view.value(airing, "airingAt") - view.second)
answer("AiringSchedule.notYetAired", lambda view, airing, _: view.value(airing, "timeUntilAiring") > 0)
answer("Media.volumes", lambda view, media, _: (view.value(media, "chapters") or 0) // 8 or None, fixed=True)
