"""The codes a session has sent: each is sent once, since nobody can tell what a second time would do."""

import math
from collections import OrderedDict

KEPT = 15 * 60.0  # seconds; a code lives for 10 minutes
MOST = 100_000  # digests; 14 MB


class SpentCodes:
    """Digests of codes, kept for 15 minutes from when they were spent.

    At most 100,000 are kept: whoever logs in over a hundred users a second keeps each for a shorter time. A digest is
    Python's own keyed 64-bit hash, which never leaves this process: a fresh code meets one of 100,000 others in one of
    10**14 logins, and is then refused, not sent.
    """

    __slots__ = ("_oldest", "_spent")

    def __init__(self) -> None:
        self._spent: OrderedDict[int, float] = OrderedDict()
        self._oldest = -math.inf  # when the oldest was spent, or before

    def __len__(self) -> int:
        return len(self._spent)

    def spend(self, code: str, *, now: float) -> int | None:
        """Note a code before it is sent.

        Args:
            code: The code.
            now: Seconds of a clock that only goes forward.

        Returns:
            What `forget` takes, or None if the code was spent before.
        """
        digest = hash(code)
        if digest in self._spent:
            return None
        self._spent[digest] = now
        if now - self._oldest > KEPT or len(self._spent) > MOST:
            self._let_go(now)
        return digest

    def forget(self, digest: int) -> None:
        """Take a code back that never left, or was refused before it was looked at."""
        self._spent.pop(digest, None)

    def _let_go(self, now: float) -> None:
        while len(self._spent) > MOST or now - (oldest := next(iter(self._spent.values()))) > KEPT:
            self._spent.popitem(last=False)
        self._oldest = oldest
