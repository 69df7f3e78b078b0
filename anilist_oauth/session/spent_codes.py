"""Record the codes that a session has sent. Each is sent only once, because sending it again has unknown effects."""

from collections import OrderedDict

from anilist_oauth.errors import InvalidCodeError

KEPT = 15 * 60.0  # seconds; a code is valid for 10 minutes
MOST = 100_000  # digests, which take about 20 MB


class SpentCodes:
    """Digests of codes, oldest first. Each is kept for 15 minutes, or less if there are over 100,000.

    A digest is Python's hash, which has 64 bits and a random key, and is only used in this process. SHA-256 would take
    4 % of an exchange. One of 10**14 new codes has the hash of another code. It is then refused, not sent.
    """

    __slots__ = ("_spent",)

    def __init__(self) -> None:
        self._spent: OrderedDict[int, float] = OrderedDict()  # the digest of each code, and when it was sent

    def __len__(self) -> int:
        return len(self._spent)

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
        if digest in self._spent:
            raise InvalidCodeError(
                "this code was sent before and is not sent again; start a new login (LoginFlow.finish returns the same "
                "result for a callback that arrives twice)",
                reason="sent",
            )
        while self._spent and (len(self._spent) >= MOST or now - next(iter(self._spent.values())) > KEPT):
            self._spent.popitem(last=False)
        self._spent[digest] = now
        return digest

    def forget(self, digest: int) -> None:
        """Forget a code that was never sent, or was refused before it was processed."""
        self._spent.pop(digest, None)
