"""What people change is read back everywhere."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.graphql.world import Asker

SAVE = """mutation ($media: Int, $status: MediaListStatus, $progress: Int, $score: Float) {
  SaveMediaListEntry(mediaId: $media, status: $status, progress: $progress, score: $score) { id }
}"""
DELETE = "mutation ($id: Int) { DeleteMediaListEntry(id: $id) { deleted } }"
READ = """{
  MediaListCollection(userName: "mika", type: ANIME) { lists { status entries { id mediaId progress score } } }
  Viewer { statistics { anime { count statuses { status count } } } }
}"""
STEP = st.one_of(
    st.tuples(st.just("save"), st.integers(1, 8), st.sampled_from(["CURRENT", "COMPLETED", None]), st.integers(0, 12)),
    st.tuples(st.just("delete"), st.integers(1, 8), st.none(), st.just(0)),
)


@settings(max_examples=25)
@given(st.lists(STEP, max_size=8))
def test_mutations_in_any_order_keep_every_reading_consistent(steps: list[tuple[str, int, Any, int]]) -> None:
    """The entry of a media, the list and the statistics say the same, after each step."""
    anilist = Asker()
    for kind, media, status, progress in steps:
        found = anilist.ask("query ($id: Int) { Media(id: $id) { mediaListEntry { id } } }", id=media)["Media"]
        if kind == "save":
            anilist.ask(SAVE, media=media, status=status, progress=progress)
        elif found["mediaListEntry"]:
            anilist.ask(DELETE, id=found["mediaListEntry"]["id"])
        else:
            assert anilist.invalid(DELETE, id=0)
    read = anilist.ask(READ)
    lists = {group["status"]: group["entries"] for group in read["MediaListCollection"]["lists"]}
    counted = {group["status"]: group["count"] for group in read["Viewer"]["statistics"]["anime"]["statuses"]}
    assert counted == {status: len(entries) for status, entries in lists.items()}
    listed = {entry["mediaId"]: (entry["id"], entry["progress"]) for entries in lists.values() for entry in entries}
    for media in range(1, 9):
        entry = anilist.ask("query ($id: Int) { Media(id: $id) { mediaListEntry { id progress } } }", id=media)
        own = entry["Media"]["mediaListEntry"]
        assert listed.get(media) == (own and (own["id"], own["progress"]))


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
