"""How one request sees the objects: `View` reads every field, by the rules of the other modules."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property
from typing import Any

import attrs
from graphql import GraphQLResolveInfo

from anilist_oauth.sandbox.graphql.errors import refused
from anilist_oauth.sandbox.graphql.nodes import PARENTS, Node, World, child
from anilist_oauth.sandbox.graphql.schema import FieldType, field_type, has_id

Arguments = Mapping[str, Any]
Rule = Callable[["View", Node, Arguments], Any]

_NONE: Arguments = {}
_RULES: dict[str, tuple[Rule, bool]] = {}


def answer(field: str, function: Rule, *, fixed: bool = False) -> None:
    """Set the rule for a field: of one kind (``Media.status``) or of every kind (``*.isLiked``).

    ``Page.*`` is the rule for the other fields of a kind. ``*.*`` is the rule for all other fields. It gets the field's
    name as the argument ``name``. A `fixed` rule depends on the facts of its node only; its value is kept.
    """
    _RULES[field] = function, fixed


def rule(*fields: str, fixed: bool = False) -> Callable[[Rule], Rule]:
    """Set the rule for fields, as a decorator. See `answer`."""

    def register(function: Rule) -> Rule:
        for field in fields:
            answer(field, function, fixed=fixed)
        return function

    return register


def as_edges(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Turn rows into edges. A row is a node, the id of a node, or a dict of the fields of an edge."""
    edges = [row if isinstance(row, dict) else {"node": row} for row in rows]
    return [{"id": _id_of(edge["node"]), "favouriteOrder": place, **edge} for place, edge in enumerate(edges, start=1)]


def _id_of(node: Any) -> Any:
    return node.id if isinstance(node, Node) else node.get("id") if isinstance(node, dict) else node


@cache
def _rule_of(kind: str, name: str) -> tuple[Rule, bool]:
    known = (_RULES[field] for field in (f"{kind}.{name}", f"{kind}.*", f"*.{name}") if field in _RULES)
    return next(known, (lambda view, node, _: _RULES["*.*"][0](view, node, {"name": name}), True))


@attrs.define(slots=False)
class View:
    """The objects as one request sees them.

    Attributes:
        world: The objects.
        viewer_id: The id of the account whose token was sent, or 0.
        info: The field that is being answered.
    """

    world: World
    viewer_id: int
    info: "GraphQLResolveInfo[Any]" = attrs.field(init=False)

    @cached_property
    def second(self) -> int:
        """The time of the request, in seconds since 1970."""
        return int(self.world.now().timestamp())

    @property
    def account(self) -> Node:
        """The viewer's node.

        Raises:
            AniListError: The request has no token.
        """
        if not self.viewer_id:
            raise refused("unauthorized")
        return self.world.node("User", self.viewer_id)

    def value(self, node: Node, name: str, arguments: Arguments = _NONE) -> Any:
        """Return the value of a field: the fact that was set, or else the value of the field's rule."""
        if name in node.facts:
            return node.facts[name]
        if name in node.memo:
            return node.memo[name]
        rule, is_fixed = _rule_of(node.kind, name)
        value = rule(self, node, arguments)
        if is_fixed:
            node.memo[name] = value
        return value

    def path(self, node: Node, path: str) -> Any:
        """Read a field, or follow a path such as ``media.title.romaji``. A path through a list returns a list."""
        name, _, rest = path.partition(".")
        whole = self.part(node, name) if rest else self.value(node, name)
        if not rest or whole is None:
            return whole
        return [self.path(part, rest) for part in whole] if isinstance(whole, list) else self.path(whole, rest)

    def part(self, node: Node, name: str) -> Any:
        """Return the objects of a field as nodes. None if the schema has no such field. Not for connections."""
        value, field = self.value(node, name), field_type(node.kind, name)
        return self.wrapped(value, field, f"{node.key}.{name}") if field else None

    def wrapped(self, found: Any, field: FieldType, key: str) -> Any:
        """Turn ids and dicts into nodes. A dict with an id adds its fields to the node with that id."""
        if isinstance(found, list):
            return [self.wrapped(item, field, f"{key}.{place}") for place, item in enumerate(found)]
        if isinstance(found, dict):
            number = found.get("id") or 0
            whole = self.world.find(field.kind, number) if has_id(field.kind) else None
            return Node(field.kind, whole.key if whole else key, number, {**(whole.facts if whole else {}), **found})
        return self.world.find(field.kind, found) if isinstance(found, int) else found

    def nodes(self, kind: str, numbers: Iterable[int]) -> list[Node]:
        """Return the nodes with these ids. Missing ones are left out."""
        return [node for number in numbers if (node := self.world.find(kind, number)) is not None]

    def found(self, kind: str, number: int | None) -> Node:
        """Return the node with an id.

        Raises:
            AniListError: There is none.
        """
        node = self.world.find(kind, number)
        if node is None:
            raise refused("not_found")
        return node

    def children(self, kind: str, parent: Node) -> list[Node]:
        """Return the children of a node, such as the reviews of a media: the made-up ones, then the created ones."""
        places = () if "_new" in parent.facts else range(1, PARENTS[kind].size + 1)
        made = (child(kind, parent.id, place) for place in places)
        return self.nodes(kind, [*made, *parent.facts.get(f"_{kind}", ())])
