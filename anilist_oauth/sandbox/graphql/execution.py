"""Execute a document, and word the errors as AniList does."""

from collections.abc import Mapping
from typing import Any

import graphql

from anilist_oauth.sandbox.graphql import mutations, relations, statistics
from anilist_oauth.sandbox.graphql.errors import AniListError, refused
from anilist_oauth.sandbox.graphql.nodes import Node
from anilist_oauth.sandbox.graphql.schema import anilist_schema, field_type
from anilist_oauth.sandbox.graphql.selection import connection
from anilist_oauth.sandbox.graphql.validation import parsed, worded
from anilist_oauth.sandbox.graphql.view import View

# The modules with rules are imported here so that `View` knows their rules.
__all__ = ["View", "denied", "executed", "mutations", "relations", "statistics"]

_Answer = tuple[int, dict[str, Any]]


def denied(query: str) -> _Answer:
    """Return the HTTP status and the body for a bad token, which AniList checks before anything else."""
    document, _, _ = parsed(query)
    operation = graphql.get_operation_ast(document) if document else None
    selected = operation.selection_set.selections if operation else ()
    fields = [node for node in selected if isinstance(node, graphql.FieldNode)]
    data = {(field.alias or field.name).value: None for field in fields}
    error = graphql.GraphQLError("Invalid token", fields[:1])
    return 400, {"errors": [_described(error)], "data": data or None}


def executed(query: str, request: Mapping[str, Any], view: View) -> _Answer:
    """Execute a query with a request's variables. Return the HTTP status and the body."""
    document, _, refusals = parsed(query)
    if document is None or refusals:
        return 400, {"errors": [_described(error) for error in refusals], "data": None}
    variables, name = request.get("variables"), request.get("operationName")
    name = name if isinstance(name, str) else None
    operation = graphql.get_operation_ast(document, name)
    kind = operation.operation.value.title() if operation else "Query"
    before = view.world.changes.copy()
    result = graphql.execute_sync(
        anilist_schema(),
        document,
        root_value=Node(kind, "root"),
        context_value=view,
        variable_values=variables if isinstance(variables, dict) else None,
        operation_name=name,
        field_resolver=_resolved,
        type_resolver=lambda node, _info, _union: node.kind,
    )
    if not result.errors:
        return 200, {"data": result.data}
    view.world.changes = before  # a request makes all of its changes or none
    known = [error.original_error for error in result.errors if isinstance(error.original_error, AniListError)]
    status = known[0].http_status if known else 400
    data = dict.fromkeys(result.data) if result.data else None  # if one field fails, all of them are null
    if kind == "Mutation" and len(data or ()) == 1:
        data = None  # as AniList's own documentation shows a refused mutation
    return status, {"errors": [_described(error) for error in result.errors], "data": data}


def _resolved(node: Node, info: "graphql.GraphQLResolveInfo[Any]", **arguments: Any) -> Any:
    """Answer a field of any type. The rows of every connection are filtered and sorted here."""
    view: View = info.context
    view.info = info
    if node.kind == "Mutation" and not view.viewer_id:
        raise refused("unauthorized")
    found = view.value(node, info.field_name, arguments)
    field, key = field_type(node.kind, info.field_name), f"{node.key}.{info.field_name}"
    if field is None or field.is_leaf:
        return f"<p>{found}</p>" if arguments.get("asHtml") and isinstance(found, str) else found
    if field.connected and isinstance(found, list):
        found = connection(view, found, arguments, field=field, key=key)
    return view.wrapped(found, field, key)


def _described(error: graphql.GraphQLError) -> dict[str, Any]:
    original = error.original_error
    body = {"message": worded(error.message), "status": getattr(original, "status", 400)}
    if error.locations:
        body["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    return {**body, **getattr(original, "extra", {})}
