"""What the sandbox answers to the queries and mutations of AniList's reference."""

from datetime import UTC, datetime
from typing import Any

import pytest
from anilist_oauth.sandbox.graphql.resolvers import AniListError, Root
from graphql import execute_sync, parse, validate

from anilist_oauth.sandbox.graphql.media_lists import Library
from anilist_oauth.sandbox.graphql.schema import SCHEMA
from anilist_oauth.sandbox.people import People

LISTS = """query (
  $userId: Int, $userName: String, $chunk: Int, $perChunk: Int, $type: MediaType, $statuses: [MediaListStatus]
) {
  MediaListCollection(
    userId: $userId, userName: $userName, chunk: $chunk, perChunk: $perChunk, type: $type, status_in: $statuses
  ) {
    hasNextChunk
    user { name }
    lists { name status isCustomList entries { id mediaId status progress media { id type } user { id } } }
  }
}"""
SAVE = """mutation (
  $id: Int, $mediaId: Int, $progress: Int, $score: Float, $status: MediaListStatus, $private: Boolean
) {
  SaveMediaListEntry(
    id: $id, mediaId: $mediaId, progress: $progress, score: $score, status: $status, private: $private
  ) { id mediaId userId progress score status private updatedAt }
}"""
DELETE = "mutation ($id: Int) { DeleteMediaListEntry(id: $id) { deleted } }"


class World:
    """Three people, one of them private, and what they watch."""

    def __init__(self) -> None:
        self.people = People(("mika", "rin", "shy"), private=("shy",))
        self.library = Library(now=lambda: datetime(2026, 9, 14, tzinfo=UTC))

    def answer(self, query: str, *, viewer: str | None = None, **variables: Any) -> Any:
        """Execute a query; the first error is raised."""
        root = Root(viewer=self.people.named(viewer) if viewer else None, people=self.people, library=self.library)
        document = parse(query)
        assert validate(SCHEMA, document) == []
        result = execute_sync(SCHEMA, document, root_value=root.fields, variable_values=variables)
        for error in result.errors or ():
            raise error.original_error or error
        return result.data

    def id_of(self, name: str) -> int:
        """Give a user's id."""
        return self.people.one(name).id


@pytest.fixture
def world() -> World:
    """A fresh world."""
    return World()


def refused(world: World, query: str, **arguments: Any) -> AniListError:
    """Give the error that a query becomes."""
    with pytest.raises(AniListError) as caught:
        world.answer(query, **arguments)
    return caught.value


def test_a_user_is_found_by_id_or_name(world: World) -> None:
    """Nobody is not found, and a private one only by themselves."""
    query = (
        "query ($id: Int, $name: String) { User(id: $id, name: $name) { id name mediaListOptions { scoreFormat } } }"
    )
    rin = {"User": {"id": world.id_of("rin"), "name": "rin", "mediaListOptions": {"scoreFormat": "POINT_100"}}}
    assert world.answer(query, name="rin") == world.answer(query, id=world.id_of("rin")) == rin
    assert world.answer(query, viewer="shy", name="shy")["User"]["name"] == "shy"
    for name in ("nobody", "shy", None):
        error = refused(world, query, name=name)
        assert (str(error), error.status, error.http_status) == ("Not Found.", 404, 404)


def test_only_the_viewer_has_notifications(world: World) -> None:
    """Others' are null."""
    query = '{ User(name: "mika") { unreadNotificationCount } }'
    assert world.answer(query, viewer="mika")["User"]["unreadNotificationCount"] == 0
    assert world.answer(query, viewer="rin")["User"]["unreadNotificationCount"] is None


def test_media_are_found(world: World) -> None:
    """By id, type and search, with what belongs to their type."""
    fields = "{ id type episodes chapters title { romaji native userPreferred } siteUrl mediaListEntry { progress } }"
    arguments = "id: $id, type: $type, search: $search"
    query = f"query ($id: Int, $type: MediaType, $search: String) {{ Media({arguments}) {fields} }}"
    anime = world.answer(query, id=7)["Media"]
    assert (anime["id"], anime["type"], anime["episodes"], anime["chapters"]) == (7, "ANIME", 12, None)
    assert anime["mediaListEntry"] is None
    manga = world.answer(query, type="MANGA", search="made-UP manga 3", viewer="mika")["Media"]
    assert (manga["title"]["userPreferred"], manga["chapters"]) == ("Made-up Manga 3", 48)
    assert manga["mediaListEntry"] == {"progress": 0}
    assert str(refused(world, query, id=99999)) == "Not Found."


def test_pages_cut_a_large_size_and_lie_about_the_total(world: World) -> None:
    """50 to a page at most; only `hasNextPage` is true, wherever and however it is asked for."""
    query = """query ($page: Int, $perPage: Int) {
      Page(page: $page, perPage: $perPage) {
        __typename pageInfo { total perPage currentPage lastPage hasNextPage }
        ...Rows
        ... on Page { pageInfo { total } }
      }
    }
    fragment Rows on Page { media(type: ANIME) { id } }"""
    pages = [world.answer(query, page=number, perPage=500)["Page"] for number in (1, 2, 3, 4)]
    assert [len(page["media"]) for page in pages] == [50, 50, 20, 0]
    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [True, True, False, False]
    assert pages[2]["pageInfo"] == {
        "total": 5000, "perPage": 50, "currentPage": 3, "lastPage": 100, "hasNextPage": False,
    }  # fmt: skip
    assert world.answer("{ Page { pageInfo { hasNextPage } } }") == {"Page": {"pageInfo": {"hasNextPage": False}}}
    assert [row["id"] for row in world.answer("{ Page { media(id_in: [3, 5]) { id } } }")["Page"]["media"]] == [3, 5]


