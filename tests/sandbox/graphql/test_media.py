"""What is made up about a media hangs together."""

from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.graphql.world import Asker

QUERY = """query ($page: Int) { Page(page: $page) { media {
  id type format status episodes chapters volumes duration season seasonYear averageScore
  startDate { year month day } endDate { year month day } nextAiringEpisode { episode airingAt }
  airingSchedule { nodes { episode airingAt } } externalLinks { type } trends { nodes { date releasing } }
} } }"""


def _catalog(anilist: Asker) -> list[dict[str, Any]]:
    return [row for page in (1, 2, 3, 4) for row in anilist.ask(QUERY, page=page)["Page"]["media"]]


@pytest.mark.parametrize("years", [0, 3])
def test_every_media_of_the_catalog_is_plausible(anilist: Asker, years: int) -> None:
    """Dates, status, episodes, airing and scores agree, now and some years later."""
    anilist.advance(timedelta(days=365 * years))
    now = int(anilist.now.timestamp())
    rows = _catalog(anilist)
    assert len(rows) == 160
    for row in rows:
        is_anime, coming = row["type"] == "ANIME", row["nextAiringEpisode"]
        assert (coming is not None) <= (is_anime and row["status"] in {"RELEASING", "NOT_YET_RELEASED"})
        assert (row["endDate"]["year"] is not None) == (row["status"] == "FINISHED")
        assert (row["averageScore"] is None) == (row["status"] == "NOT_YET_RELEASED")
        assert (row["season"] is not None) == (row["duration"] is not None) == is_anime
        if coming:
            assert now < coming["airingAt"]
            assert coming["episode"] <= (row["episodes"] or coming["episode"])
        if is_anime and row["status"] == "RELEASING":
            assert coming["airingAt"] - now <= 7 * 86_400
        times = [airing["airingAt"] for airing in row["airingSchedule"]["nodes"]]
        assert times == sorted(times)
        assert ("STREAMING" in {link["type"] for link in row["externalLinks"]}) >= is_anime
    assert {row["status"] for row in rows} == {"FINISHED", "RELEASING", "NOT_YET_RELEASED"}


def test_every_season_has_a_show(anilist: Asker) -> None:
    """So that a season chart is never empty, from 2010 to 2031."""
    seen = {(row["seasonYear"], row["season"]) for row in _catalog(anilist) if row["type"] == "ANIME"}
    assert seen == {(year, season) for year in range(2010, 2032) for season in ("WINTER", "SPRING", "SUMMER", "FALL")}


def test_time_lets_a_show_air(anilist: Asker) -> None:
    """A week later, the next episode is the next one."""
    query = "{ Media(id: 6) { status nextAiringEpisode { episode airingAt } } }"
    before = anilist.ask(query)["Media"]
    anilist.advance(timedelta(weeks=1))
    after = anilist.ask(query)["Media"]["nextAiringEpisode"]
    assert before["status"] == "RELEASING"
    assert after == {
        "episode": before["nextAiringEpisode"]["episode"] + 1,
        "airingAt": before["nextAiringEpisode"]["airingAt"] + 7 * 86_400,
    }
