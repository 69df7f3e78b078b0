"""Check a query, before it is sent, for what AniList would refuse or silently cut."""

from typing import Any

import graphql

from anilist_oauth.sandbox.graphql.complexity import COMPLEXITY_LIMIT, complexity
from anilist_oauth.sandbox.graphql.findings import Finding, FindingKind
from anilist_oauth.sandbox.graphql.pagination import depth_refusal
from anilist_oauth.sandbox.graphql.schema import anilist_schema
from anilist_oauth.sandbox.graphql.wording import worded

_CONNECTION_LIMIT = 25
_LIMITS = {"Page": ("perPage", 50), "MediaListCollection": ("perChunk", 500)}
_NEED_A_TOKEN = {"Query.Viewer", "Query.Notification", "Query.AniChartUser", "Page.notifications"}


def checked(query: str) -> list[Finding]:
    """Check a query against AniList's schema and limits. Return its problems by position."""
    try:
        document = graphql.parse(query)
    except graphql.GraphQLError as error:
        return [_found("invalid", error)]
    if errors := graphql.validate(anilist_schema(), document):
        return [_found("invalid", error) for error in errors]
    found = [
        _found(kind, error)
        for kind, rule in _RULES.items()
        for error in graphql.validate(anilist_schema(), document, [rule])
    ]
    if (actual := complexity(document)) > COMPLEXITY_LIMIT:
        message = f"The query's complexity is {actual}, and AniList allows {COMPLEXITY_LIMIT}: request fewer fields."
        found.append(Finding(kind="complexity", message=message))
    return sorted(found, key=lambda finding: (finding.line, finding.column))


def _found(kind: FindingKind, error: graphql.GraphQLError) -> Finding:
    places = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    return Finding(kind=kind, message=worded(error.message), **(places[0] if places else {}))


class _PageLimits(graphql.ValidationRule):
    """Pages are neither too large nor too deep, as far as their numbers are in the query."""

    def enter_field(self, node: graphql.FieldNode, *_: Any) -> None:
        """Check one field."""
        kind = graphql.get_named_type(self.context.get_type())
        named = kind.name if kind else ""
        numbers = {
            argument.name.value: int(argument.value.value)
            for argument in node.arguments or ()
            if isinstance(argument.value, graphql.IntValueNode)
        }
        name, limit = _LIMITS.get(named, ("perPage", _CONNECTION_LIMIT))
        if numbers.get(name, 0) > limit and (named in _LIMITS or named.endswith("Connection")):
            message = f"{name} is {numbers[name]}: AniList returns at most {limit}, without saying so."
            self.report_error(graphql.GraphQLError(message, node))
        if named == "Page" and (refusal := depth_refusal(numbers.get("page", 1), numbers.get("perPage", limit))):
            self.report_error(graphql.GraphQLError(f"{refusal}.", node))


class _NeedsNoToken(graphql.ValidationRule):
    """No field is of a user's own."""

    def enter_field(self, node: graphql.FieldNode, *_: Any) -> None:
        """Check one field."""
        if f"{self.context.get_parent_type()}.{node.name.value}" in _NEED_A_TOKEN or (
            self.context.get_parent_type() is self.context.schema.mutation_type
        ):
            self.report_error(graphql.GraphQLError(f'"{node.name.value}" needs a user\'s token.', node))


_RULES: dict[FindingKind, type[graphql.ASTValidationRule]] = {
    "deprecated": graphql.NoDeprecatedCustomRule,
    "page": _PageLimits,
    "token": _NeedsNoToken,
}
