"""What a test says about AniList's data."""

from datetime import date, timedelta
from typing import Any

import pytest

from anilist_oauth.sandbox import Sandbox, User
from anilist_oauth.sandbox.people import People

MEDIA = """query ($id: Int) { Media(id: $id) {
  title { romaji english userPreferred } type episodes status startDate { year month day } genres
  nextAiringEpisode { episode airingAt timeUntilAiring } studios { nodes { id name } edges { isMain } }
  averageScore coverImage { large color }
} }"""
LIST = """query ($name: String) { MediaListCollection(userName: $name) {
  lists { name entries { mediaId status progress score customLists } }
} }"""


async def _ask(sandbox: Sandbox, query: str, **variables: Any) -> Any:
    async with sandbox.session() as anilist:
        return await anilist.graphql(query, variables)


async def test_a_media_is_as_the_test_says() -> None:
    """The rest of it stays made up, and hangs together with what was set."""
    async with Sandbox() as sandbox:
        made_up = (await _ask(sandbox, MEDIA, id=1))["Media"]
        assert sandbox.media(1, title="Frieren", episodes=28, status="RELEASING", studios=[7]) == 1
        sandbox.node("Studio", 7, name="Madhouse")
        media = (await _ask(sandbox, MEDIA, id=1))["Media"]
        assert media["title"] == {"romaji": "Frieren", "english": "Frieren", "userPreferred": "Frieren"}
        assert (media["episodes"], media["status"], media["averageScore"]) == (28, "RELEASING", made_up["averageScore"])
        assert media["studios"]["nodes"] == [{"id": 7, "name": "Madhouse"}]
        assert 0 < media["nextAiringEpisode"]["timeUntilAiring"] <= 7 * 86_400
        assert 1 <= media["nextAiringEpisode"]["episode"] <= 28
        sandbox.media(1, status="FINISHED")
        assert (await _ask(sandbox, MEDIA, id=1))["Media"]["nextAiringEpisode"] is None
        sandbox.media(1, status="NOT_YET_RELEASED")
        coming = (await _ask(sandbox, MEDIA, id=1))["Media"]
        assert coming["nextAiringEpisode"]["episode"] == 1
        assert coming["averageScore"] is None


async def test_a_show_that_was_given_a_date_begins_airs_and_ends() -> None:
    """Its status follows from its dates and the sandbox's time."""
    async with Sandbox() as sandbox:
        sandbox.media(1, startDate=date(2030, 1, 1), episodes=2, type="ANIME")
        sandbox.advance(date(2029, 12, 25) - sandbox.now().date())
        seen = []
        for _ in range(3):
            media = (await _ask(sandbox, MEDIA, id=1))["Media"]
            seen.append((media["status"], (media["nextAiringEpisode"] or {}).get("episode")))
            sandbox.advance(timedelta(days=9))
        assert seen == [("NOT_YET_RELEASED", 1), ("RELEASING", 2), ("FINISHED", None)]


async def test_no_episode_of_a_long_show_belongs_to_another() -> None:
    """The ids of 999 episodes are reserved for each show; a longer schedule is cut there."""
    async with Sandbox() as sandbox:
        sandbox.media(1, episodes=2_000_000_000, startDate=date(1990, 1, 1), type="ANIME")
        query = """{ Media(id: 1) { nextAiringEpisode { episode }
            airingSchedule(page: 40) { pageInfo { total } nodes { episode mediaId } } } }"""
        media = (await _ask(sandbox, query))["Media"]
        assert media["airingSchedule"]["pageInfo"]["total"] == 999
        assert media["airingSchedule"]["nodes"][-1] == {"episode": 999, "mediaId": 1}
        assert media["nextAiringEpisode"] is None


async def test_a_media_is_found_by_its_new_title() -> None:
    """Also one that no list and no search had before."""
    async with Sandbox() as sandbox:
        sandbox.media(123_456, title={"romaji": "Sousou no Frieren", "english": "Frieren"}, type="ANIME")
        found = await _ask(sandbox, '{ Page { media(search: "frieren") { id title { native english } } } }')
        assert [row["id"] for row in found["Page"]["media"]] == [123_456]
        assert found["Page"]["media"][0]["title"]["english"] == "Frieren"


async def test_a_list_holds_what_the_test_set() -> None:
    """The entries that were made up are gone; custom lists and the account's format are used."""
    async with Sandbox(users=["mika", "rin"]) as sandbox:
        sandbox.user("mika", mediaListOptions={"scoreFormat": "POINT_10"})
        sandbox.entry("mika", media=1, progress=3, score=8, customLists=["Best"])
        sandbox.entry(sandbox.user, media=500, status="COMPLETED", completedAt=date(2026, 1, 2))
        sandbox.entry("mika", media=1, progress=4)
        lists = (await _ask(sandbox, LIST, name="mika"))["MediaListCollection"]["lists"]
        entry = {"mediaId": 1, "status": "CURRENT", "progress": 4, "score": 8, "customLists": {"Best": True}}
        assert [(one["name"], [row["mediaId"] for row in one["entries"]]) for one in lists] == [
            ("Watching", [1]),
            ("Completed", [500]),
            ("Best", [1]),
        ]
        assert lists[0]["entries"] == [entry]
        others = (await _ask(sandbox, LIST, name="rin"))["MediaListCollection"]["lists"]
        assert sum(len(one["entries"]) for one in others) == 160


