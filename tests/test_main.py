"""``python -m anilist_oauth``."""

import runpy
import subprocess
import sys

import pytest

from anilist_oauth import __main__ as command


def run(*arguments: str, code: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line as a program of its own."""
    start = ["-c", code] if code else ["-W", "error", "-m", "anilist_oauth"]
    return subprocess.run([sys.executable, *start, *arguments], capture_output=True, text=True, check=False, timeout=60)


def test_it_lists_its_commands() -> None:
    """Without a command it shows help."""
    assert "demo" in run("--help").stdout


def test_a_missing_extra_is_named_with_what_installs_it() -> None:
    """Without typer the text says so, and ends in pip's command."""
    done = run(code="import sys; sys.modules['typer'] = None; from anilist_oauth.__main__ import main; main()")
    assert done.returncode == 1
    assert done.stderr == (
        "The command line needs typer, which is not installed. Install it with one of:\n"
        "pipx install --force 'anilist-oauth[cli]'\n"
        "uv tool install 'anilist-oauth[cli]'\n"
        "pip install 'anilist-oauth[cli]'\n"
    )


def test_a_fault_of_our_own_is_not_blamed_on_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing module of this package is shown as what it is."""
    monkeypatch.setitem(sys.modules, "anilist_oauth.cli", None)
    with pytest.raises(ImportError, match=r"anilist_oauth\.cli"):
        command.main()


def test_the_missing_extra_is_told_in_this_process_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same, where coverage can see it."""
    for name in [name for name in sys.modules if name.startswith("anilist_oauth.cli")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "typer", None)
    with pytest.raises(SystemExit, match=r"pip install 'anilist-oauth\[cli\]'"):
        command.main()


def test_the_file_itself_is_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """As a program, where coverage can see it."""
    monkeypatch.setattr(sys, "argv", ["anilist-oauth", "--help"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_path(command.__file__, run_name="__main__")
    assert caught.value.code == 0
    assert "demo" in capsys.readouterr().out
