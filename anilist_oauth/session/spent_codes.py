"""The codes a session has sent: each is sent once, since nobody can tell what a second time would do."""

import math

KEPT = 15 * 60.0  # seconds; a code lives for 10 minutes
MOST = 50_000  # digests in a generation; 7 MB


class SpentCodes:
    """Digests of codes, in two generations: each is kept for 15 minutes at least from when it was spent.

    The newer generation becomes the older one after 15 minutes, or when it holds 50,000: whoever logs in over fifty
    users a second keeps each for a shorter time. A digest is Python's own keyed 64-bit hash, which never leaves this
    process: a fresh code meets one of 100,000 others in one of 10**14 logins, and is then refused, not sent.
    """

    __slots__ = ("_newer", "_older", "_since")

    def __init__(self) -> None:
        self._newer: set[int] = set()
        self._older: set[int] = set()
        self._since = -math.inf  # when the newer generation began

    def __len__(self) -> int:
        return len(self._newer) + len(self._older)

    def spend(self, code: bytes, *, now: float) -> int | None:
        """Note a code before it is sent.

        Args:
            code: The code.
            now: Seconds of a clock that only goes forward.

        Returns:
            What `forget` takes, or None if the code was spent before.
        """
        digest = hash(code)
        if digest in self._newer or digest in self._older:
            return None
        if now - self._since > KEPT or len(self._newer) >= MOST:
            self._older, self._newer, self._since = self._newer, set(), now
        self._newer.add(digest)
        return digest

    def forget(self, digest: int) -> None:
        """Take a code back that never left, or was refused before it was looked at."""
        self._newer.discard(digest)
        self._older.discard(digest)
