"""Filters and sorts, as the names of arguments say."""

from typing import Any

import pytest

from tests.sandbox.graphql.world import Asker

FIELDS = "id title { romaji } genres episodes averageScore countryOfOrigin tags { name } startDate { year month day }"


@pytest.mark.parametrize(
    ("filters", "holds"),
    [
        ("id_in: [3, 7]", lambda row: row["id"] in {3, 7}),
        ("id_not: 3", lambda row: row["id"] != 3),
        ("id_not_in: [1, 2, 3]", lambda row: row["id"] > 3),
        ("averageScore_greater: 70", lambda row: row["averageScore"] > 70),
        ("averageScore_lesser: 60", lambda row: row["averageScore"] < 60),
        ('genre: "Drama"', lambda row: "Drama" in row["genres"]),
        ('genre_in: ["Drama", "Music"]', lambda row: {"Drama", "Music"} & set(row["genres"])),
        ('genre_not_in: ["Drama"]', lambda row: "Drama" not in row["genres"]),
        ('tag: "Cats"', lambda row: {"name": "Cats"} in row["tags"]),
        ('startDate_like: "2023%"', lambda row: row["startDate"]["year"] == 2023),
        ('search: "ANIME 11"', lambda row: "Anime 11" in row["title"]["romaji"]),
        ('licensedBy: "Crunchyroll"', lambda row: row["id"] > 0),
        ("onList: true", lambda row: row["id"] <= 160),
        ("countryOfOrigin: JP", lambda row: row["countryOfOrigin"] == "JP"),
    ],
)
def test_a_filter_lets_through_what_its_name_says(anilist: Asker, filters: str, holds: Any) -> None:
    """Every row passes, and there are some."""
    rows = anilist.ask(f"{{ Page {{ media(type: ANIME, {filters}) {{ {FIELDS} }} }} }}")["Page"]["media"]
    assert rows
    assert all(holds(row) for row in rows)


@pytest.mark.parametrize("sort", ["ID", "TITLE_ROMAJI", "SCORE", "START_DATE", "POPULARITY", "EPISODES"])
def test_a_sort_rises_or_falls_and_what_has_no_value_stands_last(anilist: Asker, sort: str) -> None:
    """In both directions."""
    fields = "id popularity title { romaji } averageScore episodes startDate { year month day }"
    values: dict[str, Any] = {
        "TITLE_ROMAJI": lambda row: row["title"]["romaji"],
        "SCORE": lambda row: row["averageScore"],
        "START_DATE": lambda row: tuple(row["startDate"].values()),
    }
    value = values.get(sort, lambda row: row[sort.lower()])
    for direction in ("", "_DESC"):
        query = f"""query ($page: Int) {{ Page(page: $page) {{ media(type: ANIME, sort: {sort}{direction}) {{ {
            fields
        } }} }} }}"""
        found = [value(row) for page in (1, 2, 3) for row in anilist.ask(query, page=page)["Page"]["media"]]
        known = [one for one in found if one is not None]
        assert found[: len(known)] == known == sorted(known, reverse=bool(direction))


def test_a_sort_that_no_field_is_named_after_changes_nothing(anilist: Asker) -> None:
    """Such as the match of a search; nulls in a list of sorts are passed over."""
    query = "query ($sort: [MediaSort]) { Page { media(sort: $sort) { id } } }"
    assert anilist.ask(query, sort=["SEARCH_MATCH", None]) == anilist.ask(query)


def test_media_and_studio_and_staff_agree_from_either_end(anilist: Asker) -> None:
    """The staff of a media have it among their works, under the same name."""
    media = anilist.ask("""{ Media(id: 8) { studios { edges { isMain node { id name } } } staff { edges { role
      node { id name { full } } } }
      characters(perPage: 1) { edges { node { id } voiceActors(language: ENGLISH) { id } voiceActorRoles {
        voiceActor { id } } } } } }""")["Media"]
    studio = media["studios"]["edges"][0]["node"]
    works = anilist.ask(
        "query ($id: Int) { Studio(id: $id) { id name media(isMain: true, perPage: 25) { nodes { id } } } }",
        id=studio["id"],
    )
    assert works["Studio"]["name"] == studio["name"]
    assert {"id": 8} in works["Studio"]["media"]["nodes"]
    staff = media["staff"]["edges"][0]
    done = anilist.ask(
        "query ($id: Int) { Staff(id: $id) { name { full } staffMedia { edges { staffRole node { id } } } } }",
        id=staff["node"]["id"],
    )
    assert done["Staff"]["name"] == staff["node"]["name"]
    assert {"staffRole": staff["role"], "node": {"id": 8}} in done["Staff"]["staffMedia"]["edges"]
    cast = media["characters"]["edges"][0]
    assert len(cast["voiceActors"]) == 1
    query = """query ($id: Int, $one: Int) {
      Staff(id: $id) { characters(perPage: 25) { nodes { id } } }
      Character(id: $one) { media { edges { node { id } characters { id } voiceActors { id } } } } }"""
    voiced = anilist.ask(query, id=cast["voiceActors"][0]["id"], one=cast["node"]["id"])
    assert cast["node"] in voiced["Staff"]["characters"]["nodes"]
    edge = voiced["Character"]["media"]["edges"][0]
    assert (edge["node"], edge["characters"]) == ({"id": 8}, [cast["node"]])
    assert cast["voiceActors"][0] in edge["voiceActors"]


