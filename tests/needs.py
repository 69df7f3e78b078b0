"""Programs that a test needs and a machine may lack."""

import os

import pytest


def need(present: object, reason: str) -> None:
    """Skip where a program is absent; fail instead where ``ANILIST_TESTS_NEED=all`` promises that it is there."""
    if present:
        return
    if os.environ.get("ANILIST_TESTS_NEED") == "all":
        pytest.fail(reason)
    pytest.skip(reason)
