"""What each field of the schema answers, for one request."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

import attrs

from anilist_oauth.sandbox.graphql.media_lists import STATUSES, Entry, Library, Media
from anilist_oauth.sandbox.graphql.pagination import one_page, page_info, paging, told_of
from anilist_oauth.sandbox.people import People, User

Resolver = Callable[..., Any]
Fields = dict[str, Any]

_PAGE_LIMIT, _CONNECTION_LIMIT, _CHUNK_LIMIT = 50, 25, 500
_HIGHEST_SCORE = 100
_AVATARS = "https://s4.anilist.co/file/anilistcdn/user/avatar"


class AniListError(Exception):
    """An error that AniList puts into ``errors``.

    Attributes:
        status: The status in the body.
        http_status: The status of the answer, which may be another.
        extra: Further keys of the error, such as ``validation``.
    """

    def __init__(
        self, message: str, *, status: int, http_status: int | None = None, extra: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.http_status: int = status if http_status is None else http_status
        self.extra: dict[str, Any] = extra or {}


@attrs.frozen(kw_only=True)
class Root:
    """The fields of ``Query`` and ``Mutation``, as the user sees them whose token came along."""

    viewer: User | None
    people: People
    library: Library

    @property
    def fields(self) -> dict[str, Resolver]:
        """Each field's resolver, by its name in the schema."""
        return {
            "Viewer": self._viewer,
            "User": self._user,
            "Media": self._media,
            "MediaListCollection": self._collection,
            "Page": self._page,
            "SaveMediaListEntry": self._save,
            "DeleteMediaListEntry": self._delete,
        }

    def _viewer(self, _info: Any) -> Fields:
        return self._user_fields(self._signed_in())

    def _user(self, _info: Any, **wanted: Any) -> Fields:
        user = self._found_user(wanted.get("id"), wanted.get("name"))
        if user.private and user != self.viewer:
            raise _not_found()
        return self._user_fields(user)

    def _media(self, _info: Any, **wanted: Any) -> Fields:
        found = self._found_media(wanted)
        if not found:
            raise _not_found()
        return found[0]

    def _page(self, info: Any, **wanted: Any) -> Fields:
        lists: dict[str, Callable[[Fields], list[Fields]]] = {
            "users": self._found_users,
            "media": self._found_media,
            "mediaList": self._found_entries,
        }
        number, size = paging(wanted, _PAGE_LIMIT)
        field = told_of(info)
        rows = lists[field[0]](field[1]) if field else []
        page: Fields = {
            name: lambda _info, found=found, **wanted: one_page(found(wanted), number, size)
            for name, found in lists.items()
        }
        return page | {"pageInfo": page_info(len(rows), number, size)}

    def _collection(self, _info: Any, **wanted: Any) -> Fields:
        chunk, size = wanted.get("chunk") or 1, min(wanted.get("perChunk") or _CHUNK_LIMIT, _CHUNK_LIMIT)
        entries = self._entries_of(wanted)
        chosen = entries[(chunk - 1) * size : chunk * size]
        by_status = {status: [entry for entry in chosen if entry.status == status] for status in STATUSES}
        return {
            "lists": [
                {
                    "name": status.capitalize(),
                    "status": status,
                    "isCustomList": False,
                    "isSplitCompletedList": False,
                    "entries": [self._entry_fields(entry) for entry in group],
                }
                for status, group in by_status.items()
                if group
            ],
            "user": self._user_fields(self._found_user(wanted.get("userId"), wanted.get("userName"))),
            "hasNextChunk": len(entries) > chunk * size,
        }

    def _save(self, _info: Any, **changes: Any) -> Fields:
        viewer = self._signed_in()
        entry = self.library.entry(changes.pop("id", None))
        media = self.library.media.get(changes.pop("mediaId", 0)) or (entry.media if entry else None)
        if entry is not None and entry.user_id != viewer.id:
            raise _forbidden()
        complaints = _complaints(media, changes)
        if media is None or complaints:
            raise AniListError("validation", status=HTTPStatus.BAD_REQUEST, extra={"validation": complaints})
        entry = entry or self.library.entry_of(viewer.id, media)
        return self._entry_fields(self.library.save(viewer.id, entry, media, changes))

    def _delete(self, _info: Any, **wanted: Any) -> Fields:
        viewer = self._signed_in()
        entry = self.library.entry(wanted.get("id"))
        if entry is None:
            complaints = {"id": ["The selected id is invalid."]}
            raise AniListError("validation", status=HTTPStatus.BAD_REQUEST, extra={"validation": complaints})
        if entry.user_id != viewer.id:
            raise _forbidden()
        self.library.delete(entry)
        return {"deleted": True}

    def _signed_in(self) -> User:
        if self.viewer is None:
            raise AniListError("Unauthorized.", status=HTTPStatus.UNAUTHORIZED)
        return self.viewer

    def _found_user(self, user_id: int | None, name: str | None) -> User:
        for user in self.people:
            if user.id == user_id or (user_id is None and user.name == name):
                return user
        raise _not_found()

    def _found_users(self, wanted: Fields) -> list[Fields]:
        search = (wanted.get("name") or wanted.get("search") or "").casefold()
        seen = [user for user in self.people if not user.private or user == self.viewer]
        return [
            self._user_fields(user)
            for user in seen
            if search in user.name.casefold() and wanted.get("id") in {None, user.id}
        ]

    def _found_media(self, wanted: Fields) -> list[Fields]:
        search = (wanted.get("search") or "").casefold()
        return [
            self._media_fields(media)
            for media in self.library.media.values()
            if wanted.get("id") in {None, media.id}
            and (wanted.get("id_in") is None or media.id in wanted["id_in"])
            and wanted.get("type") in {None, media.type}
            and search in media.title.casefold()
        ]

    def _found_entries(self, wanted: Fields) -> list[Fields]:
        return [self._entry_fields(entry) for entry in self._entries_of(wanted)]

    def _entries_of(self, wanted: Fields) -> list[Entry]:
        user = self._found_user(wanted.get("userId"), wanted.get("userName"))  # the viewer is not inferred
        own = user == self.viewer
        if user.private and not own:
            raise AniListError("Private User", status=HTTPStatus.NOT_FOUND)
        allowed = wanted.get("status_in") or ([wanted["status"]] if wanted.get("status") else STATUSES)
        entries = self.library.entries(user.id, kind=wanted.get("type"))
        return [entry for entry in entries if entry.status in allowed and (own or not entry.private)]

    def _user_fields(self, user: User) -> Fields:
        return {
            "id": user.id,
            "name": user.name,
            "avatar": {"large": f"{_AVATARS}/large/default.png", "medium": f"{_AVATARS}/medium/default.png"},
            "siteUrl": user.site_url,
            "unreadNotificationCount": 0 if user == self.viewer else None,
            "mediaListOptions": {"scoreFormat": "POINT_100"},
        }

    def _media_fields(self, media: Media) -> Fields:
        return {
            "id": media.id,
            "type": media.type,
            "title": {"romaji": media.title, "english": media.title, "native": None, "userPreferred": media.title},
            "episodes": media.length if media.type == "ANIME" else None,
            "chapters": media.length if media.type == "MANGA" else None,
            "siteUrl": f"https://anilist.co/{media.type.lower()}/{media.id}",
            "characters": partial(_characters, media),
            "mediaListEntry": lambda _info: self._own_entry(media),
        }

    def _own_entry(self, media: Media) -> Fields | None:
        entry = self.library.entry_of(self.viewer.id, media) if self.viewer else None
        return self._entry_fields(entry) if entry else None

    def _entry_fields(self, entry: Entry) -> Fields:
        return attrs.asdict(entry, filter=attrs.filters.exclude("media"), recurse=False) | {
            "userId": entry.user_id,
            "mediaId": entry.media.id,
            "score": entry.score,
            "createdAt": int(entry.created_at.timestamp()),
            "updatedAt": int(entry.updated_at.timestamp()),
            "media": lambda _info: self._media_fields(entry.media),
            "user": lambda _info: self._user_fields(self._found_user(entry.user_id, None)),
        }


