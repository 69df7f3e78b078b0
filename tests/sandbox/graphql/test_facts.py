"""What AniList was recorded to answer, row by row (public reports and recordings, named in the docstrings)."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.sandbox.graphql.world import Asker

NOBODY = 99_999  # an id that ends so is never found
SAVE = """mutation (
  $id: Int, $mediaId: Int, $status: MediaListStatus, $score: Float, $scoreRaw: Int, $progress: Int, $repeat: Int,
  $priority: Int, $notes: String, $customLists: [String], $advancedScores: [Float], $startedAt: FuzzyDateInput,
  $completedAt: FuzzyDateInput, $hidden: Boolean, $private: Boolean
) {
  SaveMediaListEntry(
    id: $id, mediaId: $mediaId, status: $status, score: $score, scoreRaw: $scoreRaw, progress: $progress,
    repeat: $repeat, priority: $priority, notes: $notes, customLists: $customLists, advancedScores: $advancedScores,
    startedAt: $startedAt, completedAt: $completedAt, hiddenFromStatusLists: $hidden, private: $private
  ) {
    id status score progress repeat notes private customLists advancedScores
    startedAt { year month day } completedAt { year month day }
  }
}"""
LISTS = """query ($single: Boolean) {
  MediaListCollection(userName: "mika", type: ANIME, forceSingleCompletedList: $single) {
    lists { name status isCustomList isSplitCompletedList entries { mediaId } }
  }
}"""
UPDATE = """mutation ($lists: MediaListOptionsInput, $format: ScoreFormat) {
  UpdateUser(animeListOptions: $lists, scoreFormat: $format) { id }
}"""
NO_DATE = {"year": None, "month": None, "day": None}


def _save(anilist: Asker, **fields: Any) -> Any:
    return anilist.ask(SAVE, **fields)["SaveMediaListEntry"]


@pytest.mark.parametrize("kind", ["Media", "User", "Thread"])
def test_an_unknown_media_user_or_thread_is_not_found(anilist: Asker, kind: str) -> None:
    """404 and null (recordings in Ravencentric/pyanilist, AniList/docs issue 52)."""
    assert anilist.refused(f"{{ {kind}(id: {NOBODY}) {{ id }} }}") == (404, "Not Found.", {kind: None})


@pytest.mark.parametrize("kind", ["Activity", "Character", "Staff", "Studio"])
def test_an_unknown_activity_character_staff_or_studio_is_null(anilist: Asker, kind: str) -> None:
    """Null with 200 (Grinv/anilist-mcp-server)."""
    assert anilist.ask(f"{{ {kind}(id: {NOBODY}) {{ __typename }} }}") == {kind: None}


def test_one_root_field_that_fails_takes_the_others_along(anilist: Asker) -> None:
    """404, and every root field is null, aliases included (AniList/docs issues 52 and 84)."""
    query = f"{{ a: Media(id: 1) {{ id }} b: Media(id: {NOBODY}) {{ id }} Viewer {{ id }} }}"
    assert anilist.refused(query) == (404, "Not Found.", {"a": None, "b": None, "Viewer": None})


def test_a_batch_of_mutations_is_carried_out_as_a_whole_or_not_at_all(anilist: Asker) -> None:
    """400, each alias null (Grinv); that the others are not carried out is the sandbox's choice."""
    batch = """mutation { e0: SaveMediaListEntry(mediaId: 500, progress: 3) { id }
      e1: SaveMediaListEntry(mediaId: 501, score: 101) { id } }"""
    assert anilist.refused(batch) == (400, "validation", {"e0": None, "e1": None})
    assert anilist.ask("{ Media(id: 500) { mediaListEntry { id } } }") == {"Media": {"mediaListEntry": None}}


def test_a_page_deeper_than_5000_entries_is_refused(anilist: Asker) -> None:
    """The page is null; 5,000 entries still work (ten public repositories)."""
    query = "query ($page: Int, $perPage: Int) { Page(page: $page, perPage: $perPage) { media { id } } }"
    text = "Page depth exceeds maximum allowed for API requests (5000 entries)"
    assert anilist.refused(query, page=101, perPage=50) == (400, text, {"Page": None})
    assert (
        anilist.ask(query, page=333, perPage=15) == anilist.ask(query, page=100, perPage=50) == {"Page": {"media": []}}
    )


