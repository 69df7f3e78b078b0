"""How many functions a callback passes through until its token is stored."""

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import anilist_oauth
from tests.flows import COOKIE, staged

OURS = Path(anilist_oauth.__file__).parent
AT_MOST = 60


async def no_viewer(*_given: Any, **_named: Any) -> None:
    """Refuse the optional request for the viewer."""
    raise TimeoutError


async def test_a_callback_passes_through_few_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each function of every room counts once, from the second login on. Constructors are not counted."""
    met: set[str] = set()

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        place, name = Path(frame.f_code.co_filename), frame.f_code.co_name
        if event == "call" and place.is_relative_to(OURS) and not name.startswith(("__", "<")):
            room, *_ = place.relative_to(OURS).parts
            if room != "sandbox":
                met.add(f"{place.relative_to(OURS)} {frame.f_code.co_qualname}")

    async with staged() as stage:
        monkeypatch.setattr(stage.session, "viewer", no_viewer)  # a request of its own
        _, callback = await stage.begin(binding=COOKIE)
        await stage.flow.finish(callback, binding=COOKIE)
        _, callback = await stage.begin(binding=COOKIE)
        sys.setprofile(note)
        try:
            await stage.flow.finish(callback, binding=COOKIE)
        finally:
            sys.setprofile(None)
    assert "login/completion.py Completion.complete" in met
    assert "session/transport.py AiohttpTransport.send" in met
    assert "storage/memory/tokens.py MemoryTokenStore.put" in met
    assert len(met) <= AT_MOST, "\n".join(sorted(met))