def _characters(media: Media, _info: Any, **wanted: Any) -> Fields:
    number, size = paging(wanted, _CONNECTION_LIMIT)
    cast = media.characters
    edges = [
        {"id": character, "role": "MAIN" if place < size else "SUPPORTING", "node": _character(character, name)}
        for place, (character, name) in enumerate(one_page(cast, number, size))
    ]
    return {
        "edges": edges,
        "nodes": [edge["node"] for edge in edges],
        "pageInfo": page_info(len(cast), number, size),
    }


def _character(character_id: int, name: str) -> Fields:
    return {"id": character_id, "name": {"full": name}}


def _complaints(media: Media | None, changes: Fields) -> dict[str, list[str]]:
    """Find what AniList's validation would complain about."""
    complaints = {} if media else {"mediaId": ["The selected media id is invalid."]}
    if (changes.get("score") or 0) > _HIGHEST_SCORE:
        complaints["score"] = [f"The score may not be greater than {_HIGHEST_SCORE}."]
    for name in ("score", "progress", "repeat"):
        if (changes.get(name) or 0) < 0:
            complaints[name] = [f"The {name} must be at least 0."]
    return complaints


def _not_found() -> AniListError:
    return AniListError("Not Found.", status=HTTPStatus.NOT_FOUND)


def _forbidden() -> AniListError:
    return AniListError("Forbidden", status=HTTPStatus.UNAUTHORIZED, http_status=HTTPStatus.OK)  # AniList says so