async def test_an_id_that_was_asked_for_can_become_an_account() -> None:
    """Before, it is a made-up user. Afterwards it has the account's name and list."""
    async with Sandbox() as sandbox:
        query = "{ User(id: 112085) { name } }"
        assert (await _ask(sandbox, query))["User"]["name"] != "rin"
        assert sandbox.user("rin").id == 112_085
        assert (await _ask(sandbox, query))["User"]["name"] == "rin"
        sandbox.entry("rin", media=1)
        lists = await _ask(sandbox, '{ MediaListCollection(userName: "rin") { lists { entries { mediaId } } } }')
        assert lists["MediaListCollection"]["lists"] == [{"entries": [{"mediaId": 1}]}]


async def test_a_media_without_a_type_does_not_stop_a_list() -> None:
    """It counts as a manga."""
    async with Sandbox() as sandbox:
        sandbox.media(1, type=None)
        sandbox.entry("mika", media=1, progress=3, customLists=["odd"])
        fields = "statistics { manga { chaptersRead } } mediaListOptions { mangaList { customLists } }"
        query = f'{{ User(name: "mika") {{ {fields} }} }}'
        user = (await _ask(sandbox, query))["User"]
        assert user["statistics"] == {"manga": {"chaptersRead": 3}}
        assert user["mediaListOptions"] == {"mangaList": {"customLists": ["odd"]}}


async def test_an_account_is_as_the_test_says() -> None:
    """A name that no account has makes one, which can log in."""
    async with Sandbox() as sandbox:
        assert (sandbox.user.id, sandbox.user.name) == (112_084, "mika")
        rin = sandbox.user(
            "rin", about="Hi", options={"titleLanguage": "ENGLISH"}, avatar={"large": "https://a.example"}
        )
        assert [user.name for user in sandbox.users] == ["mika", "rin"]
        query = '{ User(name: "rin") { id about options { titleLanguage timezone } avatar { large medium } } }'
        user = (await _ask(sandbox, query))["User"]
        assert (user["id"], user["about"]) == (rin.id, "Hi")
        assert user["options"] == {"titleLanguage": "ENGLISH", "timezone": "00:00"}
        assert user["avatar"]["large"] == "https://a.example"
        assert user["avatar"]["medium"].endswith("default.png")
        async with sandbox.session() as anilist:
            assert "code=" in await sandbox.approve(anilist.authorize_url(), user="rin")


async def test_activities_and_edges_can_be_set() -> None:
    """A kind is kept though its id says another one; edges say more than ids."""
    async with Sandbox() as sandbox:
        for number in (1010, 1011, 1012):
            sandbox.node("TextActivity", number, text="Hello", user=sandbox.user.id)
        sandbox.media(1, characters=[{"node": 101, "role": "SUPPORTING"}, {"id": 5, "name": {"full": "Mo"}}])
        query = """{ a: Activity(id: 1010) { ...T } b: Activity(id: 1011) { ...T } c: Activity(id: 1012) { ...T }
          Media(id: 1) { characters { edges { role node { id } } nodes { name { full } } } } }
          fragment T on TextActivity { text user { name } }"""
        found = await _ask(sandbox, query)
        assert found["a"] == found["b"] == found["c"] == {"text": "Hello", "user": {"name": "mika"}}
        edges = found["Media"]["characters"]["edges"]
        assert (edges[0]["role"], edges[0]["node"]["id"]) == ("SUPPORTING", 101)
        assert found["Media"]["characters"]["nodes"][1]["name"]["full"] == "Mo"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"titel": "x"}, "titel: Media has no such field. Did you mean 'title'?"),
        ({"zzzz": 1}, "zzzz: Media has no such field.$"),
        ({"episodes": "twelve"}, "Media.episodes: Int cannot represent"),
        ({"status": "DONE"}, "Media.status: Value 'DONE' does not exist in 'MediaStatus' enum"),
        ({"genres": "Drama"}, "Media.genres: a list is needed, not 'Drama'"),
        ({"studios": ["x"]}, "Media.studios.node: an id or a dict of fields is needed, not 'x'"),
        ({"characters": [{"node": 5, "role": "HERO"}]}, "Media.characters.role: Value 'HERO' does not exist"),
        (
            {"characters": [{"node": 5, "rolle": "MAIN"}]},
            "rolle: CharacterEdge has no such field. Did you mean 'role'?",
        ),
        ({"characters": [{"nam": "Mo"}]}, "nam: Character has no such field. Did you mean 'name'?"),
        ({"id": 5}, "id: it cannot change"),
        ({"coverImage": 7}, "Media.coverImage: a dict of fields is needed, not 7"),
        ({"coverImage": {"huge": "x"}}, "huge: MediaCoverImage has no such field"),
        ({"mediaListEntry": "x"}, "Media.mediaListEntry: an id or a dict of fields is needed, not 'x'"),
    ],
)
def test_what_does_not_fit_the_schema_is_refused_in_words(fields: dict[str, Any], said: str) -> None:
    """So that a slip in a test is not looked for in the bot."""
    with pytest.raises(ValueError, match=said):
        Sandbox().media(1, **fields)


