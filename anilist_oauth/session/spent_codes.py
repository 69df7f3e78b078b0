"""Record the codes that a session has sent. Each is sent only once, because sending it again has unknown effects."""

import math

from anilist_oauth.errors import InvalidCodeError

KEPT = 15 * 60.0  # seconds; a code is valid for 10 minutes
MOST = 50_000  # digests in one set, which take about 4 MB


class SpentCodes:
    """Digests of codes, in a newer and an older set. The older one is emptied when the newer one is full or old.

    So each digest is kept for at least 15 minutes, or until 50,000 newer ones were recorded. A digest is Python's hash,
    which has 64 bits and a random key, and is only used in this process. SHA-256 would take 4 % of an exchange. One of
    10**14 new codes has the hash of another code. It is then refused, not sent.
    """

    __slots__ = ("_newer", "_older", "_since")

    def __init__(self) -> None:
        self._newer: set[int] = set()
        self._older: set[int] = set()
        self._since = -math.inf  # when the first code of the newer set was sent

    def __len__(self) -> int:
        return len(self._newer) + len(self._older)

    def spend(self, code: str, *, now: float) -> int:
        """Record a code before it is sent.

        Args:
            code: The code.
            now: The time in seconds, of a clock that never goes back.

        Returns:
            The argument for `forget`.

        Raises:
            InvalidCodeError: The code was recorded before. The ``reason`` is ``sent``.
        """
        digest = hash(code)
        if digest in self._newer or digest in self._older:
            raise InvalidCodeError(
                "this code was sent before and is not sent again; start a new login (LoginFlow.finish returns the same "
                "result for a callback that arrives twice)",
                reason="sent",
            )
        if now - self._since > KEPT or len(self._newer) >= MOST:
            self._newer, self._older, self._since = set(), self._newer, now
        self._newer.add(digest)
        return digest

    def forget(self, digest: int) -> None:
        """Forget a code that was never sent, or was refused before it was processed."""
        self._newer.discard(digest)
        self._older.discard(digest)
