"""The suite works for authors of other adapters, with a plugin, a fixture and one line."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
CONFTEST = """
import pytest

from tests.web.sites import Aiohttp

pytest_plugins = ["anilist_oauth.web.conformance"]


@pytest.fixture
def adapter_site():
    return Aiohttp()
"""
TESTS = """
from anilist_oauth.web.conformance import suite

globals().update(suite())
"""


def test_it_runs_outside_of_this_project(tmp_path: Path) -> None:
    """It only needs pytest's strict markers, which it registers itself."""
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (tmp_path / "test_site.py").write_text(TESTS, encoding="utf-8")
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    program = [sys.executable, "-m", "pytest", "-q", "--strict-markers", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [*program, "--rootdir", tmp_path, "-c", os.devnull, "-k", "logs_in or host_alone or missing_piece", "."],
        cwd=tmp_path,
        env={**outside, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " passed, " in ran.stdout
