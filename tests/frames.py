"""What a crash reporter shows of an error: the local variables of the frames in its traceback."""

from collections.abc import Iterator
from types import FrameType

from rich.pretty import pretty_repr


def frames_of(error: BaseException) -> Iterator[FrameType]:
    """Return every frame of this package in the tracebacks of an error, its causes and its contexts."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        waiting += [other for other in (one.__cause__, one.__context__) if other is not None]
        traceback = one.__traceback__
        while traceback is not None:
            yield traceback.tb_frame
            traceback = traceback.tb_next


def shown(error: BaseException) -> str:
    """Write the local variables of the package's frames as reporters do: by their repr, and as rich prints them."""
    parts = []
    for frame in frames_of(error):
        if frame.f_globals["__name__"].startswith("anilist_oauth"):
            for name, value in frame.f_locals.items():
                parts.append(f"{frame.f_code.co_name}.{name} = {value!r} {pretty_repr(value)}")
    return "\n".join(parts)
