"""Write to the terminal, and end commands: results on stdout, messages on stderr, no traceback for expected errors."""

import asyncio
import json
import os
import re
import signal
import sys
import textwrap
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TextIO, TypeVar

import typer

from anilist_oauth.cli.interrupts import uninterrupted
from anilist_oauth.errors import AniListOAuthError, InsecureRedirectURIWarning, InvalidTokenError, LoginRequiredError
from anilist_oauth.redaction import MaskedText
from anilist_oauth.storage import InsecureStoreWarning

P = ParamSpec("P")
T = TypeVar("T")

FAILED, INTERRUPTED = 1, 130
_STYLES: dict[str, dict[str, Any]] = {"dim": {"dim": True}, "bold": {"bold": True}}  # any other style is a color
_USUAL_COLUMNS = 80  # if the terminal does not report its width
_CLEAR_LINE = "\r\x1b[K"
# Characters that move the cursor or reverse text, and those that UTF-8 cannot encode. Line breaks and tabs are allowed.
_DANGEROUS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def well_ended(command: Callable[P, None]) -> Callable[P, None]:
    """Add the usual exit codes to a command: 1 with a message for an expected error, and 130 for Ctrl+C."""

    @wraps(command)
    def ended(*arguments: P.args, **options: P.kwargs) -> None:
        handler = signal.getsignal(signal.SIGINT)
        try:
            with _warnings_said():
                command(*arguments, **options)
        except AniListOAuthError as error:
            say(str(error), style="red")
            if isinstance(error, LoginRequiredError | InvalidTokenError):
                say("Log in with `anilist-oauth login`. If you passed --subject, pass the same one.")
        except ImportError as error:
            if error.name is not None:
                raise
            say(how_to_install(str(error)), style="red")
        except KeyboardInterrupt:
            with uninterrupted():
                say()
            raise typer.Exit(INTERRUPTED) from None
        else:
            return
        finally:
            signal.signal(signal.SIGINT, handler)
        raise typer.Exit(FAILED)

    return ended


def how_to_install(missing: str) -> str:
    """Return how to install a missing extra with each of the usual installers.

    Args:
        missing: The message of this package's `ImportError`: what is missing, and then ``pip install`` with the extra.
    """
    what, _, pip = missing.rpartition("pip install ")
    extra = pip.partition("[")[2].partition("]")[0]
    both = f"'anilist-oauth[{extra}]'" if extra == "cli" else f"'anilist-oauth[cli,{extra}]'"
    what = what.strip().rstrip(":.") or f"The extra {extra} is not installed"
    return f"{what}. Install it with one of:\npipx install --force {both}\nuv tool install {both}\npip install {pip}"


@contextmanager
def _warnings_said() -> Iterator[None]:
    """Show the warnings about a redirect URI or a store without the line of code, which does not help a user."""
    with warnings.catch_warnings():
        usual = warnings.showwarning

        def shown(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
            if issubclass(category, InsecureRedirectURIWarning | InsecureStoreWarning):
                say(str(message), style="yellow")
            else:
                usual(message, category, *where, **more)

        warnings.showwarning = shown
        yield


def say(text: str = "", *, style: str | None = None, end: str = "\n") -> None:
    """Show a message on stderr."""
    write(sys.stderr, _styled(sys.stderr, text, style) + end)


def show(text: str, *, style: str | None = None) -> None:
    """Show a part of the result on stdout."""
    write(sys.stdout, _styled(sys.stdout, text, style) + "\n")


def show_json(value: Any) -> None:
    """Show the result as JSON. Characters that control a terminal are escaped."""
    is_utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(value, indent=2, ensure_ascii=not is_utf8)
    write(sys.stdout, _DANGEROUS.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def printable(text: str) -> str:
    """Return the text without the characters that control a terminal."""
    return _DANGEROUS.sub("", text)


def can_show(text: str) -> bool:
    """Return whether stdout's encoding has these characters. With an old one, question marks are shown instead."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def is_interactive() -> bool:
    """Return whether stderr is a terminal."""
    return sys.stderr.isatty()


async def counted_down(work: Awaitable[T], *, seconds: float, text: str) -> T:
    """Await work. If stderr is a terminal, show the remaining time each second."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    try:
        while not task.done():
            if is_interactive():
                minutes, rest = divmod(max(0, round(end - loop.time())), 60)
                left = f"{minutes}:{rest:02} left"
                line = f"{text} {left}"
                if len(line) >= columns(sys.stderr):  # a wrapped line could not be cleared
                    line = left
                write(sys.stderr, f"{_CLEAR_LINE}{_styled(sys.stderr, line, 'dim')}")
            await asyncio.wait((task,), timeout=1)
        return await task
    finally:
        task.cancel()
        if is_interactive():
            write(sys.stderr, _CLEAR_LINE)


def columns(stream: TextIO) -> int:
    """Return how many columns the terminal has."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or _USUAL_COLUMNS
    except OSError:
        return _USUAL_COLUMNS


def _styled(stream: TextIO, text: str, style: str | None) -> str:
    """Return the text without control characters, wrapped at words, and colored unless NO_COLOR is set.

    See https://no-color.org.
    """
    text = MaskedText(printable(text))
    if not stream.isatty():
        return text
    text = MaskedText("\n".join(_wrapped(line, columns(stream)) for line in text.split("\n")))
    return (
        text if style is None or os.environ.get("NO_COLOR") else typer.style(text, **_STYLES.get(style, {"fg": style}))
    )


def _wrapped(line: str, width: int) -> str:
    """Wrap a line at words. A long word, such as an address, stays in one piece so that it can be copied."""
    if len(line) <= width:
        return line
    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)


def write(stream: TextIO, text: str) -> None:
    """Write text. Characters that the stream's encoding lacks become question marks."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()
