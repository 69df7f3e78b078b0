"""Pagination of AniList's kind, and what is told of them."""

from collections.abc import Sequence
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLResolveInfo,
    SelectionSetNode,
    get_argument_values,
)

_SAID_TOTAL = 5000  # AniList's totals are not to be trusted, and neither are these


def paging(wanted: dict[str, Any], limit: int) -> tuple[int, int]:
    """Give page and size; too large a size is cut without a word."""
    return max(1, wanted.get("page") or 1), max(1, min(wanted.get("perPage") or limit, limit))


def one_page(rows: Sequence[Any], number: int, size: int) -> Sequence[Any]:
    """Cut one page out of all rows."""
    return rows[(number - 1) * size : number * size]


def page_info(count: int, number: int, size: int) -> dict[str, Any]:
    """Tell of a page of so many rows; only ``hasNextPage`` is true."""
    return {
        "total": _SAID_TOTAL,
        "perPage": size,
        "currentPage": number,
        "lastPage": _SAID_TOTAL // size,
        "hasNextPage": count > number * size,
    }


def told_of(info: "GraphQLResolveInfo[Any]") -> tuple[str, dict[str, Any]] | None:
    """Give the name and the arguments of the field that a ``pageInfo`` tells of: the first beside it."""
    page = info.return_type
    for node in info.field_nodes:
        for field in _selected(node.selection_set, info):
            name = field.name.value
            if isinstance(page, GraphQLObjectType) and name not in {"pageInfo", "__typename"}:
                return name, get_argument_values(page.fields[name], field, info.variable_values)
    return None


def _selected(selection: SelectionSetNode | None, info: "GraphQLResolveInfo[Any]") -> list[FieldNode]:
    """Give the fields of a selection, those in its fragments included."""
    fields: list[FieldNode] = []
    for node in selection.selections if selection else ():
        if isinstance(node, FieldNode):
            fields.append(node)
        else:
            inner = info.fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            fields += _selected(getattr(inner, "selection_set", None), info)
    return fields
