"""Secrets that a test looks for in the local variables of every frame of the package."""

from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from rich.pretty import pretty_repr

import anilist_oauth
from tests.frames import frames_of

OURS = str(Path(anilist_oauth.__file__).parent)
GENERATED = "<attrs generated methods anilist_oauth"
_SHOWN = 60  # characters of a canary that are looked for: reporters cut what they show


def shown_in(error: BaseException, *canaries: str) -> list[str]:
    """Return the local variables that show a canary, in their repr or as rich prints them, which cuts long texts."""
    return [found for frame in frames_of(error) for found in shown_in_frame(frame, *canaries)]


def shown_in_frame(frame: FrameType, *canaries: str) -> list[str]:
    """Return the names of the local variables that show a canary, if the frame belongs to the package."""
    place = frame.f_code.co_filename
    if not place.startswith((OURS, GENERATED)) or "/sandbox/" in place:
        return []
    return [
        f"{place.removeprefix(OURS)}:{frame.f_code.co_qualname}:{name}"
        for name, value in list(frame.f_locals.items())
        if any(canary[:_SHOWN] in _shown(value) for canary in canaries if canary)
    ]


def _shown(value: object) -> str:
    members = ""  # Sentry shows them, whatever the repr is
    if isinstance(value, Mapping):
        members = repr(dict(value))
    elif isinstance(value, list | tuple):
        members = repr([*value])
    try:
        return members + repr(value) + pretty_repr(value, max_length=10, max_string=80)
    except AttributeError:  # it is not whole yet, as in the constructor that refuses it
        return ""
