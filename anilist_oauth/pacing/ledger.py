"""What several processes behind one address share: who started when, who is next, and what was heard."""

from typing import Literal, Protocol

import attrs

from anilist_oauth.pacing.heard import News

Want = Literal["nothing", "turn_now", "turn", "turn_and_place", "leave"]


@attrs.frozen(kw_only=True)
class Wish:
    """What a process asks for, and what it tells.

    Attributes:
        process: Its name, unlike any other's.
        want: ``turn_now``: one turn, at once or not at all. ``turn``: one turn, or else a place for it.
            ``turn_and_place``: the same, and after a turn a place for the next. ``leave``: to give its place back.
        ceiling: Requests a minute that the limit never exceeds.
        news: What it heard and has not told.
        started: How many seconds ago it started requests that it has not told of.
    """

    process: str
    want: Want
    ceiling: int
    news: News
    started: tuple[float, ...]


@attrs.frozen(kw_only=True)
class Grant:
    """The answer.

    Attributes:
        started: Whether a request may start, which then counts as started now.
        wait: Seconds until the process's place comes; without one, until a request of its own could start.
        places: How many processes have a place.
        processes: How many there are: those that asked within two minutes.
        news: What all of them have told.
    """

    started: bool
    wait: float
    places: int
    processes: int
    news: News


class Ledger(Protocol):
    """A record that all processes share, in which each step is atomic.

    A process has one place at most, behind those that others have: so turns go round among processes.
    """

    async def ask(self, wish: Wish) -> Grant:
        """Take in a wish, and answer it; it may be taken in twice where an answer was lost.

        Raises:
            AniListOAuthError: The record cannot be reached.
        """
