"""How a command speaks and ends: its result on stdout, all else on stderr, an expected failure without a traceback."""

import asyncio
import json
import os
import re
import signal
import sys
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TextIO, TypeVar

import typer

from anilist_oauth.cli.interrupts import uninterrupted
from anilist_oauth.errors import AniListOAuthError, InsecureRedirectURIWarning, InvalidTokenError, LoginRequiredError

P = ParamSpec("P")
T = TypeVar("T")

FAILED, INTERRUPTED = 1, 130
_STYLES: dict[str, dict[str, Any]] = {"dim": {"dim": True}, "bold": {"bold": True}}  # any other is a color
_USUAL_COLUMNS = 80  # where a terminal does not say
_CLEAR_LINE = "\r\x1b[K"
# What moves a terminal's cursor or turns text around, and what UTF-8 has no word for; line breaks and tabs are fine.
_DANGEROUS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def well_ended(command: Callable[P, None]) -> Callable[P, None]:
    """Let a command end as people expect: 1 and one sentence for what can happen, 130 for Ctrl+C."""

    @wraps(command)
    def ended(*arguments: P.args, **options: P.kwargs) -> None:
        handler = signal.getsignal(signal.SIGINT)
        try:
            with _warnings_said():
                command(*arguments, **options)
        except AniListOAuthError as error:
            say(str(error), style="red")
            if isinstance(error, LoginRequiredError | InvalidTokenError):
                say("Log in with `anilist-oauth login`, and the same --subject if you gave one.")
        except ImportError as error:
            if error.name is not None:
                raise
            say(str(error), style="red")  # an extra is missing: the text is what to install
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


@contextmanager
def _warnings_said() -> Iterator[None]:
    """Say what a redirect URI is warned of; a person has no use for the line of code."""
    with warnings.catch_warnings():
        usual = warnings.showwarning

        def shown(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
            if issubclass(category, InsecureRedirectURIWarning):
                say(str(message), style="yellow")
            else:
                usual(message, category, *where, **more)

        warnings.showwarning = shown
        yield


def say(text: str = "", *, style: str | None = None, end: str = "\n") -> None:
    """Say something to the person, on stderr."""
    _write(sys.stderr, _styled(sys.stderr, text, style) + end)


def show(text: str, *, style: str | None = None) -> None:
    """Show a part of the result, on stdout."""
    _write(sys.stdout, _styled(sys.stdout, text, style) + "\n")


def show_json(value: Any) -> None:
    """Show the result as JSON that no terminal mistakes for commands."""
    is_utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(value, indent=2, ensure_ascii=not is_utf8)
    _write(sys.stdout, _DANGEROUS.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def can_show(text: str) -> bool:
    """Tell whether stdout's encoding has these characters; an old one has question marks for them."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def is_interactive() -> bool:
    """Tell whether somebody watches stderr live."""
    return sys.stderr.isatty()


async def counted_down(work: Awaitable[T], *, seconds: float, text: str) -> T:
    """Await something, with the time that is left shown each second, if somebody watches."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    try:
        while not task.done():
            if is_interactive():
                minutes, rest = divmod(max(0, round(end - loop.time())), 60)
                left = f"{minutes}:{rest:02} left"
                line = f"{text} {left}"
                if len(line) >= _columns(sys.stderr):  # one that wraps could not be cleared
                    line = left
                _write(sys.stderr, f"{_CLEAR_LINE}{_styled(sys.stderr, line, 'dim')}")
            await asyncio.wait((task,), timeout=1)
        return await task
    finally:
        task.cancel()
        if is_interactive():
            _write(sys.stderr, _CLEAR_LINE)


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or _USUAL_COLUMNS
    except OSError:
        return _USUAL_COLUMNS


def _styled(stream: TextIO, text: str, style: str | None) -> str:
    """Free text of what a terminal would obey, and color it where colors are wanted (https://no-color.org)."""
    text = _DANGEROUS.sub("", text)
    if style is None or not stream.isatty() or os.environ.get("NO_COLOR"):
        return text
    return typer.style(text, **_STYLES.get(style, {"fg": style}))


def _write(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()
