"""Filters and sorts, by the names of arguments: ``id_not_in``, ``startDate_greater``, ``sort: SCORE_DESC``."""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from anilist_oauth.sandbox.graphql.nodes import TABLES, Node
from anilist_oauth.sandbox.graphql.schema import field_type
from anilist_oauth.sandbox.graphql.view import Arguments, View, rule

_NO_FILTERS = frozenset(TABLES["no_filters"])


def _like(value: Any, wanted: Any) -> bool:
    pattern = re.escape(str(wanted)).replace("%", ".*")
    return value is not None and re.fullmatch(pattern, str(value), re.IGNORECASE | re.DOTALL) is not None


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "_not_in": lambda value, wanted: value not in wanted,
    "_in": lambda value, wanted: value in wanted,
    "_not": lambda value, wanted: value != wanted,
    "_greater": lambda value, wanted: value is not None and value > wanted,
    "_lesser": lambda value, wanted: value is not None and value < wanted,
    "_like": _like,
    "": lambda value, wanted: value == wanted,
}


def chosen(view: View, nodes: Iterable[Node], arguments: Arguments) -> list[Node]:
    """Filter and sort nodes as a field's arguments say. A filter on null matches nothing."""
    rows = list(nodes)
    for name, wanted in arguments.items():
        if name not in _NO_FILTERS:
            rows = [] if wanted is None else [node for node in rows if _passes(view, node, name, wanted)]
    return ordered(view, rows, arguments.get("sort") or ())


def _passes(view: View, node: Node, name: str, wanted: Any) -> bool:
    base, suffix = _split(name)
    value, test = read(view, node, base), _TESTS[suffix]
    if base == "search":
        return any(wanted.casefold().strip() in text.casefold() for text in value)
    if base == "name" and value is not None:
        return bool(value.casefold() == wanted.casefold())
    if isinstance(value, list):
        passed = (test(item, wanted) for item in value)
        return all(passed) if "_not" in suffix else any(passed)
    return test(value, wanted)


@cache
def _split(name: str) -> tuple[str, str]:
    suffix = next(suffix for suffix in _TESTS if name.endswith(suffix))
    return name.removesuffix(suffix), suffix


def read(view: View, node: Node, name: str) -> Any:
    """Read what a filter or a sort is about, as a value that can be compared; dates as ``FuzzyDateInt``."""
    if node.kind.endswith("Edge") and field_type(node.kind, _named(node, name)) is None:
        return read(view, view.part(node, "node"), name)
    path = _named(node, name)
    if path.endswith("Id") and field_type(node.kind, path) is None:
        path = path.removesuffix("Id")
    value = view.path(node, path)
    if isinstance(value, dict) and "year" in value:
        return (value["year"] or 0) * 10_000 + (value["month"] or 0) * 100 + (value["day"] or 0) or None
    return value.id if isinstance(value, Node) else value


def _named(node: Node, name: str) -> str:
    paths: dict[str, str] = TABLES["paths"]
    return paths.get(f"{node.kind}.{name}") or paths.get(name) or name


def ordered(view: View, nodes: list[Node], sorts: Iterable[str | None]) -> list[Node]:
    """Sort nodes. Those without a value come last, and a sort by an unknown field changes nothing."""
    for sort in reversed([sort for sort in sorts if sort]):
        first, *rest = sort.removesuffix("_DESC").lower().split("_")
        field = first + "".join(part.title() for part in rest)
        values = {node: read(view, node, field) for node in nodes}
        known = [node for node in nodes if isinstance(values[node], int | float | str)]
        known.sort(key=values.__getitem__, reverse=sort.endswith("_DESC"))
        nodes = known + [node for node in nodes if not isinstance(values[node], int | float | str)]
    return nodes


@rule("*.search")
def _names(view: View, node: Node, _arguments: Arguments) -> list[str]:
    found = view.value(node, "title") or view.value(node, "name")
    return [name for name in (found.values() if isinstance(found, dict) else [found]) if isinstance(name, str)]


@rule("*.isBirthday")
def _is_birthday(view: View, node: Node, _arguments: Arguments) -> bool:
    born = view.path(node, "dateOfBirth.month"), view.path(node, "dateOfBirth.day")
    return born == (view.now.month, view.now.day)
