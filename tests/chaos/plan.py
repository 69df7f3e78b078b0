"""What happens to one login of a storm. It depends only on the seed and the number of the login."""

import random
from typing import Literal, Self

import attrs

from tests.chaos.gateway import Fate

Browser = Literal["right", "wrong", "bare"]  # with the login's binding, with another one, with none
Brings = Literal["code", "second code", "another account", "denial"]
WORKERS = 3

_TOKEN_FATES: dict[Fate, float] = {
    "fine": 84,
    "stall": 5,
    "busy": 1,
    "reset": 2,
    "reset after": 2,
    "cut": 2,
    "hang": 1,
    "broken": 1.5,
    "broken after": 1.5,
}
_VIEWER_FATES: dict[Fate, float] = {
    "fine": 70,
    "refused": 10,
    "stall": 5,
    "busy": 2,
    "reset": 3,
    "reset after": 2,
    "cut": 3,
    "hang": 1,
    "broken": 2,
    "broken after": 2,
}
_AGAIN = 10  # among so many logins in a row, some share a subject
_SOME = 3  # fates drawn for a login; later requests are not disturbed


@attrs.frozen(kw_only=True)
class Visit:
    """One request of a browser to the callback.

    Attributes:
        browser: The browser that sends it.
        brings: What AniList redirected it with. Visits with the same word open the same callback.
        worker: The worker that serves it.
        at_once: Whether it starts together with the visit before, instead of after its answer.
        leaves: Whether the browser disconnects as soon as its code is sent.
    """

    browser: Browser
    brings: Brings
    worker: int
    at_once: bool
    leaves: bool


@attrs.frozen(kw_only=True)
class Plan:
    """One login.

    Attributes:
        number: Its number in the storm.
        user: The number of the user of the sandbox who approves it.
        subject: Its subject, or None for a sign-in. Some subjects log in several times, always as the same user.
        bound: Whether it has a binding.
        began_in: The worker that begins it.
        waits_in: The worker that waits for it, or None.
        cancels_in: The worker that cancels it while it is finished, or None.
        visits: The requests to the callback. An abandoned login has none.
        token_fates: What the gateway does to its exchanges, in their order.
        viewer_fates: What the gateway does to the queries with its user's tokens.
    """

    number: int
    user: int
    subject: str | None
    bound: bool
    began_in: int
    waits_in: int | None
    cancels_in: int | None
    visits: tuple[Visit, ...]
    token_fates: tuple[Fate, ...]
    viewer_fates: tuple[Fate, ...]

    @classmethod
    def of(cls, seed: int, number: int, *, workers: int) -> Self:
        """Draw the plan."""
        draw = random.Random(f"{seed} {number}")
        kind = draw.random()
        again = kind > 0.9
        user = number - number % _AGAIN if again else number
        subject = f"again:{user}" if again else None if kind > 0.75 else f"discord:{number}"
        bound = draw.random() < 0.85
        forgotten = draw.random() < 0.02
        return cls(
            number=number,
            user=user,
            subject=subject,
            bound=bound,
            began_in=draw.randrange(workers),
            waits_in=draw.randrange(workers) if forgotten or draw.random() < 0.8 else None,
            cancels_in=draw.randrange(workers) if draw.random() < 0.04 else None,
            visits=() if forgotten else _visits(draw, workers, alone=not again),
            token_fates=_fates(draw, _TOKEN_FATES),
            viewer_fates=_fates(draw, _VIEWER_FATES),
        )

    @property
    def again(self) -> bool:
        """Whether other logins have the same subject, so that the store may hold a newer login's token."""
        return self.subject is not None and self.subject.startswith("again:")

    def knows(self, visit: Visit) -> bool:
        """Tell whether a visit comes from the browser that began the login."""
        return visit.browser == "right" or (visit.browser == "bare" and not self.bound)


def _fates(draw: random.Random, weights: dict[Fate, float]) -> tuple[Fate, ...]:
    return tuple(draw.choices(list(weights), list(weights.values()), k=_SOME))


def _visits(draw: random.Random, workers: int, *, alone: bool) -> tuple[Visit, ...]:
    """Draw one to three visits, and add one of the right browser if there was none."""
    browsers: list[Browser] = draw.choices(["right", "wrong", "bare"], [80, 12, 8], k=draw.choice([1, 1, 2, 2, 3]))
    if "right" not in browsers:
        browsers.append("right")
    brings: list[Brings] = draw.choices(
        ["code", "second code", "another account", "denial"], [75, 14, 6 if alone else 0, 5], k=len(browsers)
    )
    return tuple(
        Visit(
            browser=browser,
            brings=what,
            worker=draw.randrange(workers),
            at_once=draw.random() < 0.6,
            leaves=draw.random() < 0.05,
        )
        for browser, what in zip(browsers, brings, strict=True)
    )
