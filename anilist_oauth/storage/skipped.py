"""Skip unreadable records during an iteration over all records, and report them at its end."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from anilist_oauth.errors import SealError, StorageError
from anilist_oauth.redaction import clean

_NAMED = 3  # the most skipped records that an error names

logger: logging.Logger = logging.getLogger("anilist_oauth")


class Skipped:
    """The records that one iteration has skipped."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._sealed = True

    @contextmanager
    def unreadable(self, client_id: object, subject: object) -> Iterator[None]:
        """Skip a record if reading it in the block raises a `StorageError`.

        A retryable error is an outage, and is raised.
        """
        try:
            yield
        except StorageError as error:
            if error.retryable:
                raise
            name = clean(f"{subject} of application {client_id}")
            logger.warning("a stored token was skipped: %s: %s", name, error)
            self._names.append(name)
            self._sealed = self._sealed and isinstance(error, SealError)

    def report(self) -> None:
        """Raise an error if records were skipped.

        Raises:
            SealError: Records were skipped, all of them because the keys cannot decrypt them.
            StorageError: Records were skipped, and some of them because this package did not write them.
        """
        if not self._names:
            return
        named = ", ".join(self._names[:_NAMED]) + (" and others" if len(self._names) > _NAMED else "")
        kind = SealError if self._sealed else StorageError
        why = "the keys cannot decrypt them" if self._sealed else "they cannot be read"
        raise kind(f"all other records were read, but {len(self._names)} were skipped because {why}: {named}")
