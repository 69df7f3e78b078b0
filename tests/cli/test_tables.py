"""Tables in a terminal and in a pipe."""

import io
import os
import re
import sys
from typing import Any

import pytest

from anilist_oauth.cli.tables import show_table

ROWS = [("日本", "e\u0301", "x"), ("a", "some longer words", "y")]


class Screen(io.StringIO):
    """A terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """Return True."""
        return True


def test_columns_are_as_wide_as_what_a_terminal_shows(capsys: Any) -> None:
    """Wide and zero-width letters are counted correctly, and no line ends in spaces."""
    show_table(ROWS, header=("A", "B", "C"))
    assert capsys.readouterr().out == (
        "A     B                  C\n"  # two columns for each of the Japanese letters
        "日本  e\u0301                  x\n"
        "a     some longer words  y\n"
    )


def test_a_row_is_one_line_in_a_pipe(capsys: Any) -> None:
    """It is not wrapped, however long it is."""
    show_table([("a" * 500, "b")])
    assert capsys.readouterr().out == f"{'a' * 500}  b\n"


def test_a_terminal_gets_wrapped_words_and_colors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words are not broken if they fit."""
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(screen, "fileno", lambda: 1)
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((18, 24)))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    show_table(ROWS[1:], styles=["red"])
    shown = screen.getvalue()
    assert "\x1b[31msome longer " in shown
    lines = [line.rstrip() for line in re.sub(r"\x1b\[\d+m", "", shown).splitlines()]
    assert lines == ["a  some longer   y", "   words"]
