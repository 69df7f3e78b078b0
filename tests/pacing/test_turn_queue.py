"""Users take turns."""

import asyncio
import math
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anilist_oauth.pacing.turn_queue import TurnQueue, User, Waiter

USERS: tuple[User, ...] = (0, 1, 2)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop for futures that are never awaited."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def filled(loop: asyncio.AbstractEventLoop, users: list[User], served: set[User]) -> TurnQueue:
    """Return a queue to which these users were added in order."""
    queue = TurnQueue()
    for user in served:
        queue.served.add(user)
    for number, user in enumerate(users):
        queue.add(Waiter(user, number=number, max_wait=None, until=math.inf, turn=loop.create_future()))
    return queue


@given(users=st.lists(st.sampled_from(USERS), max_size=30), served=st.sets(st.sampled_from(USERS), max_size=1))
def test_users_take_turns(loop: asyncio.AbstractEventLoop, users: list[User], served: set[User]) -> None:
    """A user's calls stay in order, and every other waiting user has a turn between two of them."""
    queue = filled(loop, users, served)
    assert queue.size == len(users)
    turns = [queue.next() for _ in users]
    assert queue.size == 0
    assert sorted(turn.number for turn in turns) == list(range(len(users)))
    for user in set(users):
        places = [place for place, turn in enumerate(turns) if turn.user == user]
        numbers = [turns[place].number for place in places]
        assert numbers == sorted(numbers)
        for first, second in pairwise(places):
            waiting = {turn.user for turn in turns[second:]} - {user}
            assert waiting <= {turn.user for turn in turns[first:second]}


@given(
    users=st.lists(st.sampled_from(USERS), max_size=30),
    served=st.sets(st.sampled_from(USERS), max_size=1),
    user=st.sampled_from(USERS),
)
def test_the_turns_before_a_call_are_counted(
    loop: asyncio.AbstractEventLoop, users: list[User], served: set[User], user: User
) -> None:
    """The turn of a new call comes after the predicted number of turns."""
    foretold = filled(loop, users, served).turns_before(user)
    queue = filled(loop, [*users, user], served)
    numbers = [queue.next().number for _ in range(len(users) + 1)]
    assert numbers.index(len(users)) == foretold


def test_a_repeat_comes_before_its_users_later_calls(loop: asyncio.AbstractEventLoop) -> None:
    """With its number, a refused call keeps its place."""
    queue = filled(loop, [1, 1, 1], set())
    repeat = Waiter(1, number=-1, max_wait=None, until=math.inf, turn=loop.create_future())
    queue.add(repeat)
    assert queue.next() is repeat


def test_a_call_that_gives_up_is_removed(loop: asyncio.AbstractEventLoop) -> None:
    """A call can be removed once, and all of them together."""
    queue = filled(loop, [1, 2], {1})
    first, second = queue
    assert queue.remove(first)
    assert not queue.remove(first)
    assert (queue.size, list(queue)) == (1, [second])
    queue.clear()
    assert (list(queue), queue.served) == ([], set())
    assert queue.size == 0
