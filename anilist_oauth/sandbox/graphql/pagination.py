"""Pages and connections as AniList has them, and their ``pageInfo``."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import graphql

from anilist_oauth.sandbox.graphql.nodes import Node

PAGE_LIMIT, CONNECTION_LIMIT = 50, 25
_SAID_TOTAL, _SAID_PAGES = 5000, 100  # while there is a next page (AniList/docs issues 159 and 178)
_DEPTH = 5000


def paging(wanted: Mapping[str, Any], limit: int) -> tuple[int, int]:
    """Return page and size. A size that is too large is silently cut."""
    return max(1, wanted.get("page") or 1), max(1, min(wanted.get("perPage") or wanted.get("limit") or limit, limit))


def is_too_deep(page: int, size: int) -> bool:
    """Return whether AniList refuses a page because of the entries before it."""
    return page * min(size, PAGE_LIMIT) > _DEPTH


def one_page(rows: Sequence[Any], number: int, size: int) -> Sequence[Any]:
    """Cut one page out of all rows."""
    return rows[(number - 1) * size : number * size]


def page_info(count: int, number: int, size: int) -> dict[str, Any]:
    """Return the ``pageInfo`` of a page. Total and last page are only true on the last page."""
    more = count > number * size
    return {
        "total": _SAID_TOTAL if more else count,
        "perPage": size,
        "currentPage": number,
        "lastPage": _SAID_PAGES if more else number,
        "hasNextPage": more,
    }


def connection(edges: Iterable[dict[str, Any]], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return a connection: a page of edges, their nodes, and the ``pageInfo``."""
    rows = list(edges)
    page, size = paging(arguments, CONNECTION_LIMIT)
    shown = one_page(rows, page, size)
    return {"edges": shown, "nodes": [edge["node"] for edge in shown], "pageInfo": page_info(len(rows), page, size)}


def as_edges(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Make edges of nodes, of their ids, or of what edges say of them."""
    edges = [row if isinstance(row, dict) else {"node": row} for row in rows]
    return [{"id": _id_of(edge["node"]), "favouriteOrder": place, **edge} for place, edge in enumerate(edges, start=1)]


def _id_of(node: Any) -> Any:
    return node.id if isinstance(node, Node) else node.get("id") if isinstance(node, dict) else node


def told_of(info: "graphql.GraphQLResolveInfo[Any]") -> tuple[str, str, dict[str, Any]] | None:
    """Return the kind, the name and the arguments of the field that a ``pageInfo`` tells of: the first beside it."""
    page = info.return_type
    for node in info.field_nodes:
        for field in _selected(node.selection_set, info):
            name = field.name.value
            if isinstance(page, graphql.GraphQLObjectType) and name not in {"pageInfo", "__typename"}:
                arguments = graphql.get_argument_values(page.fields[name], field, info.variable_values)
                return str(graphql.get_named_type(page.fields[name].type)), name, arguments
    return None


def _selected(
    selection: graphql.SelectionSetNode | None, info: "graphql.GraphQLResolveInfo[Any]"
) -> Iterator[graphql.FieldNode]:
    """Iterate over the fields of a selection, including those in its fragments."""
    for node in selection.selections if selection else ():
        if isinstance(node, graphql.FieldNode):
            yield node
        else:
            inner = info.fragments[node.name.value] if isinstance(node, graphql.FragmentSpreadNode) else node
            yield from _selected(getattr(inner, "selection_set", None), info)
