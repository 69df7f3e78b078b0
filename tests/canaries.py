"""Secrets that a test can look for in the local variables of every frame of this package's."""

from pathlib import Path

from rich.pretty import pretty_repr

import anilist_oauth
from tests.frames import frames_of

OURS = str(Path(anilist_oauth.__file__).parent)
GENERATED = "<attrs generated methods anilist_oauth"
_SHOWN = 60  # characters of a canary that are looked for: reporters cut what they show


def shown_in(error: BaseException, *canaries: str) -> list[str]:
    """Name the local variables that show a canary, by their repr or as rich prints them, which cuts long texts."""
    found = []
    for frame in frames_of(error):
        place = frame.f_code.co_filename
        if place.startswith((OURS, GENERATED)) and "/sandbox/" not in place:
            for name, value in list(frame.f_locals.items()):
                shown = _shown(value)
                if any(canary[:_SHOWN] in shown for canary in canaries if canary):
                    found.append(f"{place.removeprefix(OURS)}:{frame.f_code.co_qualname}:{name}")
    return found


def _shown(value: object) -> str:
    try:
        return repr(value) + pretty_repr(value, max_length=10, max_string=80)
    except AttributeError:  # it is not whole yet, as in the constructor that refuses it
        return ""
