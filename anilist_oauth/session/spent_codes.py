"""The codes a session has sent. Each is sent only once, because the effect of a second time is unknown."""

from collections import OrderedDict

KEPT = 15 * 60.0  # seconds; a code lives for 10 minutes
MOST = 100_000  # digests; about 20 MB


class SpentCodes:
    """Digests of codes, oldest first. Each is kept for 15 minutes, and at most the latest 100,000.

    With more than 100 logins per second, each is kept for a shorter time. A digest is Python's own hash: 64 bits, with
    a key of this process, which it never leaves. SHA-256 would cost 4 % of an exchange. Of 10**14 fresh codes, one has
    the hash of another code. It is then refused, not sent.
    """

    __slots__ = ("_spent",)

    def __init__(self) -> None:
        self._spent: OrderedDict[int, float] = OrderedDict()  # the digest of each code, and when it was sent

    def __len__(self) -> int:
        return len(self._spent)

    def spend(self, code: str, *, now: float) -> int | None:
        """Record a code before it is sent.

        Args:
            code: The code.
            now: Seconds on a clock that never goes back.

        Returns:
            The argument for `forget`, or None if the code was recorded before.
        """
        digest = hash(code)
        if digest in self._spent:
            return None
        while self._spent and (len(self._spent) >= MOST or now - next(iter(self._spent.values())) > KEPT):
            self._spent.popitem(last=False)
        self._spent[digest] = now
        return digest

    def forget(self, digest: int) -> None:
        """Forget a code that was never sent, or was refused before it was processed."""
        self._spent.pop(digest, None)
