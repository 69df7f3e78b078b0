"""Programs that a test needs and that may not be installed."""

import os

import pytest


def need(present: object, reason: str) -> None:
    """Skip the test if a program is missing. With ``ANILIST_TESTS_NEED=all`` the test fails instead."""
    if present:
        return
    if os.environ.get("ANILIST_TESTS_NEED") == "all":
        pytest.fail(reason)
    pytest.skip(reason)
