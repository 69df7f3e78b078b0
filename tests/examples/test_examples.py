"""Every example runs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

SAID = {
    "fetch_list": ("120 entries with 120 titles\n", ["[##########] 100", "[############] 120"]),
    "typed_with_gql": ("{'Viewer': {'name': 'mika'}}\n", []),
    "update_progress": ("watched 1\nwatched 2\nThe progress must be at least 0.\nplease log in again\n", []),
}


@pytest.mark.parametrize("name", sorted(SAID))
def test_an_example_runs(name: str) -> None:
    """It runs in its own process, without a warning."""
    done = subprocess.run(
        [sys.executable, "-W", "error", Path(__file__).parent / f"{name}.py"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    said, bars = SAID[name]
    assert done.stdout == said
    assert all(bar in done.stderr for bar in bars)
    assert bars or not done.stderr


def test_every_example_is_run() -> None:
    """A test names every example, and each is short."""
    folder = Path(__file__).parent
    tests = "".join(
        path.read_text(encoding="utf-8") for path in (*folder.glob("test_*.py"), *folder.glob("drivers/*.py"))
    )
    for path in set(folder.glob("*.py")) - set(folder.glob("test_*.py")):
        assert path.stem in tests
        assert len(path.read_text(encoding="utf-8").splitlines()) < 80


def test_the_readme_lists_every_example() -> None:
    """The table of the README has one line for each file."""
    folder = Path(__file__).parent
    lines = re.findall(r"^\| `([^`]+)` \| \w", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    files = {path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith(("test_", "."))}
    assert sorted(lines) == sorted(files - {"README.md"})
