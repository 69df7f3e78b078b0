"""The queue of waiting calls. Users take turns, and the calls of one user are served in order."""

import asyncio
from bisect import insort
from collections import OrderedDict
from collections.abc import Iterator
from itertools import chain

User = int  # the hash of a token, so that no token is kept; all calls without one together are one more user


class Waiter:
    """A waiting call. Its future holds the time at which it may start.

    Attributes:
        user: The user of the call.
        number: Its position among all calls. A repeat has the number of the first try.
        max_wait: The longest wait in seconds, or None.
        until: When that wait is over, on the pace's clock. Infinite without `max_wait`.
        turn: Done when its turn has come.
    """

    def __init__(
        self, user: User, *, number: int, max_wait: float | None, until: float, turn: asyncio.Future[float]
    ) -> None:
        self.user = user
        self.number = number
        self.max_wait = max_wait
        self.until = until
        self.turn = turn


class TurnQueue:
    """The calls that wait for a turn.

    Attributes:
        size: The number of calls that wait.
        served: The users who had a turn in this round without waiting. When it is cleared, a new round begins, in which
            all users are equal again.
    """

    def __init__(self) -> None:
        self._waiting: OrderedDict[User, list[Waiter]] = OrderedDict()  # the first user is next
        self.size: int = 0
        self.served: set[User] = set()

    def __iter__(self) -> Iterator[Waiter]:
        return iter(list(chain.from_iterable(self._waiting.values())))

    def add(self, waiter: Waiter) -> None:
        """Add a call behind its user's earlier calls.

        Users who already had a turn in this round are moved behind all others.
        """
        insort(self._waiting.setdefault(waiter.user, []), waiter, key=lambda other: other.number)
        self.size += 1
        for served in self.served & self._waiting.keys():
            self._waiting.move_to_end(served)

    def next(self) -> Waiter:
        """Remove and return the call that is next."""
        user, waiters = self._waiting.popitem(last=False)
        waiter = waiters.pop(0)
        self.size -= 1
        if waiters:
            self._waiting[user] = waiters  # at the end, behind the other users
        return waiter

    def remove(self, waiter: Waiter) -> bool:
        """Remove a call that no longer waits. Return whether it was in the queue."""
        waiters = self._waiting.get(waiter.user, [])
        if waiter not in waiters:
            return False
        waiters.remove(waiter)
        self.size -= 1
        if not waiters:
            del self._waiting[waiter.user]
        return True

    def clear(self) -> None:
        """Remove all calls and begin a new round."""
        self._waiting.clear()
        self.size = 0
        self.served.clear()

    def turns_before(self, user: User) -> int:
        """Return how many turns there would be before one more call of this user, its own earlier calls included."""
        own = ahead = len(self._waiting.get(user, ()))
        rounds = own + 1  # the rounds in which users ahead of this one have a turn
        for other, waiters in self._waiting.items():
            if other == user or other in self.served:
                rounds = own
            if other != user:
                ahead += min(len(waiters), rounds)
        return ahead
