"""The help pages."""

import re

import pytest
from typer.testing import CliRunner

from anilist_oauth.cli import app
from anilist_oauth.version import __version__

COMMANDS = ("login", "whoami", "logout", "tokens", "query", "doctor", "demo", "sandbox")


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_a_flag_takes_nothing_and_nothing_is_cut(command: str | None) -> None:
    """No type is shown for a flag, and every text fits into 80 columns."""
    arguments = [*filter(None, [command]), "--help"]
    shown = CliRunner().invoke(app, arguments, env={"COLUMNS": "80", "TERM": "dumb"}).output
    assert "bool" not in shown
    assert "…" not in shown
    assert not re.search(r"<\w+>", shown)


def test_a_value_is_called_by_its_name() -> None:
    """Its Python type is not shown."""
    shown = CliRunner().invoke(app, ["whoami", "--help"], env={"COLUMNS": "80", "TERM": "dumb"}).output
    for line in ("--subject          NAME", "--store            URL", "--proxy            URL"):
        assert " ".join(line.split()) in " ".join(shown.split())


def test_the_version_is_shown() -> None:
    """This needs no command."""
    assert CliRunner().invoke(app, ["--version"]).output == f"anilist-oauth {__version__}\n"