def test_large_pages_are_cut_without_a_word(anilist: Asker) -> None:
    """50 to a page, 25 to a connection (AniList's reference)."""
    page = anilist.ask("{ Page(perPage: 500) { pageInfo { perPage } media { id } } }")["Page"]
    assert (len(page["media"]), page["pageInfo"]["perPage"]) == (50, 50)
    cast = anilist.ask("{ Media(id: 1) { characters(perPage: 50) { pageInfo { perPage } nodes { id } } } }")["Media"]
    assert (len(cast["characters"]["nodes"]), cast["characters"]["pageInfo"]["perPage"]) == (25, 25)


def test_a_chunk_has_500_entries_at_most(anilist: Asker) -> None:
    """As the reference says; one live report had 5,000."""
    for number in range(161, 551):
        _save(anilist, mediaId=number)
    query = """query ($size: Int) {
      MediaListCollection(userName: "mika", perChunk: $size) { hasNextChunk lists { entries { id } } }
    }"""
    found = anilist.ask(query, size=5000)["MediaListCollection"]
    assert (sum(len(group["entries"]) for group in found["lists"]), found["hasNextChunk"]) == (500, True)


def test_complexity_counts_each_field_and_each_spread(anilist: Asker) -> None:
    """One a field, a fragment each time it is spread (567 public documents have 474 at most)."""
    fields = " ".join(f"f{number}: id" for number in range(524))
    status, body = anilist.post(f"{{ Viewer {{ {fields} }} }}")
    message = "Max query complexity should be 500 but got 525."
    assert (status, body) == (400, {"errors": [{"message": message, "status": 400}], "data": None})


def test_several_operations_in_a_json_array_are_refused(anilist: Asker) -> None:
    """AniList has no batches (AniList/docs issue 84)."""
    status, body = anilist.post(None)
    assert (status, body["errors"][0]["status"], body["data"]) == (400, 400, None)


def test_totals_are_true_on_the_last_page_only(anilist: Asker) -> None:
    """5000 and 100 before, and beyond the end the last page is the one asked for (AniList/docs issues 159, 178)."""
    query = (
        "query ($page: Int) { Page(page: $page) { pageInfo { total lastPage hasNextPage } media(type: ANIME) { id } } }"
    )
    infos = [anilist.ask(query, page=page)["Page"]["pageInfo"] for page in (1, 3, 7)]
    assert infos == [
        {"total": 5000, "lastPage": 100, "hasNextPage": True},
        {"total": 120, "lastPage": 3, "hasNextPage": False},
        {"total": 120, "lastPage": 7, "hasNextPage": False},
    ]


def test_an_unknown_argument_is_named_with_its_type(anilist: Asker) -> None:
    """In the words of AniList's library (AniList/docs issue 2)."""
    text = 'Unknown argument "x" on field "media" of type "Page".'
    assert anilist.refused("{ Page { media(x: 1) { id } } }") == (400, text, None)


def test_an_object_needs_a_selection(anilist: Asker) -> None:
    """The wording is that of webonyx/graphql-php, its rule ScalarLeafs."""
    assert anilist.refused("{ Media }") == (400, 'Field "Media" of type "Media" must have a sub selection.', None)


def test_a_variable_that_is_null_finds_nothing_and_one_that_is_absent_is_no_filter(anilist: Asker) -> None:
    """Three reports of four."""
    query = "query ($id: Int, $search: String) { Media(id: $id, search: $search) { id } }"
    assert anilist.ask(query, id=7) == {"Media": {"id": 7}}
    assert anilist.refused(query, id=7, search=None)[:2] == (404, "Not Found.")


def test_anothers_entry_cannot_be_modified(anilist: Asker) -> None:
    """In AniList's sentence (dentolos19/AniListNet issue 19); its status is inferred."""
    entry = anilist.ask(SAVE, "rin", mediaId=1)["SaveMediaListEntry"]["id"]
    assert anilist.refused(SAVE, id=entry)[:2] == (403, "You are not authorized to modify this MediaList")
    status, body = anilist.post("mutation ($id: Int) { DeleteMediaListEntry(id: $id) { deleted } }", {"id": entry})
    assert (status, body["errors"][0]["message"], body["errors"][0]["status"]) == (200, "Forbidden", 401)


def test_a_new_entry_is_current_and_begins_today(anilist: Asker) -> None:
    """Where no status is given; with another status it has no date."""
    made = _save(anilist, mediaId=500)
    assert (made["status"], made["startedAt"]) == ("CURRENT", {"year": 2026, "month": 11, "day": 28})
    assert _save(anilist, mediaId=501, status="PLANNING")["startedAt"] == NO_DATE


