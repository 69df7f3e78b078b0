"""What one login of a storm is to go through, drawn from the seed and its number alone."""

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
_AGAIN = 10  # logins in a row, of which some have one subject
_SOME = 3  # fates drawn for a login; what comes after them is fine


@attrs.frozen(kw_only=True)
class Visit:
    """One time that a browser opens a callback.

    Attributes:
        browser: Whose it is.
        brings: What AniList sent it back with; the same word is the same callback.
        worker: Which worker it comes to.
        at_once: Whether it comes together with the visit before, not after its answer.
        leaves: Whether it goes away as soon as its code is sent.
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
        number: Which one.
        user: The number of the user of the sandbox who approves it.
        subject: Whose it is, or None for a sign-in. Some log in several times, each time as the same user.
        bound: Whether it has a binding.
        began_in: The worker that begins it.
        waits_in: The worker that waits for it, or None.
        cancels_in: The worker that calls it off while it is finished, or None.
        visits: What comes back; nothing, where everybody forgets it.
        token_fates: What befalls its exchanges, in their order.
        viewer_fates: What befalls the queries with its user's tokens.
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
        """Whether other logins have the same subject, so that a newer one's token may be in the store."""
        return self.subject is not None and self.subject.startswith("again:")

    def knows(self, visit: Visit) -> bool:
        """Tell whether a visit comes from the browser that began the login."""
        return visit.browser == "right" or (visit.browser == "bare" and not self.bound)


def _fates(draw: random.Random, weights: dict[Fate, float]) -> tuple[Fate, ...]:
    return tuple(draw.choices(list(weights), list(weights.values()), k=_SOME))


def _visits(draw: random.Random, workers: int, *, alone: bool) -> tuple[Visit, ...]:
    """Draw one to three visits, and one more of the right browser where none was."""
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
