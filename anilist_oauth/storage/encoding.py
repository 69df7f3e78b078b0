"""How a login and a token are written down, alike in every store that outlives the process.

Times are whole microseconds since 1970, UTC, so that what is read is exactly what was written.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from anilist_oauth.errors import StorageError
from anilist_oauth.redaction import MaskedText
from anilist_oauth.storage.records import PendingLogin, StoredToken, Taken
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.viewer import Viewer, known_user_id

Fields = dict[str, str | int | None]
UNREADABLE = (KeyError, TypeError, ValueError, OverflowError, RecursionError)  # what reading strange JSON may raise
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_microseconds(time: datetime) -> int:
    """Give a time as whole microseconds since 1970."""
    return (time - _EPOCH) // timedelta(microseconds=1)


def login_to_json(login: PendingLogin) -> str:
    """Write a begun login; who takes it is kept beside it."""
    record = attrs.asdict(login, filter=attrs.filters.exclude("taken"))
    return json.dumps(record | {"expires_at": to_microseconds(login.expires_at)})


def login_from_json(text: str, *, claim: str | None, code: str | None) -> PendingLogin:
    """Read what `login_to_json` wrote, with its taker; `StorageError` for anything else."""
    taken = None if claim is None or code is None else Taken(claim=claim, code=code)
    try:
        record = json.loads(text)
        return PendingLogin(**record | {"expires_at": _time(record["expires_at"]), "taken": taken})
    except UNREADABLE as error:
        raise StorageError("the store holds a login that this package did not write") from error


def token_to_fields(stored: StoredToken) -> Fields:
    """Write the record of a token as columns; a flag is 0 or 1."""
    return {
        "client_id": stored.client_id,
        "subject": stored.subject,
        "access_token": MaskedText(stored.token.access_token),  # aiosqlite logs what it writes
        "token_id": stored.token_id,
        "expires_at": _optional_microseconds(stored.token.expires_at),
        "user_id": stored.user_id,
        "viewer": None if stored.viewer is None else json.dumps(attrs.asdict(stored.viewer)),
        "issued_at": _optional_microseconds(stored.issued_at),
        "stored_at": to_microseconds(stored.stored_at),
        "needs_login": int(stored.needs_login),
        "refused_at": _optional_microseconds(stored.refused_at),
        "told_expiring": int(stored.told_expiring),
        "told_invalid": int(stored.told_invalid),
    }


def token_from_fields(fields: Mapping[str, Any]) -> StoredToken:
    """Read what `token_to_fields` wrote, numbers as numbers or text, None as None or absent.

    Raises:
        StorageError: It is something else; what it is, is not told, since a token may be in it.
    """
    failure = StorageError("the store holds a token's record that this package did not write")
    try:
        viewer = None if fields.get("viewer") is None else Viewer(**json.loads(fields["viewer"]))
        return StoredToken(
            client_id=fields["client_id"],
            subject=fields["subject"],
            token=Token(access_token=fields["access_token"], expires_at=_optional_time(fields.get("expires_at"))),
            token_id=fields["token_id"],
            viewer=viewer,
            user_id=known_user_id(viewer) if fields.get("user_id") is None else int(fields["user_id"]),
            issued_at=_optional_time(fields.get("issued_at")),
            stored_at=_time(fields["stored_at"]),
            needs_login=bool(int(fields["needs_login"])),
            refused_at=_optional_time(fields.get("refused_at")),
            told_expiring=bool(int(fields["told_expiring"])),
            told_invalid=bool(int(fields["told_invalid"])),
        )
    except UNREADABLE:
        pass
    raise failure


def _time(microseconds: int | str) -> datetime:
    return _EPOCH + timedelta(microseconds=int(microseconds))


def _optional_microseconds(time: datetime | None) -> int | None:
    return None if time is None else to_microseconds(time)


def _optional_time(microseconds: int | str | None) -> datetime | None:
    return None if microseconds is None else _time(microseconds)