def test_a_null_status_stays_and_a_null_date_is_cleared(anilist: Asker) -> None:
    """So that an app that sends all its variables changes nothing by accident."""
    _save(anilist, mediaId=500, status="PAUSED", completedAt={"year": 2026, "month": 1})
    changed = _save(anilist, mediaId=500, status=None, startedAt=None, progress=None, notes=None)
    assert (changed["status"], changed["startedAt"], changed["progress"]) == ("PAUSED", NO_DATE, 0)
    assert changed["completedAt"] == {"year": 2026, "month": 1, "day": None}


@pytest.mark.parametrize(
    ("score_format", "written", "raw", "shown"),
    [
        ("POINT_100", 85, 85, 85),
        ("POINT_10_DECIMAL", 8.5, 85, 8.5),
        ("POINT_10", 9, 90, 9),
        ("POINT_5", 4, 70, 4),
        ("POINT_5", 1, 10, 1),
        ("POINT_3", 3, 85, 3),
        ("POINT_3", 1, 35, 1),
        ("POINT_3", 0, 0, 0),
    ],
)
def test_a_score_is_written_and_read_in_the_accounts_format(
    anilist: Asker, score_format: str, written: float, raw: int, shown: float
) -> None:
    """The steps of the site's own buttons are 10 to 90 and 35, 60, 85."""
    anilist.ask(UPDATE, format=score_format)
    saved = _save(anilist, mediaId=500, score=written)
    query = "{ Media(id: 500) { mediaListEntry { score(format: POINT_100) } } }"
    assert saved["score"] == shown
    assert anilist.ask(query)["Media"]["mediaListEntry"]["score"] == raw


def test_85_is_read_in_each_format(anilist: Asker) -> None:
    """85 is 85, 8.5, 8 or 9, 4 and 3; the sandbox rounds up."""
    _save(anilist, mediaId=500, scoreRaw=85)
    fields = " ".join(
        f"{name}: score(format: {name})" for name in ("POINT_100", "POINT_10_DECIMAL", "POINT_10", "POINT_5", "POINT_3")
    )
    shown = anilist.ask(f"{{ Media(id: 500) {{ mediaListEntry {{ {fields} }} }} }}")["Media"]["mediaListEntry"]
    assert list(shown.values()) == [85, 8.5, 9, 4, 3]


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("repeat", 1001, "The repeat may not be greater than 1000."),
        ("priority", 256, "The priority may not be greater than 255."),
        ("score", 101, "The score may not be greater than 100."),
        ("scoreRaw", 101, "The score may not be greater than 100."),
        ("score", -1, "The score must be at least 0."),
        ("progress", -1, "The progress must be at least 0."),
        ("notes", "x" * 6001, "The notes may not be greater than 6000 characters."),
    ],
)
def test_what_is_out_of_bounds_is_invalid(anilist: Asker, field: str, value: Any, text: str) -> None:
    """The bounds are recorded, the sentences are Laravel's."""
    complaints = anilist.invalid(SAVE, mediaId=500, **{field: value})
    assert complaints == {field.removesuffix("Raw"): [text]}
    assert anilist.ask("{ Media(id: 500) { mediaListEntry { id } } }")["Media"]["mediaListEntry"] is None


def test_custom_lists_are_read_as_an_object_or_as_an_array(anilist: Asker) -> None:
    """Writing replaces the set, and an unknown list is passed over."""
    anilist.ask(UPDATE, lists={"customLists": ["Best", "Worst"]})
    assert _save(anilist, mediaId=500, customLists=["Best", "Nowhere"])["customLists"] == {"Best": True, "Worst": False}
    assert _save(anilist, mediaId=500, customLists=["Worst"])["customLists"] == {"Best": False, "Worst": True}
    array = anilist.ask("{ Media(id: 500) { mediaListEntry { customLists(asArray: true) } } }")
    assert array["Media"]["mediaListEntry"]["customLists"] == [
        {"name": "Best", "enabled": False},
        {"name": "Worst", "enabled": True},
    ]


def test_advanced_scores_are_written_by_position(anilist: Asker) -> None:
    """And read by category; what is left out is 0."""
    anilist.ask(UPDATE, lists={"advancedScoring": ["Story", "Art", "Music"]})
    assert _save(anilist, mediaId=500, advancedScores=[80, 60])["advancedScores"] == {
        "Story": 80,
        "Art": 60,
        "Music": 0,
    }


def test_an_entry_stands_in_its_status_list_and_in_each_custom_list(anilist: Asker) -> None:
    """A custom list has no status; hidden entries are in custom lists alone."""
    anilist.ask(UPDATE, lists={"customLists": ["Best"]})
    for hidden in (False, True):
        _save(anilist, mediaId=500, customLists=["Best"], hidden=hidden)
        lists = anilist.ask(LISTS)["MediaListCollection"]["lists"]
        where = [
            (one["name"], one["status"], one["isCustomList"]) for one in lists if {"mediaId": 500} in one["entries"]
        ]
        assert where == ([] if hidden else [("Watching", "CURRENT", False)]) + [("Best", None, True)]


