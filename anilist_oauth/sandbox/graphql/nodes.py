"""All objects: nodes are made up until somebody sets a fact, and one overlay holds what was set.

This module does without graphql-core, which takes long to load.
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
"""What is made up, as far as tables can say it."""

RANGES = {kind: range(first, last + 1) for kind, (first, last) in TABLES["ranges"].items()}
"""The ids that references draw from, and searches look at."""

MEDIA, USERS = RANGES["Media"], RANGES["User"]
_HIGHEST = 1_000_000_000
_FIRST_NEW = 2_000_000_000  # what is created gets ids from here on
_NEVER = 99_999  # no object has an id that ends so, and a test can ask for what does not exist
_KEPT, _CACHED = 10_000, 20_000


@cache
def schema_text() -> str:
    """Return the schema in GraphQL's own language."""
    return Path(__file__).with_name("schema.graphql").read_text(encoding="utf-8")


@cache
def kinds_of(space: str) -> tuple[str, ...]:
    """Return the kinds that share a range of ids: the members of a union, or the kind itself."""
    union = re.search(rf"^union {space} = (.+)$", schema_text(), re.MULTILINE)
    return tuple(union[1].split(" | ")) if union else (space,)


@cache
def space_of(kind: str) -> str:
    """Return the range of ids that a kind of node belongs to: its own, except for activities and notifications."""
    unions = ("ActivityUnion", "NotificationUnion")
    return next((union for union in unions if kind in kinds_of(union)), kind)


class Parent(NamedTuple):
    """What the nodes of a kind hang on: entry 7 of the list of user 101 has the id 101 * 200 + 7.

    Attributes:
        field: The field that refers to it.
        kind: Its kind.
        step: How many ids are set apart for those that hang on one node.
        size: How many of these are in use.
    """

    field: str
    kind: str
    step: int
    size: int


PARENTS = {kind: Parent(*row) for kind, row in TABLES["parents"].items()}


def child(kind: str, parent: int, place: int) -> int:
    """Return the id of what hangs on a node, counted from 1."""
    return parent * PARENTS[kind].step + place


def place_of(kind: str, number: int) -> int:
    """Return the place of what hangs on a node, counted from 1."""
    return number % PARENTS[kind].step


@attrs.frozen(eq=False)
class Node:
    """One object of AniList's, as it is at the moment: a change makes another one.

    Attributes:
        kind: The name of its type.
        key: What its made-up values are made from.
        id: Its id; 0 for what is a part of something else.
        facts: What was set; everything else is made up. Names that begin with ``_`` are not fields.
        memo: What was made up before.
    """

    kind: str
    key: str
    id: int = 0
    facts: Mapping[str, Any] = attrs.field(factory=dict)
    memo: dict[str, Any] = attrs.field(factory=dict)


class World:
    """Everything the API knows. Facts are kept for 10,000 nodes, and then the oldest are forgotten.

    Attributes:
        people: The accounts.
        now: Returns the time.
        changes: The nodes of which something was set. A copy from before undoes what was set since.
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
            if place[0] != "User" or number in USERS or found.facts:  # others may become accounts
                self._cached[place] = found
        return found

    def _given(self, space: str, number: int) -> dict[str, Any]:
        """Return the facts of an account: it follows nobody yet, and has the whole catalog on its list."""
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
        """Create a node."""
        number = next(self._ids)
        return self.put(Node(kind, f"{space_of(kind)}:{number}", number), _new=True, **facts)

    def put(self, node: Node, **facts: Any) -> Node:
        """Set facts of a node, and return what it is now."""
        changed = Node(node.kind, node.key, node.id, {**node.facts, **facts})
        self.changes[space_of(node.kind), node.id] = changed
        while len(self.changes) > _KEPT:
            self.changes.pop(next(iter(self.changes)))
        return changed

    def kept(self, kind: str) -> list[Node]:
        """Return the living nodes of a kind of which something was set, oldest first."""
        space = space_of(kind)
        return [node for (found, _), node in self.changes.items() if found == space and not node.facts.get("_deleted")]
