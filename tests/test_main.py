"""``python -m anilist_oauth``."""

import runpy
import subprocess
import sys

import pytest

from anilist_oauth import __main__ as command


def run(*arguments: str, code: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line in its own process."""
    start = ["-c", code] if code else ["-W", "error", "-m", "anilist_oauth"]
    return subprocess.run([sys.executable, *start, *arguments], capture_output=True, text=True, check=False, timeout=60)


def test_it_lists_its_commands() -> None:
    """Without a command, the help is shown."""
    assert "demo" in run("--help").stdout


def test_a_missing_extra_is_named_with_what_installs_it() -> None:
    """Without typer, the message says so and ends in pip's command."""
    done = run(code="import sys; sys.modules['typer'] = None; from anilist_oauth.__main__ import main; main()")
    assert done.returncode == 1
    assert done.stderr == (
        "The command line needs typer, which is not installed. Install it with one of:\n"
        "pipx install --force 'anilist-oauth[cli]'\n"
        "uv tool install 'anilist-oauth[cli]'\n"
        "pip install 'anilist-oauth[cli]'\n"
    )


def test_a_missing_module_of_ours_is_not_a_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """If a module of this package is missing, its error is shown."""
    monkeypatch.setitem(sys.modules, "anilist_oauth.cli", None)
    with pytest.raises(ImportError, match=r"anilist_oauth\.cli"):
        command.main()


def test_the_missing_extra_is_told_in_this_process_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same in this process, so that its coverage is measured."""
    for name in [name for name in sys.modules if name.startswith("anilist_oauth.cli")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "typer", None)
    with pytest.raises(SystemExit, match=r"pip install 'anilist-oauth\[cli\]'"):
        command.main()


def test_the_file_itself_is_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The module runs as a program, in this process, so that its coverage is measured."""
    monkeypatch.setattr(sys, "argv", ["anilist-oauth", "--help"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_path(command.__file__, run_name="__main__")
    assert caught.value.code == 0
    assert "demo" in capsys.readouterr().out
