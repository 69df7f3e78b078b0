"""The codes a session has sent: each is sent once, since nobody can tell what a second time would do."""

import hashlib
from collections import OrderedDict

KEPT = 15 * 60.0  # seconds; a code lives for 10 minutes
MOST = 100_000  # digests; some 20 MB


class SpentCodes:
    """Digests of codes, oldest first: each is kept for 15 minutes, of the latest 100,000.

    Whoever logs in over a hundred users a second keeps each for a shorter time.
    """

    __slots__ = ("_spent",)

    def __init__(self) -> None:
        self._spent: OrderedDict[bytes, float] = OrderedDict()  # and when

    def __len__(self) -> int:
        return len(self._spent)

    def spend(self, code: str, *, now: float) -> bytes | None:
        """Note a code before it is sent.

        Args:
            code: The code.
            now: Seconds of a clock that only goes forward.

        Returns:
            What `forget` takes, or None if the code was spent before.
        """
        digest = hashlib.sha256(code.encode("utf-8", "surrogatepass")).digest()
        if digest in self._spent:
            return None
        self._drop_old(now)
        self._spent[digest] = now
        return digest

    def forget(self, digest: bytes) -> None:
        """Take a code back that never left, or was refused before it was looked at."""
        self._spent.pop(digest, None)

    def _drop_old(self, now: float) -> None:
        while self._spent:
            oldest = next(iter(self._spent))
            if len(self._spent) < MOST and now - self._spent[oldest] <= KEPT:
                return
            self._spent.popitem(last=False)
