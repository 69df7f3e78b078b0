"""One test over many cases, which names the case that fails."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def naming(case: object) -> Iterator[None]:
    """Add the case to whatever fails in a block."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"the case: {case}")
        raise
