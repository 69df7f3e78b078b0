"""Run one test over many cases, and name the case that fails."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def naming(case: object) -> Iterator[None]:
    """Add the name of the case to an error that is raised in the block."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"the case: {case}")
        raise
