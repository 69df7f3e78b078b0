"""The command line starts fast and has a help page."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from anilist_oauth.cli import app

LATER = ("rich", "aiohttp.web", "sqlalchemy", "platformdirs", "graphql", "jwt", "cryptography")
OURS = ("anilist_oauth.receiver", "anilist_oauth.sandbox")


def test_a_command_only_imports_what_it_needs() -> None:
    """No web server, database or sandbox is imported before a command needs it."""
    program = f"import sys, anilist_oauth.cli; print([name for name in {LATER + OURS} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("command", "default"), [("query", "cli, or nobody if cli is not logged in"), ("sandbox", "mika")]
)
def test_help_names_a_default_that_is_no_value(command: str, default: str) -> None:
    """Words in brackets would be lost in a help text, because they are markup."""
    shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200", "TERM": "dumb"}).output
    assert f"[default: ({default}" in shown
