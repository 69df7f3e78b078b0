"""Read text of any length, and of any number of lines, that a person pastes into the terminal."""

import os
import select
import sys

from anilist_oauth.cli.terminal import say
from anilist_oauth.redaction import Masked, MaskedBytes

_CHUNK = 65536
_QUIET = 0.1  # seconds; after so long without input, a paste of several lines is complete
_END_OF_INPUT = b"\x04"
_BACKSPACES = frozenset(b"\x7f\x08")


def read_paste(prompt: str) -> str:
    """Read pasted text up to Enter. The text is not shown, because it is as secret as a password.

    A terminal cuts lines at 4,096 characters, so the text is read character by character. This call blocks. Call it
    outside of the event loop, in the main thread, so that Ctrl+C ends it.

    Returns:
        The text, or an empty string at the end of the input.
    """
    if sys.stdin is None:  # closed, for example under a service manager
        return ""
    if not sys.stdin.isatty():
        return sys.stdin.read()
    if sys.platform == "win32":  # a console delivers lines of any length
        say(prompt, end="")
        return sys.stdin.readline()
    import termios  # only exists on Unix

    terminal = sys.stdin.fileno()
    before, mode = termios.tcgetattr(terminal), termios.tcgetattr(terminal)
    mode[3] &= ~(termios.ICANON | termios.ECHO)
    mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
    termios.tcsetattr(terminal, termios.TCSADRAIN, mode)
    try:
        say(prompt, end="")  # not earlier, because the terminal would cut text that is pasted before its mode is set
        pasted = _read(terminal)
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
    say()
    return pasted.decode("utf-8", "replace")


def _read(terminal: int) -> MaskedBytes:
    kept = Masked(bytearray())
    while True:
        chunk = MaskedBytes(os.read(terminal, _CHUNK))
        _add(kept, chunk)
        if not chunk or chunk.find(_END_OF_INPUT) >= 0:
            return MaskedBytes(kept.value.replace(_END_OF_INPUT, b""))
        if kept.value.endswith(b"\n") and kept.value.strip() and not select.select([terminal], [], [], _QUIET)[0]:
            return MaskedBytes(kept.value)


def _add(kept: Masked[bytearray], typed: MaskedBytes) -> None:
    """Add typed bytes, and apply backspaces, because the terminal does not do so in this mode."""
    for byte in typed:
        if byte in _BACKSPACES:
            del kept.value[-1:]
        else:
            kept.value.append(byte)
