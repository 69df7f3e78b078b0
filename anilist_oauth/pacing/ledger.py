"""The record that several processes behind one IP address share, so that they keep to one budget.

It contains when requests started, which processes wait for a turn, and what AniList announced.
"""

from typing import Literal, NamedTuple, Protocol

from anilist_oauth.pacing.heard import News

Want = Literal["nothing", "turn_now", "turn", "turn_and_place", "leave"]


class Wish(NamedTuple):
    """What a process asks for, and what it reports.

    Attributes:
        process: The unique name of the process.
        want: ``turn_now``: a turn, now or not at all. ``turn``: a turn, or else a place in the queue.
            ``turn_and_place``: the same, and after a turn also a place for the next one. ``leave``: give up the place.
            ``nothing``: only report.
        ceiling: The upper bound of the limit, in requests per minute.
        news: What AniList announced to the process since its last report.
        started: The requests that it started since its last report, each as the number of seconds ago.
    """

    process: str
    want: Want
    ceiling: int
    news: News
    started: tuple[float, ...]


class Grant(NamedTuple):
    """The ledger's answer to a `Wish`.

    Attributes:
        started: Whether the process may start a request. The request counts as started now.
        wait: Seconds until it is this process's turn, if it has a place, or until it could start a request.
        places: The number of processes that have a place.
        processes: The number of processes that asked within the last two minutes.
        news: What all processes have reported.
    """

    started: bool
    wait: float
    places: int
    processes: int
    news: News


class Ledger(Protocol):
    """A record that all processes share. Each call is atomic.

    A process has at most one place in the queue, and a new place is at the end. So the processes take turns.
    """

    async def ask(self, wish: Wish) -> Grant:
        """Record a wish and answer it. If the answer gets lost, the wish may be recorded twice.

        Raises:
            AniListOAuthError: The ledger cannot be reached.
        """
