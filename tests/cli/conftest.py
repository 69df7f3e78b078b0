"""Desks at which a person uses the command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.desk import Desk, desk


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose application is called back on loopback; nobody is logged in."""
    with desk(tmp_path) as opened:
        yield opened


@pytest.fixture
def home(empty: Desk) -> Desk:
    """The same, where mika is logged in."""
    empty.log_in()
    return empty


@pytest.fixture
def pin(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose application uses AniList's pin page."""
    with desk(tmp_path, pin=True) as opened:
        yield opened
