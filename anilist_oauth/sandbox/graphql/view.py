"""The one resolver of all fields: the world as one request sees it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache, cached_property
from typing import Any

import attrs
from graphql import GraphQLResolveInfo

from anilist_oauth.sandbox.graphql import made_up
from anilist_oauth.sandbox.graphql.errors import refused
from anilist_oauth.sandbox.graphql.nodes import PARENTS, Node, World, child, space_of
from anilist_oauth.sandbox.graphql.schema import FieldType, field_type, has_id
from anilist_oauth.sandbox.people import User

Arguments = Mapping[str, Any]
Rule = Callable[["View", Node, Arguments], Any]

_NONE: Arguments = {}
_RULES: dict[str, tuple[Rule, bool]] = {}


def answer(field: str, function: Rule, *, fixed: bool = False) -> None:
    """Say what a field answers, such as ``Media.status``, ``*.isLiked`` of every kind, or any field: ``Page.*``.

    Fixed ones depend on nothing but what was set of their node: they are worked out once.
    """
    _RULES[field] = function, fixed


def rule(*fields: str, fixed: bool = False) -> Callable[[Rule], Rule]:
    """Say so of a function, as its decorator."""

    def register(function: Rule) -> Rule:
        for field in fields:
            answer(field, function, fixed=fixed)
        return function

    return register


def as_edges(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Make edges of nodes, of their ids, or of what edges say of them."""
    edges = [row if isinstance(row, dict) else {"node": row} for row in rows]
    return [{"id": _id_of(edge["node"]), "favouriteOrder": place, **edge} for place, edge in enumerate(edges, start=1)]


def _id_of(node: Any) -> Any:
    return node.id if isinstance(node, Node) else node.get("id") if isinstance(node, dict) else node


@cache
def _rule_of(kind: str, name: str) -> tuple[Rule, bool] | None:
    return _RULES.get(f"{kind}.{name}") or _RULES.get(f"{kind}.*") or _RULES.get(f"*.{name}")


@attrs.define(slots=False)
class View:
    """The world as a user sees it, or a request without a token.

    Attributes:
        world: Everything there is.
        viewer: The account whose token was sent, or None.
        info: The field that is being answered.
    """

    world: World
    viewer: User | None
    info: "GraphQLResolveInfo[Any]" = attrs.field(init=False)

    @cached_property
    def now(self) -> datetime:
        """The time of the request."""
        return self.world.now()

    @property
    def second(self) -> int:
        """The time of the request, as AniList writes it."""
        return int(self.now.timestamp())

    @property
    def account(self) -> Node:
        """The viewer's node.

        Raises:
            AniListError: No token came along.
        """
        if self.viewer is None:
            raise refused("unauthorized")
        return self.world.node("User", self.viewer.id)

    @property
    def viewer_id(self) -> int:
        """The viewer's id; 0 for nobody."""
        return self.viewer.id if self.viewer else 0

    def value(self, node: Node, name: str, arguments: Arguments = _NONE) -> Any:
        """Return the value of a field: what was set, else what a rule or a table says, else a made-up one."""
        if name in node.facts:
            return node.facts[name]
        if name in node.memo:
            return node.memo[name]
        found = _rule_of(node.kind, name)
        value = found[0](self, node, arguments) if found else self._made_up(node, name)
        if found is None or found[1]:
            node.memo[name] = value
        return value

    def _made_up(self, node: Node, name: str) -> Any:
        """Make a field up; what is called ``userId`` is the id of ``user``, and the other way round."""
        if f"{name}Id" in node.facts or (name == "id" and node.id):
            return node.facts.get(f"{name}Id", node.id)
        part, parent = name.removesuffix("Id"), PARENTS.get(space_of(node.kind))
        if parent and part == parent.field and part not in node.facts:
            return node.id // parent.step
        field, whole = field_type(node.kind, name), field_type(node.kind, part)
        if part != name and whole is not None and has_id(whole.kind):
            found = self.value(node, part)
            return found.id if isinstance(found, Node) else found
        return self._of_type(node.key, name, field) if field else None

    def _of_type(self, key: str, name: str, field: FieldType) -> Any:
        """Make up a value, an id or a part of something, or one or two of them for a list."""
        target = field.connected or field.kind

        def one(name: str) -> Any:
            if field.is_leaf:
                return made_up.leaf(key, name, field)
            return made_up.reference(target, key, name) if has_id(target) else {}

        is_many = field.is_list or field.connected
        return [one(f"{name}{place}") for place in range(1 + made_up.number(key, name, 2))] if is_many else one(name)

    def path(self, node: Node, path: str) -> Any:
        """Read a field, or one of what it refers to, such as ``media.title.romaji``."""
        name, _, rest = path.partition(".")
        whole = self.part(node, name) if rest else self.value(node, name)
        if not rest or whole is None:
            return whole
        return [self.path(part, rest) for part in whole] if isinstance(whole, list) else self.path(whole, rest)

    def part(self, node: Node, name: str) -> Any:
        """Return what a field refers to, as nodes; None where the schema has no such field."""
        value, field = self.value(node, name), field_type(node.kind, name)
        if field and field.connected and isinstance(value, list):
            value = {"nodes": [edge["node"] for edge in as_edges(value)]}
        return self.wrapped(value, field, f"{node.key}.{name}") if field else None

    def wrapped(self, found: Any, field: FieldType, key: str) -> Any:
        """Turn ids and parts into nodes. A part with an id is that node, with something added."""
        if isinstance(found, list):
            return [self.wrapped(item, field, f"{key}.{place}") for place, item in enumerate(found)]
        if isinstance(found, dict):
            number = found.get("id") or 0
            whole = self.world.find(field.kind, number) if has_id(field.kind) else None
            return Node(field.kind, whole.key if whole else key, number, {**(whole.facts if whole else {}), **found})
        return self.world.find(field.kind, found) if isinstance(found, int) else found

    def nodes(self, kind: str, numbers: Iterable[int]) -> list[Node]:
        """Return the nodes with these ids, without those that do not exist."""
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
        """Return what hangs on a node, such as the reviews of a media: what is made up, and what was added."""
        places = () if "_new" in parent.facts else range(1, PARENTS[kind].size + 1)
        return self.nodes(
            kind, [*(child(kind, parent.id, place) for place in places), *parent.facts.get(f"_{kind}", ())]
        )
