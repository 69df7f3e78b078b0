"""How many functions a callback passes through until its token is stored."""

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import anilist_oauth
from tests.flows import COOKIE, Unpaced, staged

OURS = Path(anilist_oauth.__file__).parent
ON_THE_WAY = {"login", "oauth", "session"}  # not the values of `tokens`, the store's own insides, or the viewer's query
AT_MOST = 60


class Full(Unpaced):
    """A pace without a free turn, so that the viewer is not requested."""

    async def turn(self, *_given: Any, **_named: Any) -> int:
        """Refuse the turn."""
        raise anilist_oauth.RateLimitedError("no turn")


async def test_a_callback_passes_through_few_functions() -> None:
    """Each function is counted once, with its comprehensions and lambdas."""
    met: set[str] = set()

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        place = Path(frame.f_code.co_filename)
        if event == "call" and place.is_relative_to(OURS) and "<" not in frame.f_code.co_name:
            room, *_ = place.relative_to(OURS).parts
            if room in ON_THE_WAY:
                met.add(f"{place.relative_to(OURS)} {frame.f_code.co_qualname}")

    async with staged() as stage:
        stage.session.pace = Full()
        _, callback = await stage.begin(binding=COOKIE)
        sys.setprofile(note)
        try:
            await stage.flow.finish(callback, binding=COOKIE)
        finally:
            sys.setprofile(None)
    assert "login/completion.py Completion.complete" in met
    assert len(met) <= AT_MOST, "\n".join(sorted(met))