def test_a_page_tells_of_the_field_beside_it(anilist: Asker) -> None:
    """Wherever it stands, in a fragment too; without one it is empty."""
    query = """{ Page(perPage: 10) { __typename pageInfo { hasNextPage total } ...Rows ... on Page { pageInfo
      { total } } } }
      fragment Rows on Page { media(type: MANGA) { id } }"""
    assert anilist.ask(query)["Page"]["pageInfo"] == {"hasNextPage": True, "total": 5000}
    assert anilist.ask("{ Page { pageInfo { hasNextPage } } }") == {"Page": {"pageInfo": {"hasNextPage": False}}}


def test_private_things_are_for_their_owner(anilist: Asker) -> None:
    """A private account, its list, and a private entry."""
    assert anilist.refused('{ User(name: "shy") { id } }')[:2] == (404, "Not Found.")
    assert anilist.refused("{ User(id: 112086) { id } }")[:2] == (404, "Not Found.")
    assert anilist.ask('{ User(name: "SHY") { name } }', "shy") == {"User": {"name": "shy"}}
    lists = '{ MediaListCollection(userName: "shy") { hasNextChunk } }'
    assert anilist.refused(lists)[:2] == (404, "Private User")
    assert anilist.ask(lists, "shy")
    entry = anilist.ask("mutation { SaveMediaListEntry(mediaId: 1, private: true) { id } }")["SaveMediaListEntry"]
    query = '{ Page { mediaList(userName: "mika", type: ANIME) { id } } }'
    assert entry in anilist.ask(query)["Page"]["mediaList"]
    assert entry not in anilist.ask(query, "rin")["Page"]["mediaList"]
    assert anilist.refused('{ MediaListCollection(userName: "nobody") { hasNextChunk } }')[:2] == (404, "Not Found.")


def test_an_outage_answers_nothing_but_a_bad_token(anilist: Asker) -> None:
    """AniList looks at the token first."""
    status, body = anilist.post("{ Media(id: 1) { id } }", disabled=True)
    assert (status, body["errors"][0]["message"][:46]) == (403, "The AniList API has been temporarily disabled ")
    assert anilist.post("{ Media(id: 1) { id } }", viewer="nobody", disabled=True)[0] == 400


def test_the_collections_of_links_and_tags_agree_with_the_media(anilist: Asker) -> None:
    """A link's site has the id of the collection, and a tag has its name. A filter without such a field is ignored."""
    read = anilist.ask("""{
      ExternalLinkSourceCollection(type: STREAMING, mediaType: ANIME) { id site type }
      MediaTagCollection(status: 1) { id name rank }
      Media(id: 1) { externalLinks { site siteId type } tags { id name rank } }
    }""")
    assert read["ExternalLinkSourceCollection"] == [{"id": 3, "site": "Crunchyroll", "type": "STREAMING"}]
    assert {"site": "Crunchyroll", "siteId": 3, "type": "STREAMING"} in read["Media"]["externalLinks"]
    names = {tag["id"]: tag["name"] for tag in read["MediaTagCollection"]}
    assert len(names) == 20
    assert all(names[tag["id"]] == tag["name"] and tag["rank"] for tag in read["Media"]["tags"])


def test_the_rows_of_a_connection_are_filtered_and_sorted(anilist: Asker) -> None:
    """By what its edges say, else by their nodes."""
    read = anilist.ask("""{ Media(id: 1) {
      studios(isMain: true) { edges { isMain } } characters(role: SUPPORTING, sort: ID_DESC) { nodes { id } }
      airingSchedule(notYetAired: true) { nodes { id } } }
      Studio(id: 1) { media(isMain: false, sort: ID_DESC) { edges { isMainStudio } nodes { id } } } }""")
    assert read["Media"]["studios"]["edges"] == [{"isMain": True}]
    assert [node["id"] for node in read["Media"]["characters"]["nodes"]] == list(range(160, 135, -1))
    assert read["Media"]["airingSchedule"]["nodes"] == []
    ids = [node["id"] for node in read["Studio"]["media"]["nodes"]]
    assert ids == sorted(ids, reverse=True)
    assert {edge["isMainStudio"] for edge in read["Studio"]["media"]["edges"]} == {False}


def test_the_feed_of_strangers_and_of_friends_is_told_apart_for_every_kind_of_activity(anilist: Asker) -> None:
    """A message is its messenger's."""
    query = """query ($friends: Boolean) { Page { activities(isFollowing: $friends) {
      __typename ... on TextActivity { user { id } } ... on MessageActivity { messenger { id } }
      ... on ListActivity { user { id } } } } }"""
    strangers = anilist.ask(query, friends=False)["Page"]["activities"]
    assert {row["__typename"] for row in strangers} == {"TextActivity", "MessageActivity", "ListActivity"}
    assert anilist.ask(query, friends=True)["Page"]["activities"] == []
    anilist.ask("mutation { ToggleFollow(userId: 101) { id } }")
    friends = anilist.ask(query, friends=True)["Page"]["activities"]
    assert {(row.get("user") or row["messenger"])["id"] for row in friends} == {101}
    assert {row["__typename"] for row in friends} == {"TextActivity", "MessageActivity", "ListActivity"}
