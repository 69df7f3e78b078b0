"""The one resolver: the world as one request sees it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from graphql import GraphQLResolveInfo

from anilist_oauth.sandbox.graphql import made_up
from anilist_oauth.sandbox.graphql.errors import not_found, unauthorized
from anilist_oauth.sandbox.graphql.nodes import Node, World, first_child
from anilist_oauth.sandbox.graphql.pagination import one_page, page_info, paging
from anilist_oauth.sandbox.graphql.schema import FieldType, field_type, has_id
from anilist_oauth.sandbox.people import User

Arguments = Mapping[str, Any]
Rule = Callable[["View", Node, Arguments], Any]

_NONE: Arguments = {}
_CONNECTION_LIMIT = 25
_RULES: dict[str, tuple[Rule, bool]] = {}


def rules(table: Mapping[str, Rule], *, fixed: bool = False) -> None:
    """Say what fields answer, such as ``Media.status``, ``*.isLiked`` for every kind, or ``Page.*`` for any field.

    Fixed ones depend on nothing but what was set of their node: they are worked out once.
    """
    _RULES.update({name: (function, fixed) for name, function in table.items()})


def rule(*names: str, fixed: bool = False) -> Callable[[Rule], Rule]:
    """Say so of one function."""

    def register(function: Rule) -> Rule:
        rules(dict.fromkeys(names, function), fixed=fixed)
        return function

    return register


class View:
    """The world as a user sees it, or as nobody in particular does.

    Attributes:
        world: Everything there is.
        viewer: The account whose token came along, if one did.
        info: The field that is being answered.
    """

    info: "GraphQLResolveInfo[Any]"

    def __init__(self, world: World, viewer: User | None) -> None:
        self.world = world
        self.viewer = viewer

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
            raise unauthorized()
        return self.world.node("User", self.viewer.id)

    @property
    def viewer_id(self) -> int:
        """The viewer's id; 0 for nobody."""
        return self.viewer.id if self.viewer else 0

    def value(self, node: Node, name: str, arguments: Arguments = _NONE) -> Any:
        """Return what a field holds: what was set, else what a rule or a table says, else something made up."""
        if name in node.facts:
            return node.facts[name]
        if name in node.memo:
            return node.memo[name]
        found = _RULES.get(f"{node.kind}.{name}") or _RULES.get(f"{node.kind}.*") or _RULES.get(f"*.{name}")
        if found is not None and not found[1]:
            return found[0](self, node, arguments)
        node.memo[name] = value = found[0](self, node, arguments) if found else self._made_up(node, name)
        return value

    def _made_up(self, node: Node, name: str) -> Any:
        """Make a field up; what is called ``userId`` is the id of ``user``, and the other way round."""
        if f"{name}Id" in node.facts or (name == "id" and node.id):
            return node.facts.get(f"{name}Id", node.id)
        value = made_up.from_tables(self.path, node, name)
        field, whole = field_type(node.kind, name), field_type(node.kind, name.removesuffix("Id"))
        if value is not made_up.MISSING or (field is None and whole is None):
            return None if value is made_up.MISSING else value
        if name.endswith("Id") and whole is not None and has_id(whole.kind):
            found = self.value(node, name.removesuffix("Id"))
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
        value, field = self.value(node, name), field_type(node.kind, name)
        if not rest or field is None:
            return value
        is_rows = field.connected and isinstance(value, list)
        whole = self.wrapped(connection(value, {}) if is_rows else value, field, f"{node.key}.{name}")
        if isinstance(whole, list):
            return [self.path(part, rest) for part in whole]
        return None if whole is None else self.path(whole, rest)

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
        """Return the nodes with these ids, but for those that do not exist."""
        return [node for number in numbers if (node := self.world.find(kind, number)) is not None]

    def found(self, kind: str, number: int | None) -> Node:
        """Return the node with an id.

        Raises:
            AniListError: There is none.
        """
        node = self.world.find(kind, number)
        if node is None:
            raise not_found()
        return node

    def owner_id(self, node: Node) -> int:
        """Return the id of the user that something belongs to."""
        return int(self.value(node, "userId") or self.value(node, "messengerId") or 0)

    def children(self, kind: str, parent: Node) -> list[Node]:
        """Return what hangs on a node, such as the reviews of a media: what is made up, and what was added."""
        first = first_child(kind, parent.id)
        made = () if parent.facts.get("_new") else range(first, first + made_up.TABLES["children"][kind])
        return self.nodes(kind, [*made, *parent.facts.get(f"_{kind}", ())])


def connection(edges: Iterable[Any], arguments: Arguments) -> dict[str, Any]:
    """Make a connection: its page of edges, their nodes, and what is told of the page."""
    rows = list(edges)
    page, size = paging(arguments, _CONNECTION_LIMIT)
    shown = [as_edge(row) for row in one_page(rows, page, size)]
    return {"edges": shown, "nodes": [edge["node"] for edge in shown], "pageInfo": page_info(len(rows), page, size)}


def as_edge(row: Any) -> dict[str, Any]:
    """Make an edge of a node, of its id, or of what an edge says of it."""
    edge = row if isinstance(row, dict) else {"node": row}
    return {"id": edge["node"].id if isinstance(edge["node"], Node) else edge["node"], **edge}
