"""Keys by the time at which they are due, so that sweeping costs no more than what is swept."""

import heapq

_SECOND = 1_000_000  # microseconds
_MOST = 64  # keys handed out at once: more than one login adds, and few enough to keep nobody waiting


class Schedule:
    """Keys in one list for each second; times are microseconds since 1970."""

    def __init__(self) -> None:
        self._keys: dict[int, list[str]] = {}
        self._seconds: list[int] = []  # a heap of the dict's keys

    def add(self, key: str, at: int) -> None:
        """Put a key down for a time."""
        second = at // _SECOND
        if second not in self._keys:
            heapq.heappush(self._seconds, second)
            self._keys[second] = []
        self._keys[second].append(key)

    def remove(self, key: str, at: int) -> None:
        """Strike a key off, if it is down for that time."""
        keys = self._keys.get(at // _SECOND, [])
        if key in keys:
            keys.remove(key)

    def due(self, now: int | None) -> list[str]:
        """Take out some keys of seconds that have begun, the earliest first; None is the end of time."""
        due: list[str] = []
        while self._seconds and (now is None or self._seconds[0] <= now // _SECOND):
            keys = self._keys[self._seconds[0]]
            room = _MOST - len(due)
            if room == 0:
                break
            due += keys[-room:]
            del keys[-room:]
            if not keys:
                del self._keys[heapq.heappop(self._seconds)]
        return due
