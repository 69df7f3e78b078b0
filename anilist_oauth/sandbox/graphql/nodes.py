"""What there is: nodes that are made up until somebody sets something, and one overlay for what was set."""

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

import attrs

from anilist_oauth.sandbox.graphql.schema_text import kinds_of, space_of
from anilist_oauth.sandbox.people import People

MEDIA = range(1, 161)  # what lists and searches draw from: 120 anime, then 40 manga
BRANCHES = 10  # ids of what hangs on something: the reviews of media 7 are 70, 71 and so on
_STEPS = {"AiringSchedule": 1000, "MediaList": 200, "NotificationUnion": 20}
_HIGHEST = 1_000_000_000
_FIRST_NEW = 2_000_000_000  # what is created gets ids from here on
_NEVER = 99_999  # an id that ends so is nobody's, so that a test can ask for what is not there
_KEPT, _CACHED = 10_000, 20_000


def first_child(kind: str, parent: int) -> int:
    """Return the lowest id of what hangs on a node, such as the entries of a user's list."""
    return parent * _STEPS.get(kind, BRANCHES)


def parent_of(kind: str, child: int) -> tuple[int, int]:
    """Return the id of the node that a made-up one hangs on, and its place there."""
    return divmod(child, _STEPS.get(kind, BRANCHES))


@attrs.define(eq=False)
class Node:
    """One object of AniList's.

    Attributes:
        kind: The name of its type.
        key: What its made-up values are made from.
        id: Its id; 0 for what is a part of something else.
        facts: What was set; everything else is made up. Those that begin with ``_`` are no fields.
        memo: What was made up before.
    """

    kind: str
    key: str
    id: int = 0
    facts: dict[str, Any] = attrs.field(factory=dict)
    memo: dict[str, Any] = attrs.field(factory=dict)


class World:
    """Everything the API knows; what was set is kept for 10,000 nodes, of which the oldest go first."""

    def __init__(self, *, people: People, now: Callable[[], datetime]) -> None:
        self.people = people
        self.now = now
        self._kept: dict[tuple[str, int], Node] = {}
        self._cached: dict[tuple[str, int], Node] = {}
        self._ids = count(_FIRST_NEW)
        self._undo: list[Callable[[], object]] = []

    def node(self, kind: str, number: int) -> Node:
        """Return the node with an id, whether or not it exists."""
        place = space_of(kind), number
        found = self._kept.get(place) or self._cached.get(place)
        if found is None:
            kinds = kinds_of(place[0])
            found = Node(kinds[number % len(kinds)], f"{place[0]}:{number}", number)
            if len(self._cached) >= _CACHED:
                self._cached.clear()
            self._cached[place] = found
        return found

    def find(self, kind: str, number: int | None) -> Node | None:
        """Return the node with an id, if there is one."""
        if number is None or number <= 0:
            return None
        kept = self._kept.get((space_of(kind), number))
        if kept is not None:
            return None if kept.facts.get("_deleted") else kept
        return self.node(kind, number) if number <= _HIGHEST and number % 100_000 != _NEVER else None

    def create(self, kind: str, **facts: Any) -> Node:
        """Create a node."""
        number = next(self._ids)
        return self.put(Node(kind, f"{space_of(kind)}:{number}", number), _new=True, **facts)

    def put(self, node: Node, **facts: Any) -> Node:
        """Set facts of a node."""
        before, place = dict(node.facts), (space_of(node.kind), node.id)
        self._undo.append(lambda: self._restore(node, before))
        node.facts.update(facts)
        node.memo.clear()
        self._kept.setdefault(place, node)
        while len(self._kept) > _KEPT:
            self._kept.pop(next(iter(self._kept)))
        return node

    def begin(self) -> None:
        """Begin a mutation, which happens as a whole or not at all."""
        self._undo.clear()

    def roll_back(self) -> None:
        """Undo whatever was set since `begin`."""
        while self._undo:
            self._undo.pop()()

    def _restore(self, node: Node, facts: dict[str, Any]) -> None:
        node.facts.clear()
        node.facts.update(facts)
        node.memo.clear()
        if not facts:
            self._kept.pop((space_of(node.kind), node.id), None)

    def kept(self, kind: str) -> list[Node]:
        """Return the living nodes of a kind of which something was set, oldest first."""
        space = space_of(kind)
        return [node for (found, _), node in self._kept.items() if found == space and not node.facts.get("_deleted")]
