"""What several processes behind one IP address share: when requests started, who is next, and what AniList said."""

from typing import Literal, NamedTuple, Protocol

from anilist_oauth.pacing.heard import News

Want = Literal["nothing", "turn_now", "turn", "turn_and_place", "leave"]


class Wish(NamedTuple):
    """A process's request to the ledger, with its news.

    Attributes:
        process: The unique name of the process.
        want: ``turn_now``: a turn, now or not at all. ``turn``: a turn, or else a place in the queue.
            ``turn_and_place``: the same, and after a turn a place for the next. ``leave``: give the place back.
        ceiling: The upper bound of the limit, in requests per minute.
        news: What the process heard and has not reported yet.
        started: How many seconds ago it started the requests that it has not reported yet.
    """

    process: str
    want: Want
    ceiling: int
    news: News
    started: tuple[float, ...]


class Grant(NamedTuple):
    """The ledger's answer.

    Attributes:
        started: Whether a request may start. It counts as started now.
        wait: Seconds until this process's place comes up, or without a place, until it could start a request.
        places: How many processes have a place.
        processes: How many processes there are: those that asked within the last two minutes.
        news: What all of them have reported.
    """

    started: bool
    wait: float
    places: int
    processes: int
    news: News


class Ledger(Protocol):
    """A record that all processes share. Each step is atomic.

    A process has at most one place, behind the existing ones, so the processes take turns.
    """

    async def ask(self, wish: Wish) -> Grant:
        """Answer a wish. If an answer gets lost, the wish may be recorded twice.

        Raises:
            AniListOAuthError: The record cannot be reached.
        """
