"""What there is, and what was set."""

from datetime import UTC, datetime

import pytest

from anilist_oauth.sandbox.graphql import nodes
from anilist_oauth.sandbox.graphql.nodes import World
from anilist_oauth.sandbox.people import People


@pytest.fixture
def world() -> World:
    """Give a world in which nothing was set."""
    return World(people=People(["mika"]), now=lambda: datetime(2026, 11, 28, tzinfo=UTC))


def test_ids_that_end_in_99999_are_nobodys(world: World) -> None:
    """So that a test has an id to ask for that is not found; nor is zero, a negative one, or one that is too high."""
    for number in (99_999, 199_999, 999_999_999, 0, -1, 1_500_000_000, None):
        assert world.find("Media", number) is None
    assert world.find("Media", 100_000) is not None


def test_the_oldest_that_was_set_goes_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing grows without bound, neither what was set nor what was made up."""
    monkeypatch.setattr(nodes, "_KEPT", 3)
    monkeypatch.setattr(nodes, "_CACHED", 3)
    for number in range(1, 6):
        world.put(world.node("Thread", number), title=str(number))
    assert [node.id for node in world.kept("Thread")] == [3, 4, 5]
    one = world.node("Media", 1)
    assert world.node("Media", 1) is one
    for number in range(2, 6):
        world.node("Media", number)
    assert world.node("Media", 1) is not one


def test_what_a_mutation_did_is_undone_as_a_whole(world: World) -> None:
    """Changes of what was set before, and creations."""
    thread = world.put(world.node("Thread", 1), title="before")
    before = world.changes.copy()
    world.put(thread, title="after")
    made = world.create("Thread", title="new")
    world.changes = before
    assert thread.facts == {"title": "before"}
    assert world.kept("Thread") == [thread]
    assert world.find("Thread", made.id) is None