def test_pages_of_users_and_entries(world: World) -> None:
    """Users are searched for; entries are those of one user, who is never inferred."""
    users = world.answer('{ Page { users(search: "I") { name } } }')["Page"]["users"]
    assert [user["name"] for user in users] == ["mika", "rin"]
    query = (
        "query ($userName: String) { Page { mediaList(userName: $userName, status: PAUSED, type: MANGA) { status } } }"
    )
    rows = world.answer(query, userName="rin")["Page"]["mediaList"]
    assert rows == [{"status": "PAUSED"}] * len(rows) != []
    assert str(refused(world, query, viewer="rin")) == "Not Found."


def test_characters_come_25_to_a_page(world: World) -> None:
    """A nested connection has its own pages."""
    query = """query ($page: Int) { Media(id: 1) { characters(page: $page, perPage: 50) {
      pageInfo { hasNextPage } nodes { id name { full } } edges { id role node { id } }
    } } }"""
    pages = [world.answer(query, page=page)["Media"]["characters"] for page in (1, 2, 3)]
    assert [len(page["nodes"]) for page in pages] == [25, 25, 10]
    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [True, True, False]
    assert len({node["id"] for page in pages for node in page["nodes"]}) == 60
    assert pages[0]["edges"][0]["node"]["id"] == pages[0]["nodes"][0]["id"]


def test_a_list_comes_in_chunks(world: World) -> None:
    """Grouped by status, until `hasNextChunk` is false; 500 to a chunk at most."""
    seen: list[int] = []
    more, chunk = True, 0
    while more:
        chunk += 1
        collection = world.answer(LISTS, userName="mika", chunk=chunk, perChunk=50)["MediaListCollection"]
        more = collection["hasNextChunk"]
        for group in collection["lists"]:
            assert {entry["status"] for entry in group["entries"]} == {group["status"]}
            seen += [entry["mediaId"] for entry in group["entries"]]
    assert (chunk, len(seen), len(set(seen))) == (4, 160, 160)
    whole = world.answer(LISTS, userId=world.id_of("rin"), perChunk=9999)["MediaListCollection"]
    assert (whole["hasNextChunk"], sum(len(group["entries"]) for group in whole["lists"])) == (False, 160)
    some = world.answer(LISTS, userName="rin", type="MANGA", statuses=["CURRENT"])["MediaListCollection"]
    assert [group["name"] for group in some["lists"]] == ["Current"]
    assert {entry["media"]["type"] for entry in some["lists"][0]["entries"]} == {"MANGA"}


def test_a_private_list_is_for_its_owner(world: World) -> None:
    """Others are told that the user is private."""
    error = refused(world, LISTS, userName="shy", viewer="mika")
    assert (str(error), error.status) == ("Private User", 404)
    assert world.answer(LISTS, userName="shy", viewer="shy")["MediaListCollection"]["lists"]


def test_an_entry_is_saved_and_deleted(world: World) -> None:
    """Found by its id or its media; a private one is seen by its owner alone."""
    saved = world.answer(SAVE, viewer="mika", mediaId=1, progress=3, status="CURRENT", score=80.5)["SaveMediaListEntry"]
    assert (saved["progress"], saved["score"], saved["userId"]) == (3, 80.5, world.id_of("mika"))
    assert saved["updatedAt"] == int(datetime(2026, 9, 14, tzinfo=UTC).timestamp())
    again = world.answer(SAVE, viewer="mika", id=saved["id"], progress=4, private=True)["SaveMediaListEntry"]
    assert (again["id"], again["progress"], again["status"], again["private"]) == (saved["id"], 4, "CURRENT", True)
    entries = 'query { Page { mediaList(userName: "mika", type: ANIME) { id } } }'
    assert {"id": saved["id"]} in world.answer(entries, viewer="mika")["Page"]["mediaList"]
    assert {"id": saved["id"]} not in world.answer(entries, viewer="rin")["Page"]["mediaList"]
    assert world.answer(DELETE, viewer="mika", id=saved["id"]) == {"DeleteMediaListEntry": {"deleted": True}}
    error = refused(world, DELETE, viewer="mika", id=saved["id"])
    assert error.extra == {"validation": {"id": ["The selected id is invalid."]}}
    new = world.answer(SAVE, viewer="mika", mediaId=1)["SaveMediaListEntry"]
    assert new["id"] != saved["id"]


def test_nobody_changes_anothers_entry(world: World) -> None:
    """AniList says "Forbidden", 401 in the body of a 200."""
    entry = world.answer(SAVE, viewer="mika", mediaId=1)["SaveMediaListEntry"]["id"]
    for query in (SAVE, DELETE):
        error = refused(world, query, viewer="rin", id=entry)
        assert (str(error), error.status, error.http_status) == ("Forbidden", 401, 200)


def test_a_mutation_needs_a_user(world: World) -> None:
    """Without a token, it is unauthorized."""
    for query in (SAVE, DELETE):
        assert refused(world, query, id=1).status == 401


def test_input_is_validated(world: World) -> None:
    """Each field's complaints, in Laravel's words."""
    error = refused(world, SAVE, viewer="mika", mediaId=99999, score=101, progress=-1)
    assert (str(error), error.status) == ("validation", 400)
    assert error.extra["validation"] == {
        "mediaId": ["The selected media id is invalid."],
        "score": ["The score may not be greater than 100."],
        "progress": ["The progress must be at least 0."],
    }
