"""An iteration over pages continues as long as AniList says that there is a next page."""

from typing import Any

import pytest

from anilist_oauth.errors import ConfigurationError, UnsendableValueError
from anilist_oauth.graphql.pagination import Pagination

PAGE = "query ($page: Int, $perPage: Int) { Page(page: $page, perPage: $perPage) { pageInfo { hasNextPage } } }"
NESTED = "query ($page: Int) { Media(id: 1) { characters(page: $page) { pageInfo { hasNextPage } } } }"
LISTS = "query ($chunk: Int, $perChunk: Int) { MediaListCollection(chunk: $chunk) { hasNextChunk } }"


def page(more: Any) -> dict[str, Any]:
    """Return a page whose totals are wrong, as AniList's are."""
    return {"Page": {"pageInfo": {"hasNextPage": more, "total": 5000, "lastPage": 100}, "media": []}}


def test_pages_only_depend_on_has_next_page() -> None:
    """The next page is requested whatever the totals say."""
    pages = Pagination(PAGE, {"id": 7})
    asked = []
    for more in (True, True, False):
        assert not pages.done
        asked.append(pages.variables)
        pages.take(page(more))
    assert pages.done
    assert asked == [{"id": 7, "page": number, "perPage": 50} for number in (1, 2, 3)]


def test_chunks_depend_on_has_next_chunk() -> None:
    """A list collection has other names for its pages."""
    pages = Pagination(LISTS, {"userId": 5}, per_page=500)
    assert pages.variables == {"userId": 5, "chunk": 1, "perChunk": 500}
    pages.take({"MediaListCollection": {"hasNextChunk": True, "lists": []}})
    assert (pages.done, pages.variables["chunk"]) == (False, 2)
    pages.take({"MediaListCollection": {"hasNextChunk": False}})
    assert pages.done


def test_a_nested_connection_is_found_by_its_path() -> None:
    """The pageInfo of the connection at the path is used."""
    pages = Pagination(NESTED, path="Media.characters")
    assert pages.variables["perPage"] == 25
    pages.take({"Media": {"characters": page(more=True)["Page"]}})
    assert not pages.done
    pages.take({"Media": {"characters": None}})
    assert pages.done


@pytest.mark.parametrize("more", [None, 0, 1, "true", [True]])
def test_only_true_is_a_next_page(more: Any) -> None:
    """Any other value ends the iteration, which could otherwise be endless."""
    pages = Pagination(PAGE)
    pages.take(page(more))
    assert pages.done


def test_null_ends_the_iteration() -> None:
    """An empty list has no next page."""
    for query, path in ((PAGE, None), (NESTED, "Media.characters")):
        pages = Pagination(query, path=path)
        pages.take({"Page": None, "Media": None})
        assert pages.done


@pytest.mark.parametrize(("asked", "sent"), [(1, 1), (50, 50), (51, 50), (500, 50)])
def test_a_page_is_never_larger_than_anilist_allows(asked: int, sent: int) -> None:
    """AniList would silently shorten a larger page."""
    assert Pagination(PAGE, per_page=asked).variables["perPage"] == sent


def test_a_path_of_one_name_is_not_a_nested_connection() -> None:
    """It leads to a top-level field, which may have 50 items."""
    assert Pagination(PAGE, path="Page").variables["perPage"] == 50


def test_the_first_page_can_be_chosen() -> None:
    """The page in the variables is the first one."""
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
def test_a_query_that_cannot_be_paginated_is_refused(query: Any, variables: dict[str, Any], per_page: Any) -> None:
    """It is refused before anything is sent, because it would return its first page again and again."""
    with pytest.raises(ConfigurationError):
        Pagination(query, variables, per_page=per_page)


@pytest.mark.parametrize("path", [5, ["Media", "characters"]])
def test_a_path_is_a_string(path: Any) -> None:
    """A list of names is refused."""
    with pytest.raises(ConfigurationError, match=r"^path: a string is needed"):
        Pagination(PAGE, path=path)


def test_variables_are_checked_first() -> None:
    """A variable that cannot be sent raises at once."""
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
def test_a_wrong_path_raises(path: str | None, data: dict[str, Any]) -> None:
    """Otherwise a mistake in the path would end the iteration after one page."""
    with pytest.raises(ConfigurationError, match="path"):
        Pagination(NESTED, path=path).take(data)
