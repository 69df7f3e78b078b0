"""What there is to watch and read in the sandbox, and the lists its users keep."""

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

import attrs

STATUSES = ("CURRENT", "PLANNING", "COMPLETED", "DROPPED", "PAUSED", "REPEATING")

_ANIME, _MANGA = 120, 40  # so that a list needs several pages, and several chunks of 50
_CHARACTERS = 60  # of each: three pages of 25
_EPISODES, _CHAPTERS = 12, 48


@attrs.frozen(kw_only=True)
class Media:
    """An anime or a manga; all are made up."""

    id: int
    type: str
    title: str

    @property
    def length(self) -> int:
        """Episodes, or chapters."""
        return _EPISODES if self.type == "ANIME" else _CHAPTERS

    @property
    def characters(self) -> list[tuple[int, str]]:
        """The id and the name of everybody in it."""
        return [(self.id * 100 + place, f"Character {place} of {self.title}") for place in range(1, _CHARACTERS + 1)]


@attrs.define(kw_only=True)
class Entry:
    """What a user has noted about one media."""

    id: int
    user_id: int
    media: Media
    status: str = "CURRENT"
    score: float = 0.0
    progress: int = 0
    repeat: int = 0
    priority: int = 0
    private: bool = False
    notes: str | None = None
    created_at: datetime
    updated_at: datetime


class Library:
    """All media, and every user's list, which begins with every media in it, under one status after the other."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        kinds = [("ANIME", number) for number in range(1, _ANIME + 1)]
        kinds += [("MANGA", number) for number in range(1, _MANGA + 1)]
        self.media: dict[int, Media] = {
            place: Media(id=place, type=kind, title=f"Made-up {kind.capitalize()} {number}")
            for place, (kind, number) in enumerate(kinds, start=1)
        }
        self._now = now
        self._ids = count(1)
        self._entries: dict[int, Entry] = {}
        self._begun: set[int] = set()

    def entries(self, user_id: int, *, kind: str | None = None) -> list[Entry]:
        """Give a user's entries, of one type of media where `kind` says so."""
        if user_id not in self._begun:
            self._begun.add(user_id)
            for media in self.media.values():
                self._add(user_id, media, status=STATUSES[media.id % len(STATUSES)])
        own = (entry for entry in self._entries.values() if entry.user_id == user_id)
        return [entry for entry in own if kind is None or entry.media.type == kind]

    def entry(self, entry_id: int | None) -> Entry | None:
        """Find an entry, whosever it is."""
        return self._entries.get(entry_id) if entry_id is not None else None

    def entry_of(self, user_id: int, media: Media) -> Entry | None:
        """Find a user's entry for a media."""
        return next((entry for entry in self.entries(user_id) if entry.media is media), None)

    def save(self, user_id: int, entry: Entry | None, media: Media, changes: dict[str, Any]) -> Entry:
        """Change an entry, or make one."""
        saved = entry or self._add(user_id, media)
        for name, value in changes.items():
            setattr(saved, name, value)
        saved.updated_at = self._now()
        return saved

    def delete(self, entry: Entry) -> None:
        """Forget an entry."""
        del self._entries[entry.id]

    def _add(self, user_id: int, media: Media, **fields: Any) -> Entry:
        now = self._now()
        entry = Entry(id=next(self._ids), user_id=user_id, media=media, created_at=now, updated_at=now, **fields)
        self._entries[entry.id] = entry
        return entry
