"""Records that cannot be read: one of them stops no stream over all records, and is reported at its end."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from anilist_oauth.errors import SealError, StorageError
from anilist_oauth.redaction import clean

_NAMED = 3  # of those that were skipped

logger: logging.Logger = logging.getLogger("anilist_oauth")


class Skipped:
    """What one stream has skipped so far."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._sealed = True

    @contextmanager
    def unreadable(self, client_id: object, subject: object) -> Iterator[None]:
        """Pass over a record that a `StorageError` says cannot be read; a retryable one is an outage and goes on."""
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
        """Say at the end what was skipped.

        Raises:
            SealError: Records were skipped, each because the keys do not open it.
            StorageError: Records were skipped, and some were not written by this package.
        """
        if not self._names:
            return
        named = ", ".join(self._names[:_NAMED]) + (" and others" if len(self._names) > _NAMED else "")
        kind = SealError if self._sealed else StorageError
        why = "the keys do not open them" if self._sealed else "they cannot be read"
        raise kind(f"all other records were read, and {len(self._names)} were skipped, since {why}: {named}")
