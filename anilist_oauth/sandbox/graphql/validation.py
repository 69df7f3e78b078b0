"""Validate documents as AniList does, and word the errors as it does."""

import re
from functools import cache, lru_cache
from typing import Any

import graphql

from anilist_oauth.sandbox.graphql.errors import RECORDED, Finding, FindingKind, refused
from anilist_oauth.sandbox.graphql.schema import anilist_schema
from anilist_oauth.sandbox.graphql.selection import CONNECTION_LIMIT, PAGE_LIMIT, Page

_COMPLEXITY_LIMIT = 500
_MAX_QUERY_TOKENS = 10_000
_LIMITS = {"Page": ("perPage", PAGE_LIMIT), "MediaListCollection": ("perChunk", 500)}
_Fragment = graphql.FragmentDefinitionNode
_NEED_A_TOKEN = {"Query.Viewer", "Query.Notification", "Query.AniChartUser", "Page.notifications"}


def worded(message: str) -> str:
    """Translate an error of graphql-core into the words of AniList's library, webonyx/graphql-php.

    The words for an unknown argument (AniList/docs issue 2), for an unknown field and the quotation marks are recorded.
    The others are inferred from the rules of that library in the versions 0.10 to 0.13, which AniList's API v2 used.
    """
    for pattern, replacement in RECORDED["wordings"]:
        message = re.sub(pattern, replacement, message, flags=re.DOTALL)
    return message


@lru_cache(maxsize=256)
def parsed(query: str) -> tuple[graphql.DocumentNode | None, FindingKind, list[graphql.GraphQLError]]:
    """Parse and validate a query. Return the document if it is valid, and the kind and list of its errors."""
    try:
        document = graphql.parse(query, max_tokens=_MAX_QUERY_TOKENS)
    except graphql.GraphQLError as error:
        return None, "invalid", [error]
    if errors := graphql.validate(anilist_schema(), document):
        return None, "invalid", errors
    actual = complexity(document)
    message = f"Max query complexity should be {_COMPLEXITY_LIMIT} but got {actual}."
    return document, "complexity", [graphql.GraphQLError(message)] if actual > _COMPLEXITY_LIMIT else []


def complexity(document: graphql.DocumentNode) -> int:
    """Count the fields of a valid document. Fields of a fragment count each time it is used."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, _Fragment)}

    @cache
    def count_fragment(name: str) -> int:  # cached, because nested fragments can multiply beyond all bounds
        return count(fragments[name])

    def count(node: graphql.Node) -> int:
        if isinstance(node, graphql.FragmentSpreadNode):
            return count_fragment(node.name.value)
        selection = getattr(node, "selection_set", None)
        return isinstance(node, graphql.FieldNode) + sum(map(count, selection.selections if selection else ()))

    return sum(count(node) for node in document.definitions if not isinstance(node, _Fragment))


def checked(query: str) -> list[Finding]:
    """Check a query against AniList's schema and limits. Return its problems by position."""
    document, kind, errors = parsed(query)
    found = [_found(kind, error) for error in errors]
    if document is not None:
        for kind, rule in _RULES.items():
            found += [_found(kind, error) for error in graphql.validate(anilist_schema(), document, [rule])]
    return sorted(found, key=lambda finding: (finding.line, finding.column))


def _found(kind: FindingKind, error: graphql.GraphQLError) -> Finding:
    places = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    return Finding(kind=kind, message=worded(error.message), **(places[0] if places else {}))


class _PageLimits(graphql.ValidationRule):
    """Reports pages that are too large or too deep, if their numbers are written in the query."""

    def enter_field(self, node: graphql.FieldNode, *_: Any) -> None:
        """Check one field."""
        kind = str(graphql.get_named_type(self.context.get_type()))
        name, limit = _LIMITS.get(kind, ("perPage", CONNECTION_LIMIT))
        numbers = {
            argument.name.value: int(argument.value.value)
            for argument in node.arguments or ()
            if isinstance(argument.value, graphql.IntValueNode)
        }
        if numbers.get(name, 0) > limit and (kind in _LIMITS or kind.endswith("Connection")):
            message = f"{name} is {numbers[name]}: AniList returns at most {limit}, without saying so."
            self.report_error(graphql.GraphQLError(message, node))
        if kind == "Page" and Page(numbers.get("page", 1), numbers.get("perPage", limit)).is_too_deep():
            self.report_error(graphql.GraphQLError(f"{refused('page_depth').message}.", node))


class _NeedsNoToken(graphql.ValidationRule):
    """Reports fields that need a user's token."""

    def enter_field(self, node: graphql.FieldNode, *_: Any) -> None:
        """Check one field."""
        owner = str(self.context.get_parent_type())
        if owner == "Mutation" or f"{owner}.{node.name.value}" in _NEED_A_TOKEN:
            self.report_error(graphql.GraphQLError(f'"{node.name.value}" needs a user\'s token.', node))


_RULES: dict[FindingKind, type[graphql.ASTValidationRule]] = {
    "deprecated": graphql.NoDeprecatedCustomRule,
    "page": _PageLimits,
    "token": _NeedsNoToken,
}
