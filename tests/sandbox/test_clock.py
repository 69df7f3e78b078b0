"""The sandbox's time."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from anilist_oauth.sandbox.clock import Clock


async def test_time_runs_with_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a loop in virtual time takes the sandbox along; `advance` jumps."""
    clock, loop = Clock(), asyncio.get_running_loop()
    began = clock.now()
    assert began == clock.now()
    assert abs(datetime.now(UTC) - began) < timedelta(minutes=1)
    clock.start(loop)
    real = loop.time()
    monkeypatch.setattr(loop, "time", lambda: real + 3600)
    assert timedelta(minutes=59) < clock.now() - began < timedelta(minutes=61)
    clock.advance(timedelta(hours=1))
    assert clock.now() - began > timedelta(minutes=119)
    clock.start(loop)
    assert clock.now() - began > timedelta(minutes=119)
