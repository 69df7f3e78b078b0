"""What a person pastes into the terminal, however long and in however many lines."""

import os
import select
import sys

from anilist_oauth.cli.terminal import say
from anilist_oauth.redaction import Masked, MaskedBytes

_CHUNK = 65536
_QUIET = 0.1  # seconds without anything more, after which a paste of several lines is complete
_END_OF_INPUT = b"\x04"
_BACKSPACES = frozenset(b"\x7f\x08")


def read_paste(prompt: str) -> str:
    """Read what is pasted, up to Enter; it is not echoed, since it is as good as a password.

    A terminal hands over lines of at most 4,096 characters, so the text is read character by character. This call
    blocks: make it outside of the event loop, in the main thread, so that Ctrl+C ends it.

    Returns:
        The text; empty at the end of the input.
    """
    if sys.stdin is None:  # closed, as under a service manager
        return ""
    if not sys.stdin.isatty():
        return sys.stdin.read()
    if sys.platform == "win32":  # a console hands over lines of any length
        say(prompt, end="")
        return sys.stdin.readline()
    import termios  # only Unix has it

    terminal = sys.stdin.fileno()
    before, mode = termios.tcgetattr(terminal), termios.tcgetattr(terminal)
    mode[3] &= ~(termios.ICANON | termios.ECHO)
    mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
    termios.tcsetattr(terminal, termios.TCSADRAIN, mode)
    try:
        say(prompt, end="")  # only now: what is pasted before would be cut
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
    """Add what was typed, and apply the backspaces in it, which the terminal no longer does."""
    for byte in typed:
        if byte in _BACKSPACES:
            del kept.value[-1:]
        else:
            kept.value.append(byte)
