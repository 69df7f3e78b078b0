"""Fixtures and settings of all tests."""

import asyncio
import inspect
import os
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aioresponses import aioresponses
from hypothesis import HealthCheck, settings

# The same examples on every machine, however slow it is; `--hypothesis-profile=explore` looks for new ones.
settings.register_profile("steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", settings.get_profile("steady"), derandomize=False, max_examples=3000)
settings.load_profile("steady")


if os.environ.get("ANILIST_TESTS_LOOP") == "uvloop":  # the suite runs on asyncio's loop, and what waits on both
    import uvloop

    def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
        """Run the tests on uvloop."""
        return {"uvloop": uvloop.new_event_loop}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the file that takes longest, so that a parallel run does not end with it alone."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/web/test_conformance.py"))


@pytest.fixture(autouse=True)
def _patched_aioresponses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let aioresponses 0.7.9 build a response of aiohttp 3.14, which needs the stream writer (its issue 289)."""
    construct: Callable[..., None] = aiohttp.ClientResponse.__init__
    if "stream_writer" not in inspect.signature(construct).parameters:
        return

    def construct_without_writer(self: aiohttp.ClientResponse, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("stream_writer", SimpleNamespace(output_size=0))
        construct(self, *args, **kwargs)

    monkeypatch.setattr(aiohttp.ClientResponse, "__init__", construct_without_writer)


@pytest.fixture
def wire(_patched_aioresponses: None) -> Iterator[aioresponses]:
    """Answer every request of aiohttp from a script. An unexpected request fails to connect."""
    with aioresponses() as script:
        yield script
