"""Pasted text is read without a Unix terminal. `test_terminal` has the tests with one."""

import io
import sys
from typing import Any

import pytest

from anilist_oauth.cli.paste import read_paste


class Console(io.StringIO):
    """A console."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def test_a_console_without_a_limit_reads_a_line(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """Windows has such a console."""
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "stdin", Console(f"{'x' * 10_000}\nmore"))
    assert read_paste("Paste: ") == f"{'x' * 10_000}\n"
    assert capsys.readouterr().err == "Paste: "


def test_a_pipe_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may contain a code block of several lines."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("```\ncode\n```\n"))
    assert read_paste("") == "```\ncode\n```\n"


def test_a_closed_input_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service manager may give a program no input."""
    monkeypatch.setattr(sys, "stdin", None)
    assert read_paste("") == ""