def test_completed_lists_are_split_unless_joined(anilist: Asker) -> None:
    """By the account's option, and `forceSingleCompletedList`."""
    anilist.ask(UPDATE, lists={"splitCompletedSectionByFormat": True})
    split, joined = (anilist.ask(LISTS, single=single)["MediaListCollection"]["lists"] for single in (False, True))
    completed = [one for one in split if one["status"] == "COMPLETED"]
    assert len(completed) > 1
    assert all(one["name"].startswith("Completed ") and one["isSplitCompletedList"] for one in completed)
    assert [one["name"] for one in joined if one["status"] == "COMPLETED"] == ["Completed"]


def test_entries_of_a_media_are_everybodys_or_those_of_friends(anilist: Asker) -> None:
    """`Page.mediaList` without a user; with `isFollowing`, of those whom the viewer follows."""
    query = "query ($friends: Boolean) { Page { mediaList(mediaId: 1, isFollowing: $friends) { user { name } } } }"
    names = {row["user"]["name"] for row in anilist.ask(query)["Page"]["mediaList"]}
    assert {"mika", "rin"} < names
    assert "shy" not in names
    assert anilist.ask(query, friends=True) == {"Page": {"mediaList": []}}
    anilist.ask("mutation ($id: Int) { ToggleFollow(userId: $id) { isFollowing } }", id=anilist.user("rin").id)
    assert anilist.ask(query, friends=True) == {"Page": {"mediaList": [{"user": {"name": "rin"}}]}}


def test_several_entries_are_updated_together_or_not_at_all(anilist: Asker) -> None:
    """One that is not there refuses all of them."""
    update = "mutation ($ids: [Int]) { UpdateMediaListEntries(ids: $ids, progress: 7) { progress } }"
    one, other = _save(anilist, mediaId=500)["id"], _save(anilist, mediaId=501)["id"]
    assert anilist.invalid(update, ids=[one, NOBODY]) == {"id": ["The selected id is invalid."]}
    assert anilist.ask("{ Media(id: 500) { mediaListEntry { progress } } }")["Media"]["mediaListEntry"]["progress"] == 0
    assert anilist.ask(update, ids=[one, other])["UpdateMediaListEntries"] == [{"progress": 7}, {"progress": 7}]


def test_an_entry_is_deleted_once(anilist: Asker) -> None:
    """The second time, the id is invalid."""
    delete = "mutation ($id: Int) { DeleteMediaListEntry(id: $id) { deleted } }"
    entry = anilist.ask("{ Media(id: 1) { mediaListEntry { id } } }")["Media"]["mediaListEntry"]["id"]
    assert anilist.ask(delete, id=entry) == {"DeleteMediaListEntry": {"deleted": True}}
    assert anilist.ask("{ Media(id: 1) { mediaListEntry { id } } }") == {"Media": {"mediaListEntry": None}}
    assert anilist.invalid(delete, id=entry) == {"id": ["The selected id is invalid."]}


def test_a_favourite_is_toggled_whatever_its_kind(anilist: Asker) -> None:
    """The answer is the account's favourites, and the id is not looked at: a manga may be a favourite anime."""
    toggle = "mutation ($id: Int) { ToggleFavourite(animeId: $id) { anime { nodes { id } edges { favouriteOrder } } } }"
    assert anilist.ask(toggle, id=121)["ToggleFavourite"]["anime"] == {
        "nodes": [{"id": 121}],
        "edges": [{"favouriteOrder": 1}],
    }
    assert anilist.ask("{ Media(id: 121) { isFavourite } }") == {"Media": {"isFavourite": True}}
    assert anilist.ask(toggle, id=121)["ToggleFavourite"]["anime"]["nodes"] == []
    assert anilist.ask("{ Media(id: 121) { isFavourite } }") == {"Media": {"isFavourite": False}}


