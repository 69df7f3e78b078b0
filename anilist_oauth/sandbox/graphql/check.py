"""Check a query, before it is sent, for what AniList would refuse or silently cut."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    IntValueNode,
    Node,
    NoDeprecatedCustomRule,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    validate,
    visit,
)

from anilist_oauth.sandbox.graphql.complexity import COMPLEXITY_LIMIT, complexity
from anilist_oauth.sandbox.graphql.findings import Finding, FindingKind
from anilist_oauth.sandbox.graphql.pagination import depth_refusal
from anilist_oauth.sandbox.graphql.schema import anilist_schema
from anilist_oauth.sandbox.graphql.wording import worded

_LIMITS = {"Page": ("perPage", 50), "MediaListCollection": ("perChunk", 500)}
_CONNECTION_LIMIT = 25
_NEED_A_TOKEN = {("Query", "Viewer"), ("Query", "Notification"), ("Query", "AniChartUser"), ("Page", "notifications")}


def checked(query: str) -> list[Finding]:
    """Check a query against AniList's schema and limits. Return its problems by position."""
    try:
        document = parse(query)
    except GraphQLError as error:
        return [_found("invalid", error)]
    if errors := validate(anilist_schema(), document):
        return [_found("invalid", error) for error in errors]
    found = [_found("deprecated", error) for error in validate(anilist_schema(), document, [NoDeprecatedCustomRule])]
    if (actual := complexity(document)) > COMPLEXITY_LIMIT:
        message = f"The query's complexity is {actual}, and AniList allows {COMPLEXITY_LIMIT}: request fewer fields."
        found.append(Finding(kind="complexity", message=message))
    looker = _Looker(types := TypeInfo(anilist_schema()))
    visit(document, TypeInfoVisitor(types, looker))
    return sorted([*found, *looker.found], key=lambda finding: (finding.line, finding.column))


def _found(kind: FindingKind, error: GraphQLError) -> Finding:
    place = error.locations[0] if error.locations else None
    message = worded(error.message)
    return Finding(kind=kind, message=message, **({"line": place.line, "column": place.column} if place else {}))


class _Looker(Visitor):
    """Checks each field for page limits, and for whether it needs a token."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.found: list[Finding] = []

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Check one field."""
        parent, kind = self._types.get_parent_type(), self._types.get_type()
        owner, named = parent.name if parent else "", get_named_type(kind).name if kind else ""
        for message in _beyond(node, named):
            self._note("page", node, message)
        if owner == "Mutation" or (owner, node.name.value) in _NEED_A_TOKEN:
            self._note("token", node, f'"{node.name.value}" needs a user\'s token.')

    def _note(self, kind: FindingKind, node: Node, message: str) -> None:
        place = node.loc.start_token if node.loc else None
        at = {"line": place.line, "column": place.column} if place else {}
        self.found.append(Finding(kind=kind, message=message, **at))


def _beyond(node: FieldNode, named: str) -> Iterator[str]:
    """Yield the page limits that a field exceeds, as far as its values are in the query."""
    figures = {
        argument.name.value: int(argument.value.value)
        for argument in node.arguments or ()
        if isinstance(argument.value, IntValueNode)
    }
    argument, limit = _LIMITS.get(named, ("perPage", _CONNECTION_LIMIT))
    if (named in _LIMITS or named.endswith("Connection")) and figures.get(argument, 0) > limit:
        yield f"{argument} is {figures[argument]}: AniList returns at most {limit}, without saying so."
    if named == "Page" and (refusal := depth_refusal(figures.get("page", 1), figures.get("perPage", limit))):
        yield f"{refusal}."
