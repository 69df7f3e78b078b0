"""Iterate over AniList's pages. Only the field that says whether there is a next page is used.

AniList's ``total`` and ``lastPage`` are wrong (AniList: Pagination), so nothing is computed from them.
"""

import re
from collections.abc import Mapping
from typing import Any

from anilist_oauth.arguments import expect
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.graphql.variables import checked_text, plain_variables

PAGE_LIMIT = 50  # the most items that AniList returns in a Page, a connection or a chunk (AniList: Query reference)
CONNECTION_LIMIT = 25
CHUNK_LIMIT = 500


class Pagination:
    """The state of an iteration over pages: the variables of the next request, and whether there is one.

    It does no I/O. A query with ``$chunk`` is for ``MediaListCollection`` and must request ``hasNextChunk``. Any other
    query must have ``$page``, and must request ``pageInfo { hasNextPage }`` in the connection at `path`, or else in a
    field of ``data``.

    Args:
        query: A document that takes ``$page`` and ``$perPage``, or ``$chunk`` and ``$perChunk``.
        variables: All other variables, and the first page unless it is 1.
        per_page: Items per page. AniList returns at most 50, or 25 in a nested connection, or 500 in a chunk.
        path: The path of a nested connection in ``data``, such as ``Media.characters``.

    Attributes:
        variables: The variables of the next request.
        done: Whether there is no next page.

    Raises:
        ConfigurationError: The query cannot be paginated, or a number is not positive.
        UnsendableValueError: A variable is not JSON.
    """

    def __init__(
        self, query: str, variables: Mapping[str, Any] | None = None, *, per_page: int = 50, path: str | None = None
    ) -> None:
        query = checked_text(query, "query")
        expect(path, str | None, "path: a string is needed, such as 'Media.characters', or None")
        chunks = re.search(r"\$chunk\b", query) is not None
        self._number, size, self._mark = (
            ("chunk", "perChunk", "hasNextChunk") if chunks else ("page", "perPage", "hasNextPage")
        )
        limit = CHUNK_LIMIT if chunks else CONNECTION_LIMIT if "." in (path or "") else PAGE_LIMIT
        self._path = path
        self.done: bool = False
        self.variables: dict[str, Any] = {
            self._number: 1,
            **plain_variables(variables or {}),
            size: min(_positive(per_page, "per_page"), limit),
        }
        _positive(self.variables[self._number], self._number)
        if not re.search(rf"\${self._number}\b", query) or not re.search(rf"\b{self._mark}\b", query):
            raise ConfigurationError(
                "the query cannot be paginated: it must take $page and $perPage and request pageInfo { hasNextPage }; "
                "for MediaListCollection it must take $chunk and $perChunk and request hasNextChunk"
            )

    def take(self, data: Mapping[str, Any]) -> None:
        """Read the data of a page and advance to the next page.

        Raises:
            ConfigurationError: The data does not say whether there is a next page.
        """
        fields = list(data.values()) if self._path is None else [_at(self._path, data)]
        holders = fields if self._number == "chunk" else [_inside(field, "pageInfo") for field in fields]
        marked = [holder[self._mark] for holder in holders if isinstance(holder, dict) and self._mark in holder]
        if not marked and any(field is not None for field in fields):
            raise ConfigurationError(
                f"the answer has no {self._mark} where it was expected; request it there. If the connection is inside "
                "another field, pass its path, such as path='Media.characters'"
            )
        self.done = not any(mark is True for mark in marked)
        self.variables = {**self.variables, self._number: self.variables[self._number] + 1}


def _inside(field: Any, name: str) -> Any:
    return field.get(name) if isinstance(field, dict) else None


def _at(path: str, data: Mapping[str, Any]) -> Any:
    """Return the field at a path such as ``Media.characters``, or None if a field on the way is null."""
    field: Any = data
    for name in path.split("."):
        if field is None:
            return None
        if not isinstance(field, Mapping) or name not in field:
            raise ConfigurationError(f"path: the answer has no {name!r} along {path!r}; change the path or the query")
        field = field[name]
    return field


def _positive(value: Any, name: str) -> int:
    if type(value) is not int or value < 1:
        raise ConfigurationError(f"{name}: a positive integer is needed")
    return value