def test_an_account_is_updated_as_anilist_does(anilist: Asker) -> None:
    """What is refused, what is passed over, what is replaced and what is merged."""
    update = """mutation (
      $row: String, $zone: String, $color: String, $disabled: [ListActivityOptionInput],
      $told: [NotificationOptionInput], $lists: MediaListOptionsInput
    ) {
      UpdateUser(
        rowOrder: $row, timezone: $zone, profileColor: $color, disabledListActivity: $disabled,
        notificationOptions: $told, animeListOptions: $lists
      ) {
        options { profileColor timezone notificationOptions { type enabled } }
        mediaListOptions { rowOrder animeList { customLists sectionOrder } }
      }
    }"""
    assert anilist.invalid(update, row="odd") == {"rowOrder": ["The selected row order is invalid."]}
    assert anilist.invalid(update, zone="Berlin") == {"timezone": ["The timezone format is invalid."]}
    status, text, _ = anilist.refused(update, disabled=[{"disabled": True, "type": "CURRENT"}])
    assert (status, text) == (400, "Incorrect number of disabled list activity options (6 required)")
    first = anilist.ask(
        update, color="no color", zone="-01:00", row="title", told=[{"type": "AIRING", "enabled": True}]
    )
    assert first["UpdateUser"]["options"]["profileColor"] == "blue"
    assert first["UpdateUser"]["options"]["timezone"] == "-01:00"
    assert first["UpdateUser"]["mediaListOptions"]["rowOrder"] == "title"
    anilist.ask(update, lists={"customLists": ["A"], "sectionOrder": ["A", "Watching"]})
    last = anilist.ask(
        update, lists={"customLists": ["B"]}, told=[{"type": "FOLLOWING", "enabled": False}], color="red"
    )
    assert last["UpdateUser"]["mediaListOptions"]["animeList"] == {
        "customLists": ["B"],
        "sectionOrder": ["A", "Watching"],
    }
    assert last["UpdateUser"]["options"]["notificationOptions"] == [{"type": "FOLLOWING", "enabled": False}]
    assert last["UpdateUser"]["options"]["profileColor"] == "red"


def test_a_new_thread_needs_categories(anilist: Asker) -> None:
    """One that is changed does not."""
    save = """mutation ($id: Int, $kinds: [Int]) {
      SaveThread(id: $id, title: "Hi", categories: $kinds) { id title categories { id } }
    }"""
    text = "The categories field is required when id is not present."
    assert anilist.invalid(save) == {"categories": [text]}
    made = anilist.ask(save, kinds=[7])["SaveThread"]
    assert made["categories"] == [{"id": 7}]
    assert anilist.ask(save, id=made["id"])["SaveThread"] == made


def test_ids_come_in_ascending_order_and_unknown_ones_are_dropped(anilist: Asker) -> None:
    """`id_in` keeps no order."""
    query = "query ($ids: [Int]) { Page { media(id_in: $ids) { id } } }"
    assert anilist.ask(query, ids=[9, NOBODY, 3, 9]) == {"Page": {"media": [{"id": 3}, {"id": 9}]}}


def test_season_and_year_are_independent_and_dates_are_strict(anilist: Asker) -> None:
    """`startDate_greater` and `_lesser` leave the day itself out."""
    spring = anilist.ask("{ Page { media(season: SPRING) { season seasonYear } } }")["Page"]["media"]
    assert {row["season"] for row in spring} == {"SPRING"}
    assert len({row["seasonYear"] for row in spring}) > 1
    start = anilist.ask("{ Media(id: 1) { startDate { year month day } } }")["Media"]["startDate"]
    day = date(**start)
    query = """query ($after: FuzzyDateInt, $before: FuzzyDateInt) {
      Page { media(id: 1, startDate_greater: $after, startDate_lesser: $before) { id } }
    }"""
    near = [int((day + timedelta(days=days)).strftime("%Y%m%d")) for days in (-1, 0, 1)]
    assert anilist.ask(query, after=near[0], before=near[2]) == {"Page": {"media": [{"id": 1}]}}
    assert anilist.ask(query, after=near[1]) == anilist.ask(query, before=near[1]) == {"Page": {"media": []}}


def test_thread_comments_are_not_sorted(anilist: Asker) -> None:
    """`Page.threadComments` passes its sort over."""
    query = "query ($sort: [ThreadCommentSort]) { Page { threadComments(threadId: 1, sort: $sort) { id } } }"
    assert anilist.ask(query, sort=["ID_DESC"]) == anilist.ask(query)


def test_site_statistics_are_cut_at_25(anilist: Asker) -> None:
    """However many are asked for."""
    assert (
        len(
            anilist.ask("{ SiteStatistics { users(perPage: 100) { nodes { count } } } }")["SiteStatistics"]["users"][
                "nodes"
            ]
        )
        == 25
    )


def test_the_options_of_others_can_be_read(anilist: Asker) -> None:
    """`User.options` and `mediaListOptions` are not secret."""
    found = anilist.ask('{ User(name: "rin") { options { titleLanguage } mediaListOptions { scoreFormat } } }', None)
    assert found == {"User": {"options": {"titleLanguage": "ROMAJI"}, "mediaListOptions": {"scoreFormat": "POINT_100"}}}
