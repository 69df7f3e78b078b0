"""Forty documents as apps write them: each gets data."""

from pathlib import Path
from typing import Any

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse, print_ast

from tests.sandbox.graphql.world import Asker

SOURCE = parse(Path(__file__).with_name("as_apps_write.graphql").read_text(encoding="utf-8"))
FRAGMENTS = [node for node in SOURCE.definitions if isinstance(node, FragmentDefinitionNode)]
OPERATIONS = {
    node.name.value: node for node in SOURCE.definitions if isinstance(node, OperationDefinitionNode) and node.name
}
VARIABLES: dict[str, dict[str, Any]] = {
    "SeasonChart": {"season": "FALL", "seasonYear": 2026, "page": 1},
    "SearchWithFilters": {"search": "made-up", "genres": ["Drama", "Comedy"], "tags": ["Cats"], "score": 50},
    "Anime": {"id": 1},
    "Manga": {"id": 121},
    "BySearch": {"search": "Anime 7"},
    "ByMalId": {"malId": 5114},
    "SeveralAtOnce": {"ids": [5, 3, 199_999]},
    "AiringCalendar": {"from": 1_795_824_000, "until": 1_796_428_800},
    "NextEpisodes": {"mediaIds": [6, 15]},
    "Airing": {"mediaId": 1, "episode": 2},
    "Profile": {"name": "mika"},
    "Favourites": {"name": "mika"},
    "UserSearch": {"search": "ik"},
    "Social": {"userId": 101},
    "WholeList": {"userName": "mika", "type": "ANIME"},
    "Chunks": {"userId": 112_084, "chunk": 1},
    "Entry": {"userId": 112_084, "mediaId": 2},
    "WhatFriendsWatch": {"mediaId": 1},
    "ActivityFeed": {"page": 1},
    "OneActivity": {"id": 1010},
    "ActivityReplies": {"activityId": 1010},
    "OneReview": {"id": 10},
    "ReviewsOf": {"mediaId": 15_125},
    "OneRecommendation": {"id": 11},
    "Character": {"search": "a", "language": "JAPANESE"},
    "Person": {"id": 95_001},
    "StudioPage": {"id": 3, "page": 1},
    "ForumThread": {"id": 1},
    "ThreadComments": {"threadId": 1},
    "Trends": {"mediaId": 1},
    "Likes": {"id": 1},
    "TopHundred": {"page": 1},
}
EMPTY = {"WhatFriendsWatch", "Favourites"}  # mika follows nobody yet, and has no favourites
MAY_BE_EMPTY = {"Birthdays"}


def document(name: str) -> str:
    """Write out one operation, with the fragments it uses."""
    operation = print_ast(OPERATIONS[name])
    return "\n".join([operation, *(print_ast(one) for one in FRAGMENTS if f"...{one.name.value}" in operation)])


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in _leaves(part)]
    return [leaf for part in value for leaf in _leaves(part)] if isinstance(value, list) else [value]


def test_there_are_forty() -> None:
    """A list that is cut short would go unnoticed."""
    assert len(OPERATIONS) >= 40
    assert VARIABLES.keys() <= OPERATIONS.keys()


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_document_of_an_app_has_data(anilist: Asker, name: str) -> None:
    """Every root field answers, and something stands in it."""
    data = anilist.ask(document(name), **VARIABLES.get(name, {}))
    assert all(value is not None for value in data.values())
    rows = [leaf for leaf in _leaves(data) if leaf is not None and not isinstance(leaf, bool)]
    assert len(rows) > (0 if name not in EMPTY | MAY_BE_EMPTY else -1)
    if name not in EMPTY | MAY_BE_EMPTY:
        assert not any(value == [] for value in data.get("Page", {}).values())


def test_the_season_chart_is_of_the_season(anilist: Asker) -> None:
    """Each show of it begins in the season, the most popular first."""
    page = anilist.ask(document("SeasonChart"), **VARIABLES["SeasonChart"])["Page"]
    assert {row["startDate"]["year"] for row in page["media"]} == {2026}
    assert {row["startDate"]["month"] for row in page["media"]} <= {10, 11, 12}
    popularity = [row["popularity"] for row in page["media"]]
    assert popularity == sorted(popularity, reverse=True)


def test_all_twenty_notifications_come(anilist: Asker) -> None:
    """One of each type, each with an id, a type and what it is about."""
    rows = anilist.ask(document("Notifications"))["Page"]["notifications"]
    assert len({row["__typename"] for row in rows}) == len({row["type"] for row in rows}) == 20
    assert all(row["id"] for row in rows)
    assert {"THREAD_SUBSCRIBED", "AIRING", "MEDIA_MERGE"} <= {row["type"] for row in rows}


def test_the_airing_calendar_is_of_the_week(anilist: Asker) -> None:
    """In order, within the time that was asked for, and none of a finished show."""
    rows = anilist.ask(document("AiringCalendar"), **VARIABLES["AiringCalendar"])["Page"]["airingSchedules"]
    times = [row["airingAt"] for row in rows]
    assert times == sorted(times)
    assert times[0] > 1_795_824_000
    assert times[-1] < 1_796_428_800
    assert all(row["timeUntilAiring"] == row["airingAt"] - int(anilist.now.timestamp()) for row in rows)
