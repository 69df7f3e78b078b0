"""The command ``anilist-oauth demo``."""

import os
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from anilist_oauth.cli import app


def test_the_demo_logs_in_and_shows_a_mistake() -> None:
    """Each step and the user's name are shown, without a secret or a warning."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "anilist_oauth", "demo"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"The user is sent to\n +http://127\.0\.0\.1:\d+/api/v2/oauth/authorize\?", done.stdout)
    assert "code=***&state=***" in done.stdout
    assert re.search(r"The token belongs to\n +mika \(AniList user \d+\)", done.stdout)
    assert "RedirectURIMismatchError: the redirect URI is not the registered one" in done.stdout
    assert not re.search(r"def502|eyJ", done.stdout)


def test_the_demo_runs_in_this_process_too() -> None:
    """The same in this process, so that its coverage is measured."""
    assert "mika (AniList user" in CliRunner().invoke(app, ["demo"]).output


def test_without_the_sandbox_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It shows commands for pipx, uv and pip, and exits with 1."""
    for name in [name for name in sys.modules if name.startswith("anilist_oauth.sandbox")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "jwt", None)
    done = CliRunner().invoke(app, ["demo"])
    assert done.exit_code == 1
    lines = done.stderr.splitlines()
    assert lines[-3:] == [
        "pipx install --force 'anilist-oauth[cli,sandbox]'",
        "uv tool install 'anilist-oauth[cli,sandbox]'",
        "pip install 'anilist-oauth[sandbox]'",
    ]
