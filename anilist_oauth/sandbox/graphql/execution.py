"""Run a document: graphql.parse and graphql.validate it, execute it, and word the errors as AniList does."""

from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import graphql

from anilist_oauth.sandbox.graphql import mutations, statistics
from anilist_oauth.sandbox.graphql.complexity import COMPLEXITY_LIMIT, complexity
from anilist_oauth.sandbox.graphql.errors import AniListError, unauthorized
from anilist_oauth.sandbox.graphql.nodes import Node
from anilist_oauth.sandbox.graphql.schema import anilist_schema, field_type
from anilist_oauth.sandbox.graphql.selection import chosen
from anilist_oauth.sandbox.graphql.view import View, as_edge, connection
from anilist_oauth.sandbox.graphql.wording import worded

# `mutations` and `statistics` are here so that `View` knows their rules.
__all__ = ["View", "denied", "executed", "mutations", "parsed", "statistics"]

_MAX_QUERY_TOKENS = 10_000
_Errors = list[dict[str, Any]]


def parsed(query: object) -> tuple[graphql.DocumentNode | None, _Errors]:
    """Parse and graphql.validate a query. Return the document, or else the errors."""
    if not isinstance(query, str) or not query.strip():
        return None, [{"message": "Syntax Error: Unexpected <EOF>", "status": 400}]
    return _parsed(query)


@lru_cache(maxsize=256)
def _parsed(query: str) -> tuple[graphql.DocumentNode | None, _Errors]:
    """Do so with a cache. Documents are never changed."""
    try:
        document = graphql.parse(query, max_tokens=_MAX_QUERY_TOKENS)
    except graphql.GraphQLError as error:
        return None, [_described(error)]
    if errors := graphql.validate(anilist_schema(), document):
        return None, [_described(error) for error in errors]
    if (actual := complexity(document)) > COMPLEXITY_LIMIT:
        message = f"Max query complexity should be {COMPLEXITY_LIMIT} but got {actual}."
        return None, [{"message": message, "status": 400}]
    return document, []


def denied(document: graphql.DocumentNode | None) -> dict[str, Any]:
    """Return the body for a bad token, which AniList looks at before anything else."""
    error: dict[str, Any] = {"message": "Invalid token", "status": 400}
    operations = [
        node for node in getattr(document, "definitions", ()) if isinstance(node, graphql.OperationDefinitionNode)
    ]
    selected = [node for operation in operations for node in operation.selection_set.selections]
    fields = [node for node in selected if isinstance(node, graphql.FieldNode)]
    if fields and fields[0].loc:
        place = fields[0].loc.start_token
        error["locations"] = [{"line": place.line, "column": place.column}]
    return {"errors": [error], "data": {(field.alias or field.name).value: None for field in fields} or None}


def executed(document: graphql.DocumentNode, request: Mapping[str, Any], view: View) -> tuple[int, dict[str, Any]]:
    """Execute a document with a request's variables. Return the HTTP status and the body."""
    variables, operation = request.get("variables"), request.get("operationName")
    definitions = [getattr(node, "operation", None) for node in document.definitions]
    kind = "Mutation" if graphql.OperationType.MUTATION in definitions else "Query"
    view.world.begin()
    result = graphql.execute_sync(
        anilist_schema(),
        document,
        root_value=Node(kind, "root"),
        context_value=view,
        variable_values=variables if isinstance(variables, dict) else None,
        operation_name=operation if isinstance(operation, str) else None,
        field_resolver=_resolved,
        type_resolver=lambda node, _info, _union: node.kind,
    )
    if not result.errors:
        return HTTPStatus.OK, {"data": result.data}
    view.world.roll_back()
    known = [error.original_error for error in result.errors if isinstance(error.original_error, AniListError)]
    status = known[0].http_status if known else HTTPStatus.BAD_REQUEST
    data = dict.fromkeys(result.data) if result.data else None  # if one field fails, all of them are null
    if kind == "Mutation" and len(data or ()) == 1:
        data = None  # as AniList's own documentation shows a refused mutation
    return status, {"errors": [_described(error) for error in result.errors], "data": data}


def _resolved(node: Node, info: "graphql.GraphQLResolveInfo[Any]", **arguments: Any) -> Any:
    """Answer a field of any type. The rows of a connection are filtered and sorted here, whatever they are."""
    view: View = info.context
    view.info = info
    if node.kind == "Mutation" and view.viewer is None:
        raise unauthorized()
    found = view.value(node, info.field_name, arguments)
    field, key = field_type(node.kind, info.field_name), f"{node.key}.{info.field_name}"
    if field is None or field.is_leaf:
        return f"<p>{found}</p>" if arguments.get("asHtml") and isinstance(found, str) else found
    if field.connected and isinstance(found, list):
        edges = [Node(field.edge, f"{key}.{place}", 0, as_edge(row)) for place, row in enumerate(found)]
        found = connection([edge.facts for edge in chosen(view, edges, arguments)], arguments)
    return view.wrapped(found, field, key)


def _described(error: graphql.GraphQLError) -> dict[str, Any]:
    original = error.original_error
    status, extra = (original.status, original.extra) if isinstance(original, AniListError) else (400, {})
    locations = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    return {"message": worded(error.message), "status": status, "locations": locations, **extra}
