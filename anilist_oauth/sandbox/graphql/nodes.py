"""The objects of the API, called nodes. `World` keeps what was set of them; everything else is made up.

This module does not need graphql-core, which takes long to load.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import attrs

from anilist_oauth.sandbox.people import People

TABLES: dict[str, Any] = json.loads(Path(__file__).with_name("made_up.json").read_text(encoding="utf-8"))
"""Tables with which values are made up."""

RANGES = {kind: range(first, last + 1) for kind, (first, last) in TABLES["ranges"].items()}
"""The ids that references use and that searches look at, by kind."""

MEDIA, USERS = RANGES["Media"], RANGES["User"]
_HIGHEST = 1_000_000_000
_FIRST_NEW = 2_000_000_000  # created nodes get ids from this one on
_NEVER = 99_999  # no object has an id that ends in this, so that tests can ask for a missing one
_KEPT, _CACHED = 10_000, 20_000


@cache
def schema_text() -> str:
    """Return the schema in GraphQL's own language."""
    return Path(__file__).with_name("schema.graphql").read_text(encoding="utf-8")


@cache
def kinds_of(space: str) -> tuple[str, ...]:
    """Return the kinds that share ids: the members of a union, or the kind itself."""
    union = re.search(rf"^union {space} = (.+)$", schema_text(), re.MULTILINE)
    return tuple(union[1].split(" | ")) if union else (space,)


@cache
def space_of(kind: str) -> str:
    """Return the kind or union whose ids a kind uses. Activities share ids, and so do notifications."""
    unions = ("ActivityUnion", "NotificationUnion")
    return next((union for union in unions if kind in kinds_of(union)), kind)


class Parent(NamedTuple):
    """The parent of the nodes of a kind. For example, entry 7 of user 101 has the id 101 * 200 + 7.

    Attributes:
        field: The child's field that refers to the parent.
        kind: The parent's kind.
        step: How many ids are reserved for the children of one parent.
        size: How many children one parent has.
    """

    field: str
    kind: str
    step: int
    size: int


PARENTS = {kind: Parent(*row) for kind, row in TABLES["parents"].items()}


def child(kind: str, parent: int, place: int) -> int:
    """Return the id of a child by its place, from 1."""
    return parent * PARENTS[kind].step + place


def place_of(kind: str, number: int) -> int:
    """Return the place of a child by its id, from 1."""
    return number % PARENTS[kind].step


@attrs.frozen(eq=False)
class Node:
    """One object of the API. A change creates a new `Node`.

    Attributes:
        kind: The name of its type.
        key: The text that its made-up values are made from.
        id: Its id, or 0 for a part of another object.
        facts: What was set. Everything else is made up. Names that begin with ``_`` are not fields.
        memo: Values that were made up before.
    """

    kind: str
    key: str
    id: int = 0
    facts: Mapping[str, Any] = attrs.field(factory=dict)
    memo: dict[str, Any] = attrs.field(factory=dict)


class World:
    """All objects of the API. It keeps the facts of 10,000 nodes and then forgets the oldest.

    Attributes:
        people: The accounts.
        now: Returns the time.
        changes: The nodes with facts. To undo later changes, assign an earlier copy.
    """

    def __init__(self, *, people: People, now: Callable[[], datetime]) -> None:
        self.people = people
        self.now = now
        self.changes: dict[tuple[str, int], Node] = {}
        self._cached: dict[tuple[str, int], Node] = {}
        self._ids = count(_FIRST_NEW)

    def node(self, kind: str, number: int) -> Node:
        """Return the node with an id, whether or not it exists."""
        place = space_of(kind), number
        found = self.changes.get(place) or self._cached.get(place)
        if found is None:
            kinds = kinds_of(place[0])
            found = Node(kinds[number % len(kinds)], f"{place[0]}:{number}", number, self._given(*place))
            if len(self._cached) >= _CACHED:
                self._cached.clear()
            if place[0] != "User" or number in USERS or found.facts:  # another user may become an account
                self._cached[place] = found
        return found

    def _given(self, space: str, number: int) -> dict[str, Any]:
        """Return the first facts of a node. A new account follows nobody, and its list has the whole catalog."""
        person = next((person for person in self.people if person.id == number), None) if space == "User" else None
        if person is None:
            return {}
        return {"name": person.name, "_private": person.private, "_following": [], "_listed": len(MEDIA)}

    def find(self, kind: str, number: int | None) -> Node | None:
        """Return the node with an id, if there is one."""
        if number is None or number <= 0:
            return None
        kept = self.changes.get((space_of(kind), number))
        if kept is not None:
            return None if kept.facts.get("_deleted") else kept
        return self.node(kind, number) if number <= _HIGHEST and number % 100_000 != _NEVER else None

    def create(self, kind: str, **facts: Any) -> Node:
        """Create a node with a new id."""
        number = next(self._ids)
        return self.put(Node(kind, f"{space_of(kind)}:{number}", number), _new=True, **facts)

    def put(self, node: Node, **facts: Any) -> Node:
        """Set facts of a node, and return the changed node."""
        changed = Node(node.kind, node.key, node.id, {**node.facts, **facts})
        self.changes[space_of(node.kind), node.id] = changed
        while len(self.changes) > _KEPT:
            self.changes.pop(next(iter(self.changes)))
        return changed

    def kept(self, kind: str) -> list[Node]:
        """Return the nodes of a kind that have facts and were not deleted, oldest first."""
        space = space_of(kind)
        return [node for (found, _), node in self.changes.items() if found == space and not node.facts.get("_deleted")]
