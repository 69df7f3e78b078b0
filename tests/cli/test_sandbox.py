"""The command `sandbox`."""

import socket
import sys

import pytest
from typer.testing import CliRunner, Result

from anilist_oauth.cli import app
from anilist_oauth.sandbox import Sandbox
from anilist_oauth.sandbox import terminal as by_hand
from anilist_oauth.sandbox.terminal import Show, settings


def run(*arguments: str, color: bool = False) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["sandbox", *arguments], env={"COLUMNS": "200", "TERM": "dumb"}, color=color)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Sandbox]:
    """Serve for a moment, and press Ctrl+C; gives what was served."""
    sandboxes: list[Sandbox] = []

    async def serve(sandbox: Sandbox, show: Show) -> None:
        async with sandbox:
            show(settings(sandbox))
            show("12:00:00  GET /graphql 404 Not Found.")
        sandboxes.append(sandbox)
        raise KeyboardInterrupt

    monkeypatch.setattr(by_hand, "serve", serve)
    return sandboxes


def test_the_settings_to_paste_are_those_given(served: list[Sandbox]) -> None:
    """The application's redirect URI, the users, the port; Ctrl+C ends it well."""
    ran = run("--port", "0", "--redirect-uri", "http://localhost:9090/cb", "--user", "rin", "--weather", "flaky")
    assert ran.exit_code == 130
    assert "export ANILIST_REDIRECT_URI=http://localhost:9090/cb\n" in ran.output
    assert f"{served[0].url}, for rin.\n" in ran.output
    assert ran.output.endswith("Stopped.\n")
    assert served[0].application.redirect_uri == "http://localhost:9090/cb"


def test_the_settings_need_pasting_once(served: list[Sandbox]) -> None:
    """The secret is the same each time, and a refused request is shown in yellow."""
    first, second = run("--port", "0"), run("--port", "0", color=True)
    assert first.exit_code == second.exit_code == 130
    assert served[0].application == served[1].application
    assert "\x1b[33m12:00:00  GET /graphql 404 Not Found.\x1b[0m" in second.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--redirect-uri", "localhost:9090/cb"], "write http://localhost:9090/cb"),
        (["--weather", "hail"], "clear, outage"),
        (["--generation", "10"], "7.3.2, 8.5.5, 9.4.1"),
    ],
)
def test_a_mistake_is_told_before_anything_is_served(arguments: list[str], told: str) -> None:
    """What is wrong, and what may be there."""
    ran = run(*arguments)
    assert ran.exit_code == 2
    assert told in ran.output


def test_a_taken_port_is_told() -> None:
    """No other port is tried."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = run("--port", str(port))
    assert ran.exit_code == 1
    assert (
        ran.output
        == f"Port {port} cannot be used (Address already in use). Choose another with --port, or 0 for a free one.\n"
    )


def test_a_missing_extra_is_a_line_to_paste(monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback, only the commands that install it."""
    for name in [name for name in sys.modules if name.startswith("anilist_oauth.sandbox")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "jwt", None)
    ran = run()
    assert ran.exit_code == 1
    assert ran.output.endswith("pip install 'anilist-oauth[sandbox]'\n")


def test_the_log_is_plain_where_no_color_is_wanted(served: list[Sandbox], monkeypatch: pytest.MonkeyPatch) -> None:
    """By NO_COLOR, as everywhere."""
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("--port", "0", color=True).output
    assert served
