"""Filters, sorts and pages. The name of an argument says what it does: ``id_not_in``, ``startDate_greater``."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import attrs
import graphql

from anilist_oauth.sandbox.graphql.made_up import day_of
from anilist_oauth.sandbox.graphql.nodes import TABLES, Node
from anilist_oauth.sandbox.graphql.schema import FieldType, field_type
from anilist_oauth.sandbox.graphql.view import Arguments, View, as_edges, rule

PAGE_LIMIT, CONNECTION_LIMIT = 50, 25
_SAID_TOTAL, _SAID_PAGES = 5000, 100  # while there is a next page (AniList/docs issues 159 and 178)
_DEPTH = 5000
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
    """Read the value that a filter or a sort compares. A date is read as a ``FuzzyDateInt``."""
    if node.kind.endswith("Edge") and field_type(node.kind, _named(node.kind, name)) is None:
        return read(view, view.part(node, "node"), name)
    path = _named(node.kind, name)
    if path.endswith("Id") and field_type(node.kind, path) is None:
        path = path.removesuffix("Id")
    value = view.path(node, path)
    if isinstance(value, dict) and "year" in value:
        return (value["year"] or 0) * 10_000 + (value["month"] or 0) * 100 + (value["day"] or 0) or None
    return value.id if isinstance(value, Node) else value


@cache
def _named(kind: str, name: str) -> str:
    return str(TABLES["paths"].get(f"{kind}.{name}") or TABLES["paths"].get(name) or name)


def ordered(view: View, nodes: list[Node], sorts: Iterable[str | None]) -> list[Node]:
    """Sort nodes. Nodes without a value come last. A sort by an unknown field changes nothing."""
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
    today = day_of(view.second)
    return all(view.path(node, f"dateOfBirth.{part}") == today[part] for part in ("month", "day"))


@attrs.frozen
class Page:
    """One page of rows. Its number counts from 1, and its size is in rows."""

    number: int
    size: int

    def is_too_deep(self) -> bool:
        """Return whether AniList refuses the page because too many entries come before its end."""
        return self.number * min(self.size, PAGE_LIMIT) > _DEPTH

    def cut(self, rows: list[Any]) -> list[Any]:
        """Return the rows of this page."""
        return rows[(self.number - 1) * self.size : self.number * self.size]

    def info(self, count: int) -> dict[str, Any]:
        """Return the ``pageInfo``, given the number of rows. Only the last page has the right total."""
        more = count > self.number * self.size
        last = {"total": _SAID_TOTAL if more else count, "lastPage": _SAID_PAGES if more else self.number}
        return {**last, "perPage": self.size, "currentPage": self.number, "hasNextPage": more}


def asked_page(wanted: Arguments, limit: int) -> Page:
    """Return the page that a field's arguments ask for. A larger size than the limit is silently reduced."""
    size = min(wanted.get("perPage") or wanted.get("limit") or limit, limit)
    return Page(max(1, wanted.get("page") or 1), max(1, size))


def connection(view: View, rows: Iterable[Any], arguments: Arguments, *, field: FieldType, key: str) -> dict[str, Any]:
    """Filter and sort the rows of a connection. Return one page of edges, their nodes, and the ``pageInfo``."""
    edges = [Node(field.edge, f"{key}.{place}", 0, edge) for place, edge in enumerate(as_edges(rows))]
    found = chosen(view, edges, arguments)
    page = asked_page(arguments, CONNECTION_LIMIT)
    shown = [dict(edge.facts) for edge in page.cut(found)]
    return {"edges": shown, "nodes": [edge["node"] for edge in shown], "pageInfo": page.info(len(found))}


def told_of(info: "graphql.GraphQLResolveInfo[Any]") -> tuple[str, str, dict[str, Any]] | None:
    """Return the kind, name and arguments of the field that a ``pageInfo`` describes: the first one beside it."""
    page = info.return_type
    for node in info.field_nodes:
        for field in _selected(node.selection_set, info.fragments):
            name = field.name.value
            if isinstance(page, graphql.GraphQLObjectType) and name not in {"pageInfo", "__typename"}:
                arguments = graphql.get_argument_values(page.fields[name], field, info.variable_values)
                return str(graphql.get_named_type(page.fields[name].type)), name, arguments
    return None


def _selected(selection: graphql.SelectionSetNode | None, fragments: Mapping[str, Any]) -> Iterator[graphql.FieldNode]:
    """Iterate over the fields of a selection, including those in its fragments."""
    for node in selection.selections if selection else ():
        if isinstance(node, graphql.FieldNode):
            yield node
        else:
            inner = fragments[node.name.value] if isinstance(node, graphql.FragmentSpreadNode) else node
            yield from _selected(getattr(inner, "selection_set", None), fragments)
