"""Secrets that a test can look for in the local variables of every frame of this package's."""

from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import rich.pretty

import anilist_oauth

OURS = str(Path(anilist_oauth.__file__).parent)
GENERATED = "<attrs generated methods anilist_oauth"
_SHOWN = 60  # characters of a canary that are looked for: reporters cut what they show


def frames_of(error: BaseException) -> Iterator[FrameType]:
    """Give the frames of this package's in the tracebacks of an error, its causes and its contexts."""
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or one in seen:
            continue
        seen.append(one)
        waiting += [one.__cause__, one.__context__]
        trace = one.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename.startswith((OURS, GENERATED)):
                yield trace.tb_frame
            trace = trace.tb_next


def _shown(value: object) -> str:
    """Show a value as Python does, and as rich does, which looks into values and cuts long texts."""
    try:
        return repr(value) + rich.pretty.traverse(value, max_length=10, max_string=80).render()
    except AttributeError:  # it is not whole yet, as in the constructor that refuses it
        return ""


def shown_in(error: BaseException, *canaries: str) -> list[str]:
    """Name the local variables that show a canary, by their repr or as rich prints them."""
    found = []
    for frame in frames_of(error):
        if "/sandbox/" in frame.f_code.co_filename:
            continue
        for name, value in list(frame.f_locals.items()):
            shown = _shown(value)
            if any(canary[:_SHOWN] in shown for canary in canaries if canary):
                found.append(f"{frame.f_code.co_filename.removeprefix(OURS)}:{frame.f_code.co_qualname}:{name}")
    return found
