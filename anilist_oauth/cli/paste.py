"""What a person pastes into the terminal, however long and in however many lines."""

import os
import re
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from anilist_oauth.cli.terminal import say

_LINES_OF_ANY_LENGTH = sys.platform == "win32"
_CHUNK = 65536
_QUIET = 0.1  # seconds without anything more, after which a paste of several lines is complete
_END_OF_INPUT = b"\x04"
_ERASED = re.compile(rb"[^\x7f\x08]?[\x7f\x08]")


def read_paste(prompt: str) -> str:
    """Read what is pasted, up to Enter; it is not echoed, for it is as good as a password.

    A terminal hands over lines of at most 4,096 characters, so it is read character by character. This blocks: call
    it outside of the event loop, or Ctrl+C finds a thread that nobody can end.

    Returns:
        The text; empty at the end of the input.
    """
    if sys.stdin is None:  # closed, as under a service manager
        return ""
    if not sys.stdin.isatty():
        return sys.stdin.read()
    if _LINES_OF_ANY_LENGTH:
        say(prompt, end="")
        return sys.stdin.readline()
    with _unbuffered(sys.stdin.fileno()) as terminal:
        say(prompt, end="")  # only now: what is pasted before would be cut
        pasted = _read(terminal)
    say()
    return pasted.decode("utf-8", "replace")


def _read(terminal: int) -> bytes:
    pasted = b""
    while True:
        chunk = os.read(terminal, _CHUNK)
        pasted = _edited(pasted + chunk)
        if not chunk or _END_OF_INPUT in chunk:
            return pasted.replace(_END_OF_INPUT, b"")
        if pasted.endswith(b"\n") and pasted.strip() and not select.select([terminal], [], [], _QUIET)[0]:
            return pasted


def _edited(pasted: bytes) -> bytes:
    """Apply backspaces, which the terminal no longer does."""
    while _ERASED.search(pasted):
        pasted = _ERASED.sub(b"", pasted, count=1)
    return pasted


@contextmanager
def _unbuffered(terminal: int) -> Iterator[int]:
    """Take the terminal's line editing and echo away for a while; Ctrl+C goes on as ever."""
    import termios  # Unix has it, Windows needs it not

    before = termios.tcgetattr(terminal)
    mode = termios.tcgetattr(terminal)
    mode[3] &= ~(termios.ICANON | termios.ECHO)
    mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
    termios.tcsetattr(terminal, termios.TCSADRAIN, mode)
    try:
        yield terminal
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
