"""What people change is read back everywhere."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.sandbox.graphql.world import Asker

SAVE = """mutation ($media: Int, $status: MediaListStatus, $progress: Int, $lists: [String]) {
  SaveMediaListEntry(mediaId: $media, status: $status, progress: $progress, customLists: $lists) { id }
}"""
DELETE = "mutation ($id: Int) { DeleteMediaListEntry(id: $id) { deleted } }"
READ = """{
  Viewer {
    favourites { anime { nodes { id } } } mediaListOptions { scoreFormat animeList { customLists } }
    statistics { anime { count statuses { status count } } }
  }
  MediaListCollection(userName: "mika", type: ANIME) { lists { name status isCustomList entries { ...Entry } } }
  entries: Page { mediaList(userName: "mika", mediaId_in: [1, 2, 3, 4, 5, 6]) { ...Entry } }
  catalog: Page { media(id_in: [1, 2, 3, 4, 5, 6]) { id isFavourite mediaListEntry { ...Entry } } }
  people: Page { following(userId: 112084) { id isFollowing } }
  forum: Page { threads(id_in: [1, 2, 3]) { id isLiked likeCount likes { name } } }
  feed: Page { activities(userId: 112084, type: TEXT) { ... on TextActivity { id text } } }
}
fragment Entry on MediaList { id mediaId status progress score customLists }"""
STEPS = {  # a mutation, what it changes, and which of several
    "save": st.tuples(
        st.integers(1, 6),
        st.sampled_from(["CURRENT", "COMPLETED", None]),
        st.integers(0, 12),
        st.sampled_from([["Best"], [], None]),
    ),
    "delete": st.tuples(st.integers(1, 6)),
    "favourite": st.tuples(st.integers(1, 6)),
    "follow": st.tuples(st.integers(101, 103)),
    "like": st.tuples(st.integers(1, 3)),
    "write": st.tuples(st.sampled_from(["Hi", "Ho"])),
    "erase": st.tuples(),
    "format": st.tuples(st.sampled_from(["POINT_100", "POINT_5"])),
    "lists": st.tuples(st.sampled_from([["Best"], ["Worst", "Best"], []])),
}
STEP = st.one_of([st.tuples(st.just(name), step) for name, step in STEPS.items()])


def _read(anilist: Asker) -> dict[str, Any]:
    """Read all that an account can change, and see that every reading of it says the same."""
    read = anilist.ask(READ)
    viewer, groups = read["Viewer"], read["MediaListCollection"]["lists"]
    listed = {row["mediaId"]: row for group in groups if not group["isCustomList"] for row in group["entries"]}
    near = [row for number, row in sorted(listed.items()) if number <= 6]
    catalog = read["catalog"]["media"]
    assert [media["mediaListEntry"] for media in catalog if media["mediaListEntry"]] == near
    assert sorted(read["entries"]["mediaList"], key=lambda row: int(row["mediaId"])) == near
    counted = {group["status"]: group["count"] for group in viewer["statistics"]["anime"]["statuses"]}
    assert counted == {group["status"]: len(group["entries"]) for group in groups if not group["isCustomList"]}
    assert viewer["statistics"]["anime"]["count"] == len(listed)
    marked = {row["mediaId"]: [name for name, on in row["customLists"].items() if on] for row in listed.values()}
    custom = {group["name"]: [row["mediaId"] for row in group["entries"]] for group in groups if group["isCustomList"]}
    assert custom == {
        name: [number for number, names in marked.items() if name in names]
        for name in {name for names in marked.values() for name in names}
    }
    favourites = [node["id"] for node in viewer["favourites"]["anime"]["nodes"]]
    assert {media["id"] for media in catalog if media["isFavourite"]} == set(favourites)
    assert all(user["isFollowing"] for user in read["people"]["following"])
    for thread in read["forum"]["threads"]:
        assert thread["isLiked"] == ({"name": "mika"} in thread["likes"])
        assert thread["likeCount"] == len(thread["likes"])
    return {
        "entries": {row["mediaId"]: (row["status"], row["progress"]) for row in near},
        "custom": {number: set(names) for number, names in marked.items() if names},
        "favourites": favourites,
        "following": [user["id"] for user in read["people"]["following"]],
        "likes": {thread["id"] for thread in read["forum"]["threads"] if thread["isLiked"]},
        "texts": [one["text"] for one in read["feed"]["activities"] if one["id"] > 2_000_000],
        "format": viewer["mediaListOptions"]["scoreFormat"],
        "lists": viewer["mediaListOptions"]["animeList"]["customLists"],
    }


def _save(anilist: Asker, state: dict[str, Any], media: int, *values: Any) -> None:
    status, progress, lists = values
    anilist.ask(SAVE, media=media, status=status, progress=progress, lists=lists)
    before, _ = state["entries"].get(media, ("CURRENT", 0))
    state["entries"][media] = (status or before, progress)
    if lists is not None:
        state["custom"][media] = set(lists) & set(state["lists"])


def _delete(anilist: Asker, state: dict[str, Any], media: int) -> None:
    found = anilist.ask("query ($id: Int) { Media(id: $id) { mediaListEntry { id } } }", id=media)["Media"]
    if found["mediaListEntry"]:
        anilist.ask(DELETE, id=found["mediaListEntry"]["id"])
    else:
        assert anilist.invalid(DELETE, id=0)
    state["entries"].pop(media, None)
    state["custom"].pop(media, None)


def _toggled(members: list[int], one: int) -> list[int]:
    return [member for member in members if member != one] if one in members else [*members, one]


def _carry_out(anilist: Asker, state: dict[str, Any], name: str, *values: Any) -> None:
    """Send a mutation, and change the state as it should."""
    one = values[0] if values else None
    if name == "save":
        _save(anilist, state, *values)
    elif name == "delete":
        _delete(anilist, state, *values)
    elif name == "favourite":
        anilist.ask("mutation ($id: Int) { ToggleFavourite(animeId: $id) { anime { nodes { id } } } }", id=one)
        state["favourites"] = _toggled(state["favourites"], values[0])
    elif name == "follow":
        anilist.ask("mutation ($id: Int) { ToggleFollow(userId: $id) { id } }", id=one)
        state["following"] = sorted(_toggled(state["following"], values[0]))
    elif name == "like":
        anilist.ask("mutation ($id: Int) { ToggleLike(id: $id, type: THREAD) { id } }", id=one)
        state["likes"] ^= {one}
    elif name == "write":
        anilist.ask("mutation ($text: String) { SaveTextActivity(text: $text) { id } }", text=one)
        state["texts"].append(one)
    elif name == "erase":
        feed = anilist.ask(READ)["feed"]["activities"]
        newest = max((row["id"] for row in feed if row["id"] > 2_000_000), default=None)
        if newest:
            anilist.ask("mutation ($id: Int) { DeleteActivity(id: $id) { deleted } }", id=newest)
            state["texts"].pop()
    elif name == "format":
        anilist.ask("mutation ($format: ScoreFormat) { UpdateUser(scoreFormat: $format) { id } }", format=one)
        state["format"] = one
    else:
        update = "mutation ($lists: MediaListOptionsInput) { UpdateUser(animeListOptions: $lists) { id } }"
        anilist.ask(update, lists={"customLists": one})
        state["lists"] = one
        state["custom"] = {media: names & set(values[0]) for media, names in state["custom"].items()}


@settings(max_examples=30)
@given(st.lists(STEP, max_size=10))
@example([("lists", (["Best"],)), ("save", (1, None, 3, ["Best"])), ("lists", ([],)), ("lists", (["Best"],))])
def test_mutations_in_any_order_keep_every_reading_consistent(steps: list[tuple[str, tuple[Any, ...]]]) -> None:
    """All readings agree at the end, and they say what the mutations did and nothing else."""
    anilist = Asker()
    state = _read(anilist)
    for name, values in steps:
        _carry_out(anilist, state, name, *values)
        state["custom"] = {media: names for media, names in state["custom"].items() if names}
    assert _read(anilist) == state


def test_likes_follows_and_subscriptions_are_read_back(anilist: Asker) -> None:
    """Each from either side, and toggled off again."""
    like = "mutation ($id: Int) { ToggleLike(id: $id, type: THREAD) { name } }"
    like2 = (
        "mutation ($id: Int) { ToggleLikeV2(id: $id, type: ACTIVITY) { ... on TextActivity { isLiked likeCount } } }"
    )
    before = anilist.ask("{ Thread(id: 1) { likeCount isLiked } }")["Thread"]
    assert {"name": "mika"} in anilist.ask(like, id=1)["ToggleLike"]
    after = anilist.ask(
        "{ Thread(id: 1) { likeCount isLiked likes { name } } Page { likes(likeableId: 1, type: THREAD) { name } } }"
    )
    assert (after["Thread"]["likeCount"], after["Thread"]["isLiked"]) == (before["likeCount"] + 1, True)
    assert after["Page"]["likes"] == after["Thread"]["likes"]
    assert {"name": "mika"} not in anilist.ask(like, id=1)["ToggleLike"]
    text = anilist.ask('mutation { SaveTextActivity(text: "Hi") { id } }')["SaveTextActivity"]["id"]
    assert anilist.ask(like2, id=text)["ToggleLikeV2"] == {"isLiked": True, "likeCount": 1}
    rin = anilist.user("rin").id
    follow = "mutation ($id: Int) { ToggleFollow(userId: $id) { name isFollowing } }"
    assert anilist.ask(follow, id=rin)["ToggleFollow"] == {"name": "rin", "isFollowing": True}
    assert anilist.ask('{ User(name: "mika") { isFollower } }', "rin") == {"User": {"isFollower": True}}
    seen = anilist.ask("query ($id: Int!) { Page { followers(userId: $id) { name } } }", id=rin)["Page"]["followers"]
    assert {"name": "mika"} in seen
    assert anilist.ask(follow, id=rin)["ToggleFollow"]["isFollowing"] is False
    subscribe = "mutation ($on: Boolean) { ToggleThreadSubscription(threadId: 1, subscribe: $on) { isSubscribed } }"
    assert [
        anilist.ask(subscribe, on=on)["ToggleThreadSubscription"]["isSubscribed"] for on in (True, True, False)
    ] == [True, True, False]
    follow_activity = """mutation ($id: Int) {
      ToggleActivitySubscription(activityId: $id, subscribe: true) { ... on TextActivity { isSubscribed } } }"""
    assert anilist.ask(follow_activity, id=text)["ToggleActivitySubscription"] == {"isSubscribed": True}
    pin = "mutation ($id: Int) { ToggleActivityPin(id: $id, pinned: true) { ... on TextActivity { isPinned } } }"
    assert anilist.ask(pin, id=text)["ToggleActivityPin"] == {"isPinned": True}


def test_what_is_written_is_found_changed_and_deleted(anilist: Asker) -> None:
    """Activities, messages, replies, threads, comments and reviews, each with its author."""
    text = anilist.ask('mutation { SaveTextActivity(text: "Hi") { id user { name } type } }')["SaveTextActivity"]
    assert (text["user"], text["type"]) == ({"name": "mika"}, "TEXT")
    reply = 'mutation ($id: Int) { SaveActivityReply(activityId: $id, text: "Yes") { id text activityId } }'
    assert anilist.ask(reply, id=text["id"])["SaveActivityReply"]["activityId"] == text["id"]
    seen = """query ($id: Int) { Activity(id: $id) { ... on TextActivity { text replyCount replies {
      text user { name } } } } }"""
    said = anilist.ask(seen, id=text["id"])["Activity"]
    assert said == {"text": "Hi", "replyCount": 1, "replies": [{"text": "Yes", "user": {"name": "mika"}}]}
    feed = anilist.ask(
        "{ Page { activities(userId: 112084, type: TEXT, sort: ID_DESC) { ... on TextActivity { id } } } }"
    )
    assert feed["Page"]["activities"][0] == {"id": text["id"]}
    anilist.ask('mutation ($id: Int) { SaveTextActivity(id: $id, text: "Ho", locked: true) { id } }', id=text["id"])
    assert anilist.ask(seen, id=text["id"])["Activity"]["text"] == "Ho"
    assert anilist.ask("mutation ($id: Int) { DeleteActivity(id: $id) { deleted } }", id=text["id"]) == {
        "DeleteActivity": {"deleted": True}
    }
    assert anilist.ask(seen, id=text["id"]) == {"Activity": None}
    message = """mutation ($to: Int) {
      SaveMessageActivity(recipientId: $to, message: "Psst", private: true) { isPrivate recipient { name }
        messenger { name } } }"""
    assert anilist.ask(message, to=anilist.user("rin").id)["SaveMessageActivity"] == {
        "isPrivate": True, "recipient": {"name": "rin"}, "messenger": {"name": "mika"},
    }  # fmt: skip
    thread = anilist.ask('mutation { SaveThread(title: "T", body: "B", categories: [1]) { id } }')["SaveThread"]["id"]
    comment = 'mutation ($id: Int) { SaveThreadComment(threadId: $id, comment: "C") { thread { title replyCount } } }'
    assert anilist.ask(comment, id=thread)["SaveThreadComment"]["thread"] == {"title": "T", "replyCount": 1}
    review = """mutation { SaveReview(mediaId: 7, body: "B", summary: "S", score: 80, private: true) {
      id private media { id } } }"""
    made = anilist.ask(review)["SaveReview"]
    assert (made["private"], made["media"]) == (True, {"id": 7})
    assert {"id": made["id"]} in anilist.ask("{ Page { reviews(mediaId: 7) { id } } }")["Page"]["reviews"]
    assert anilist.refused("mutation { SaveListActivity(locked: true) { id } }")[:2] == (404, "Not Found.")


def test_ratings_and_recommendations_are_kept(anilist: Asker) -> None:
    """A recommendation that is there is rated, another is made."""
    rate = "mutation { RateReview(reviewId: 10, rating: UP_VOTE) { id userRating } }"
    assert anilist.ask(rate)["RateReview"] == {"id": 10, "userRating": "UP_VOTE"}
    recommend = """mutation ($other: Int) {
      SaveRecommendation(mediaId: 1, mediaRecommendationId: $other, rating: RATE_UP) { id userRating media { id } } }"""
    known = anilist.ask("{ Recommendation(id: 11) { mediaRecommendation { id } } }")["Recommendation"]
    same = anilist.ask(recommend, other=known["mediaRecommendation"]["id"])["SaveRecommendation"]
    assert same == {"id": 11, "userRating": "RATE_UP", "media": {"id": 1}}
    made = anilist.ask(recommend, other=500)["SaveRecommendation"]["id"]
    rows = anilist.ask("{ Media(id: 1) { recommendations { nodes { id mediaRecommendation { id } } } } }")["Media"]
    assert {"id": made, "mediaRecommendation": {"id": 500}} in rows["recommendations"]["nodes"]


def test_favourites_have_an_order(anilist: Asker) -> None:
    """Each new one comes last, until the user says otherwise."""
    for number in (5, 3, 9):
        anilist.ask(
            "mutation ($id: Int) { ToggleFavourite(characterId: $id) { characters { nodes { id } } } }", id=number
        )
    order = """mutation { UpdateFavouriteOrder(characterIds: [9, 3], characterOrder: [0, 1]) {
      characters { nodes { id } } } }"""
    assert anilist.ask(order)["UpdateFavouriteOrder"]["characters"]["nodes"] == [{"id": 9}, {"id": 3}, {"id": 5}]
    assert anilist.ask("{ Character(id: 9) { isFavourite } }", None) == {"Character": {"isFavourite": False}}


def test_a_custom_list_is_deleted_with_what_stands_in_it(anilist: Asker) -> None:
    """The account's option and the entries' marks; other lists stay."""
    anilist.ask('mutation { UpdateUser(animeListOptions: { customLists: ["A", "B"] }) { id } }')
    anilist.ask('mutation { SaveMediaListEntry(mediaId: 500, customLists: ["A", "B"]) { id } }')
    anilist.ask('mutation { DeleteCustomList(customList: "A", type: ANIME) { deleted } }')
    assert anilist.ask("{ Media(id: 500) { mediaListEntry { customLists } } }")["Media"]["mediaListEntry"][
        "customLists"
    ] == {"B": True}


def test_the_chart_keeps_settings_and_highlights(anilist: Asker) -> None:
    """Each apart, merged with what was there."""
    anilist.ask('mutation { UpdateAniChartSettings(theme: "dark") }')
    anilist.ask('mutation { UpdateAniChartHighlights(highlights: [{ mediaId: 1, highlight: "green" }]) }')
    anilist.ask('mutation { UpdateAniChartSettings(sort: "TITLE") }')
    chart = anilist.ask("{ AniChartUser { settings highlights user { name } } }")["AniChartUser"]
    assert chart == {
        "settings": {"theme": "dark", "sort": "TITLE"},
        "highlights": {"1": "green"},
        "user": {"name": "mika"},
    }


def test_a_users_titles_are_in_the_users_language(anilist: Asker) -> None:
    """`userPreferred` follows the option, for that user alone."""
    anilist.ask("mutation { UpdateUser(titleLanguage: NATIVE) { id } }")
    query = "{ Media(id: 1) { title { userPreferred native romaji } } }"
    title, other = anilist.ask(query)["Media"]["title"], anilist.ask(query, "rin")["Media"]["title"]
    assert title["userPreferred"] == title["native"] != title["romaji"]
    assert other["userPreferred"] == other["romaji"]


@pytest.mark.parametrize(
    "mutation", ["SaveMediaListEntry(mediaId: 1)", "ToggleFollow(userId: 101)", 'UpdateUser(about: "x")']
)
def test_a_mutation_needs_a_user(anilist: Asker, mutation: str) -> None:
    """Without a token, 401."""
    status, message, data = anilist.refused(f"mutation {{ {mutation} {{ id }} }}", None)
    assert (status, message, data) == (401, "Unauthorized.", None)