def test_what_is_not_there_cannot_be_described() -> None:
    """A type, an id, an account, a media; an account's id and name stay."""
    sandbox = Sandbox()
    with pytest.raises(ValueError, match=r"no type 'Studios' with an id\. Did you mean 'Studio'\?"):
        sandbox.node("Studios", 1)
    with pytest.raises(ValueError, match="no type 'ActivityUnion' with an id"):
        sandbox.node("ActivityUnion", 1)
    with pytest.raises(ValueError, match="id: a positive number is needed, not 0"):
        sandbox.media(0)
    with pytest.raises(ValueError, match="nobody here is named 'rin'"):
        sandbox.entry("rin", media=1)
    with pytest.raises(ValueError, match="media: 99999 is not a media's id"):
        sandbox.entry("mika", media=99_999)
    with pytest.raises(ValueError, match=r"progres: MediaList has no such field\. Did you mean 'progress'"):
        sandbox.entry("mika", media=1, progres=3)
    with pytest.raises(ValueError, match=r"The score may not be greater than 100\."):
        sandbox.entry("mika", media=1, scoreRaw=101)
    with pytest.raises(ValueError, match="name: an account's id and name cannot change"):
        sandbox.user("mika", name="rin")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"scoreRaw": 8.5}, "MediaList.scoreRaw: Int cannot represent"),
        ({"advancedScores": {"Story": 50}}, "MediaList.advancedScores: a list is needed"),
        ({"advancedScores": ["x"]}, "MediaList.advancedScores: Float cannot represent"),
        ({"customLists": "Best"}, "MediaList.customLists: a list is needed, not 'Best'"),
        ({"customLists": [5]}, "MediaList.customLists: String cannot represent"),
        ({"id": 7}, "id: it cannot change"),
        ({"mediaId": 7}, "mediaId: it cannot change"),
        ({"userId": 7}, "userId: it cannot change"),
    ],
)
def test_an_entry_that_does_not_fit_is_refused(fields: dict[str, Any], said: str) -> None:
    """This includes what is given as to a mutation, and what would make it another entry."""
    with pytest.raises(ValueError, match=said):
        Sandbox().entry("mika", media=1, **fields)


async def test_an_entry_takes_nulls_and_advanced_scores() -> None:
    """A null changes nothing."""
    async with Sandbox() as sandbox:
        sandbox.entry("mika", media=1, customLists=["Best"], advancedScores=[50, 60.5], scoreRaw=85)
        sandbox.entry("mika", media=1, customLists=None, advancedScores=None, scoreRaw=None)
        found = await _ask(sandbox, '{ MediaList(userName: "mika", mediaId: 1) { score advancedScores customLists } }')
        assert found["MediaList"]["customLists"] == {"Best": True}
        assert found["MediaList"]["score"] == 85
        assert list(found["MediaList"]["advancedScores"].values())[:3] == [50, 60.5, 0]


async def test_statistics_are_whole_numbers_that_fit() -> None:
    """A score may have a fraction and a progress may be huge, but the schema counts both in 32-bit integers."""
    async with Sandbox() as sandbox:
        sandbox.entry("mika", media=1, score=8.5, progress=2**31 - 1)
        query = '{ User(name: "mika") { statistics { anime { minutesWatched scores { score meanScore } } } } }'
        anime = (await _ask(sandbox, query))["User"]["statistics"]["anime"]
        assert anime == {"minutesWatched": 2**31 - 1, "scores": [{"score": 9, "meanScore": 8.5}]}


def test_accounts_without_a_sandbox_cannot_be_described() -> None:
    """There is nothing to write into."""
    with pytest.raises(TypeError, match="no sandbox"):
        User(id=1, name="mika")("mika", about="Hi")
    with pytest.raises(TypeError, match="no sandbox"):
        People(["mika"]).one(None)("mika", about="Hi")


def test_a_null_is_a_value() -> None:
    """What is set to None answers null."""
    sandbox = Sandbox()
    sandbox.media(1, bannerImage=None)
    assert sandbox.service.world.node("Media", 1).facts["bannerImage"] is None


@pytest.mark.parametrize("wrong", [None, 1.5, [], "1", True])
def test_a_kind_and_a_media_of_a_wrong_type_are_refused(wrong: Any) -> None:
    """The error says what is needed."""
    with pytest.raises(ValueError, match=r"^media: .+ is not a media's id"):
        Sandbox().entry("mika", media=wrong)
    with pytest.raises((TypeError, ValueError), match=r"^kind: "):
        Sandbox().node(wrong, 7)
