"""The GraphQL endpoint: authentication, answers, and AniList's wording of errors."""

from functools import lru_cache
from http import HTTPStatus
from typing import Any

import attrs
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    parse,
    validate,
)

from anilist_oauth.sandbox.graphql.check import findings
from anilist_oauth.sandbox.graphql.complexity import COMPLEXITY_LIMIT, complexity
from anilist_oauth.sandbox.graphql.errors import AniListError
from anilist_oauth.sandbox.graphql.nodes import Node, World
from anilist_oauth.sandbox.graphql.schema import anilist_schema
from anilist_oauth.sandbox.graphql.view import View, resolve
from anilist_oauth.sandbox.graphql.wording import worded
from anilist_oauth.sandbox.messages import Answer, ReceivedRequest, json_answer
from anilist_oauth.sandbox.oauth.grants import AccessToken, Grants
from anilist_oauth.sandbox.people import User

_NOT_FOUND = {"message": "Not Found.", "hint": "Use POST request to access graphql subdomain.", "status": 404}
_NGINX = b"""<html>\r
<head><title>405 Not Allowed</title></head>\r
<body>\r
<center><h1>405 Not Allowed</h1></center>\r
<hr><center>nginx</center>\r
</body>\r
</html>\r
"""
_DISABLED = {
    "message": "The AniList API has been temporarily disabled due to severe stability issues. "
    "Please check the official AniList Discord for more information.",
    "status": 403,
    "locations": [{"line": 1, "column": 1}],
}
_HEADERS = {
    "Cache-Control": "no-cache, private",
    "Set-Cookie": "laravel_session=sandbox; Max-Age=7200; Path=/; HttpOnly",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
}
_MAX_QUERY_TOKENS = 10_000


@attrs.frozen(kw_only=True)
class GraphQLEndpoint:
    """Answers queries and mutations for the user of the token."""

    grants: Grants
    world: World

    def answer(self, request: ReceivedRequest, *, disabled: bool = False, strict: bool = False) -> Answer:
        """Answer one request.

        Args:
            request: The request.
            disabled: Whether the API is disabled, so that only bad tokens are reported.
            strict: Whether queries that `check` criticizes are refused.
        """
        return self._answered(request, disabled=disabled, strict=strict).with_headers(_HEADERS)

    def _answered(self, request: ReceivedRequest, *, disabled: bool, strict: bool) -> Answer:
        if request.method in {"GET", "HEAD"}:
            return json_answer({"errors": [_NOT_FOUND]}, status=HTTPStatus.NOT_FOUND)
        if request.method != "POST":
            return Answer(status=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Content-Type": "text/html"}, body=_NGINX)
        document, refused = _document(request.fields.get("query"))
        token, bad = self._token(request.headers.get("Authorization"))
        if bad:  # checked before anything else, even for public fields
            return _errors([{"message": "Invalid token", "status": 400, **_where(document)}], data=_nothing(document))
        if disabled:
            return _errors([_DISABLED], status=HTTPStatus.FORBIDDEN)
        if strict and document is not None:
            refused = _strict_refusals(request.fields["query"])
        if document is None or refused:
            return _errors(refused)
        return self._executed(document, request, token.user if token else None)

    def _token(self, authorization: str | None) -> tuple[AccessToken | None, bool]:
        """Return the live token, if one was sent, and whether a bad one was sent."""
        if not authorization:
            return None, False
        token = self.grants.live_token(authorization.removeprefix("Bearer ").strip())
        return token, token is None

    def _executed(self, document: DocumentNode, request: ReceivedRequest, viewer: User | None) -> Answer:
        variables, operation = request.fields.get("variables"), request.fields.get("operationName")
        self.world.begin()
        result = execute_sync(
            anilist_schema(),
            document,
            root_value=Node("Mutation" if _is_mutation(document) else "Query", "root"),
            context_value=View(self.world, viewer),
            variable_values=variables if isinstance(variables, dict) else None,
            operation_name=operation if isinstance(operation, str) else None,
            field_resolver=resolve,
            type_resolver=lambda node, _info, _union: node.kind,
        )
        if not result.errors:
            return json_answer({"data": result.data})
        self.world.roll_back()
        known = [error.original_error for error in result.errors if isinstance(error.original_error, AniListError)]
        status = known[0].http_status if known else HTTPStatus.BAD_REQUEST
        data = dict.fromkeys(result.data) if result.data else None  # if one field fails, all of them are null
        if _is_mutation(document) and len(data or ()) == 1:
            data = None  # as AniList's own documentation shows a refused mutation
        return _errors([_described(error) for error in result.errors], data=data, status=status)


def _document(query: object) -> tuple[DocumentNode | None, list[dict[str, Any]]]:
    """Parse and validate a query. Return the document, or else the errors."""
    if not isinstance(query, str) or not query.strip():
        return None, [{"message": "Syntax Error: Unexpected <EOF>", "status": 400}]
    return _checked(query)


@lru_cache(maxsize=256)
def _checked(query: str) -> tuple[DocumentNode | None, list[dict[str, Any]]]:
    """Parse and validate a query, with a cache. Documents are never changed."""
    try:
        document = parse(query, max_tokens=_MAX_QUERY_TOKENS)
    except GraphQLError as error:
        return None, [_described(error)]
    if errors := validate(anilist_schema(), document):
        return None, [_described(error) for error in errors]
    if (actual := complexity(document)) > COMPLEXITY_LIMIT:
        message = f"Max query complexity should be {COMPLEXITY_LIMIT} but got {actual}."
        return None, [{"message": message, "status": 400}]
    return document, []


def _strict_refusals(query: str) -> list[dict[str, Any]]:
    """Also refuse what AniList silently ignores: pages that are too large, and deprecated fields."""
    found = [finding for finding in findings(query) if finding.kind != "token"]
    return [{"message": f"anilist_sandbox.strict: {finding.message}", "status": 400} for finding in found]


def _is_mutation(document: DocumentNode) -> bool:
    return any(getattr(node, "operation", None) is OperationType.MUTATION for node in document.definitions)


def _described(error: GraphQLError) -> dict[str, Any]:
    original = error.original_error
    status = original.status if isinstance(original, AniListError) else 400
    extra = original.extra if isinstance(original, AniListError) else {}
    locations = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    return {"message": worded(error.message), "status": status, "locations": locations, **extra}


def _fields(document: DocumentNode | None) -> list[FieldNode]:
    operations = document.definitions if document else ()
    return [
        field
        for operation in operations
        if isinstance(operation, OperationDefinitionNode)
        for field in operation.selection_set.selections
        if isinstance(field, FieldNode)
    ]


def _where(document: DocumentNode | None) -> dict[str, Any]:
    places = [field.loc.start_token for field in _fields(document)[:1] if field.loc]
    return {"locations": [{"line": place.line, "column": place.column} for place in places]} if places else {}


def _nothing(document: DocumentNode | None) -> dict[str, None] | None:
    fields = _fields(document)
    return {(field.alias or field.name).value: None for field in fields} if fields else None


def _errors(errors: list[dict[str, Any]], *, data: object = None, status: int = HTTPStatus.BAD_REQUEST) -> Answer:
    return json_answer({"errors": errors, "data": data}, status=status)
