"""Walking through AniList's pages, by the one field that can be trusted: whether there is a next one.

``total`` and ``lastPage`` are wrong on AniList (AniList: Pagination), so that nothing is computed from them.
"""

import re
from collections.abc import Mapping
from typing import Any

from anilist_oauth.arguments import expect
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.graphql.variables import checked_text, plain_variables

PAGE_LIMIT = 50  # what AniList gives at most of a Page, a nested connection, a chunk (AniList: Query reference)
CONNECTION_LIMIT = 25
CHUNK_LIMIT = 500


class Pagination:
    """One walk: what to ask for next, and whether it has ended. It asks for nothing itself.

    A query that takes ``$chunk`` walks through ``MediaListCollection`` by ``hasNextChunk``. Any other takes ``$page``
    and walks by ``pageInfo { hasNextPage }``: of the connection at `path`, or of the field of ``data`` that has it.

    Args:
        query: A document that takes ``$page`` and ``$perPage``, or ``$chunk`` and ``$perChunk``.
        variables: All others, and the page to begin with where it is not the first.
        per_page: How many to a page; AniList gives 50 at most, of a nested connection 25, of a chunk 500.
        path: Where a nested connection lies in ``data``, such as ``Media.characters``.

    Attributes:
        variables: Those of the next request.
        done: Whether there is none.

    Raises:
        ConfigurationError: The query cannot be walked through, or a number is not positive.
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
                "the query cannot be walked through: let it take $page and $perPage, and ask for pageInfo "
                "{ hasNextPage }; or, of MediaListCollection, $chunk, $perChunk and hasNextChunk"
            )

    def take(self, data: Mapping[str, Any]) -> None:
        """Read a page's data, and turn to the next page.

        Raises:
            ConfigurationError: Nothing in it tells whether there is a next page.
        """
        fields = list(data.values()) if self._path is None else [_at(self._path, data)]
        holders = fields if self._number == "chunk" else [_inside(field, "pageInfo") for field in fields]
        marked = [holder[self._mark] for holder in holders if isinstance(holder, dict) and self._mark in holder]
        if not marked and any(field is not None for field in fields):
            raise ConfigurationError(
                f"no {self._mark} where it was looked for in the answer: ask for it there, and pass path= where the "
                "connection lies inside another field, such as path='Media.characters'"
            )
        self.done = not any(mark is True for mark in marked)
        self.variables = {**self.variables, self._number: self.variables[self._number] + 1}


def _inside(field: Any, name: str) -> Any:
    return field.get(name) if isinstance(field, dict) else None


def _at(path: str, data: Mapping[str, Any]) -> Any:
    """Follow a path such as ``Media.characters``; a field that is null on the way ends it."""
    field: Any = data
    for name in path.split("."):
        if field is None:
            return None
        if not isinstance(field, Mapping) or name not in field:
            raise ConfigurationError(f"path: there is no {name!r} in the answer on the way {path!r}")
        field = field[name]
    return field


def _positive(value: Any, name: str) -> int:
    if type(value) is not int or value < 1:
        raise ConfigurationError(f"{name}: a positive integer is needed")
    return value
