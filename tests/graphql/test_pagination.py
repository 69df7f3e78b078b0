"""A walk goes on as long as AniList says there is a next page, and by nothing else."""

from typing import Any

import pytest

from anilist_oauth.errors import ConfigurationError, UnsendableValueError
from anilist_oauth.graphql.pagination import Pagination

PAGE = "query ($page: Int, $perPage: Int) { Page(page: $page, perPage: $perPage) { pageInfo { hasNextPage } } }"
NESTED = "query ($page: Int) { Media(id: 1) { characters(page: $page) { pageInfo { hasNextPage } } } }"
LISTS = "query ($chunk: Int, $perChunk: Int) { MediaListCollection(chunk: $chunk) { hasNextChunk } }"


def page(more: Any) -> dict[str, Any]:
    """Answer with a page whose totals lie, as AniList's do."""
    return {"Page": {"pageInfo": {"hasNextPage": more, "total": 5000, "lastPage": 100}, "media": []}}


def test_pages_are_walked_by_has_next_page_alone() -> None:
    """Page after page, whatever the totals say."""
    pages = Pagination(PAGE, {"id": 7})
    asked = []
    for more in (True, True, False):
        assert not pages.done
        asked.append(pages.variables)
        pages.take(page(more))
    assert pages.done
    assert asked == [{"id": 7, "page": number, "perPage": 50} for number in (1, 2, 3)]


def test_chunks_are_walked_by_has_next_chunk() -> None:
    """A list collection has its own names."""
    pages = Pagination(LISTS, {"userId": 5}, per_page=500)
    assert pages.variables == {"userId": 5, "chunk": 1, "perChunk": 500}
    pages.take({"MediaListCollection": {"hasNextChunk": True, "lists": []}})
    assert (pages.done, pages.variables["chunk"]) == (False, 2)
    pages.take({"MediaListCollection": {"hasNextChunk": False}})
    assert pages.done


def test_a_nested_connection_is_found_by_its_path() -> None:
    """The connection's own mark counts."""
    pages = Pagination(NESTED, path="Media.characters")
    assert pages.variables["perPage"] == 25
    pages.take({"Media": {"characters": page(more=True)["Page"]}})
    assert not pages.done
    pages.take({"Media": {"characters": None}})
    assert pages.done


@pytest.mark.parametrize("more", [None, 0, 1, "true", [True]])
def test_only_true_is_a_next_page(more: Any) -> None:
    """An odd mark ends the walk, which could otherwise go on without end."""
    pages = Pagination(PAGE)
    pages.take(page(more))
    assert pages.done


def test_a_null_answer_ends_the_walk() -> None:
    """An empty list has no next page."""
    for query, path in ((PAGE, None), (NESTED, "Media.characters")):
        pages = Pagination(query, path=path)
        pages.take({"Page": None, "Media": None})
        assert pages.done


@pytest.mark.parametrize(("asked", "sent"), [(1, 1), (50, 50), (51, 50), (500, 50)])
def test_a_page_is_never_larger_than_anilist_gives(asked: int, sent: int) -> None:
    """A larger one would be cut without a word."""
    assert Pagination(PAGE, per_page=asked).variables["perPage"] == sent


def test_a_path_to_a_page_is_no_nested_connection() -> None:
    """A path of one name leads to a field of the answer itself, which gives 50."""
    assert Pagination(PAGE, path="Page").variables["perPage"] == 50


def test_a_walk_may_begin_later() -> None:
    """A page among the variables is where it begins."""
    pages = Pagination(PAGE, {"page": 4})
    pages.take(page(more=True))
    assert pages.variables["page"] == 5


@pytest.mark.parametrize(
    ("query", "variables", "per_page"),
    [
        ("{ Page { pageInfo { hasNextPage } } }", {}, 50),
        ("query ($page: Int) { Page(page: $page) { media { id } } }", {}, 50),
        ("query ($pages: Int) { Page(page: $pages) { pageInfo { hasNextPage } } }", {}, 50),
        ("query ($chunk: Int) { MediaListCollection(chunk: $chunk) { pageInfo { hasNextPage } } }", {}, 50),
        (PAGE, {}, 0),
        (PAGE, {}, "50"),
        (PAGE, {"page": 0}, 50),
        (PAGE, {"page": "1"}, 50),
        (None, {}, 50),
    ],
)
def test_a_query_that_cannot_be_walked_is_refused(query: Any, variables: dict[str, Any], per_page: Any) -> None:
    """Before anything is sent: it would give its first page again and again."""
    with pytest.raises(ConfigurationError):
        Pagination(query, variables, per_page=per_page)


@pytest.mark.parametrize("path", [5, ["Media", "characters"]])
def test_a_path_is_a_string(path: Any) -> None:
    """Not a list of names, as other libraries have it."""
    with pytest.raises(ConfigurationError, match=r"^path: a string is needed"):
        Pagination(PAGE, path=path)


def test_variables_are_checked_first() -> None:
    """What cannot be sent is told before the walk begins."""
    with pytest.raises(UnsendableValueError):
        Pagination(PAGE, {"id": object()})


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("Media.character", {"Media": {"characters": {}}}),
        ("Media.characters.nodes", {"Media": {"characters": []}}),
        ("Media.characters", {"Media": {"characters": {"nodes": []}}}),
        (None, {"Media": {"characters": {"pageInfo": {"hasNextPage": True}}}}),
    ],
)
def test_a_path_that_leads_nowhere_is_told(path: str | None, data: dict[str, Any]) -> None:
    """A walk does not end after one page because of a slip in the path."""
    with pytest.raises(ConfigurationError, match="path"):
        Pagination(NESTED, path=path).take(data)
