"""A pytest plugin with the fixture `anilist_sandbox`, for sync and async tests of every kind.

Register it in the root ``conftest.py``::

    pytest_plugins = ["anilist_oauth.sandbox.pytest_plugin"]

or on the command line: ``pytest -p anilist_oauth.sandbox.pytest_plugin``.
"""

from collections.abc import Iterator

import pytest

from anilist_oauth.sandbox.server import Sandbox
from anilist_oauth.sandbox.thread import SandboxThread


@pytest.fixture
def anilist_sandbox_setup() -> Sandbox:
    """Override this to configure the sandbox, such as ``return Sandbox(users=["rin", "mika"])``."""
    return Sandbox()


@pytest.fixture
def anilist_sandbox(anilist_sandbox_setup: Sandbox) -> Iterator[SandboxThread]:
    """A stand-in for AniList on loopback, fresh for each test.

    With ``anilist_sandbox.strict = True``, a test that sends a query that AniList would refuse fails at its end.
    """
    with SandboxThread(anilist_sandbox_setup) as sandbox:
        yield sandbox
    fail_for(sandbox.complaints)


def fail_for(complaints: list[str]) -> None:
    """Fail the test if `strict` found anything."""
    if complaints:
        found = "\n".join(complaints)
        pytest.fail(f"AniList would refuse or cut a query of this test:\n{found}", pytrace=False)
