"""Only the first Ctrl+C has an effect."""

import asyncio
import signal
from collections.abc import Iterator

import pytest

from anilist_oauth.cli.interrupts import interrupted_once


@pytest.fixture
def _handler() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever an earlier test's server left
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_handler")
def test_a_second_ctrl_c_breaks_no_cleaning_up() -> None:
    """The first one cancels the work, and later ones are ignored."""
    cleaned = []

    async def work() -> None:
        for _ in range(2):
            signal.raise_signal(signal.SIGINT)
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            signal.raise_signal(signal.SIGINT)
            cleaned.append("up")
            raise

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(interrupted_once(work()))
    assert cleaned == ["up"]


@pytest.mark.usefixtures("_handler")
def test_an_ignored_ctrl_c_stays_ignored() -> None:
    """A shell script may run the command in the background."""

    async def work() -> str:
        signal.raise_signal(signal.SIGINT)
        return "done"

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    assert asyncio.run(interrupted_once(work())) == "done"
