"""Convert logins and tokens to the form in which all persistent stores keep them, and back.

Times are whole microseconds since 1970, UTC, so that reading a value returns exactly what was written.
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
from anilist_oauth.tokens.claims import peek_claims
from anilist_oauth.tokens.viewer import Viewer, known_user_id

Fields = dict[str, str | int | None]
UNREADABLE = (KeyError, TypeError, ValueError, OverflowError, RecursionError)  # raised if a record has another form
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LOGIN = tuple(field.name for field in attrs.fields(PendingLogin) if field.name != "taken")  # kept separately
_VIEWER = tuple(field.name for field in attrs.fields(Viewer))


def to_microseconds(time: datetime) -> int:
    """Return a time as whole microseconds since 1970."""
    return (time - _EPOCH) // _MICROSECOND


def due_before(within: timedelta, *, now: datetime) -> datetime:
    """Return the time before which a token must expire to expire within this duration.

    The result is limited to the years that `datetime` can represent.
    """
    try:
        return now + within
    except OverflowError:
        year = 9999 if within > timedelta() else 1
        return datetime(year, 12, 31, tzinfo=UTC)


def issued_at_of(access_token: str) -> int | None:
    """Return the time at which AniList issued a token, in microseconds since 1970, or None if the token has none."""
    claims = peek_claims(access_token)
    return _optional_microseconds(claims.issued_at) if claims else None


def marks_to_fields(stored: StoredToken) -> dict[str, int]:
    """Return `StoredToken.marks` as numbers by column name. ``known`` is 1 if there is a viewer."""
    return dict(zip(("needs_login", "told_expiring", "told_invalid", "known"), map(int, stored.marks), strict=True))


def login_to_json(login: PendingLogin) -> str:
    """Encode a pending login as JSON, except for `PendingLogin.taken`, which is stored separately."""
    record = {name: getattr(login, name) for name in _LOGIN}
    return json.dumps(record | {"expires_at": to_microseconds(login.expires_at)})


def login_from_json(text: str, *, claim: str | None, code: str | None) -> PendingLogin:
    """Decode the result of `login_to_json` and add `PendingLogin.taken`. Raises `StorageError` for anything else."""
    taken = None if claim is None or code is None else Taken(claim=claim, code=code)
    try:
        record = json.loads(text)
        return PendingLogin(**record | {"expires_at": _time(record["expires_at"]), "taken": taken})
    except UNREADABLE as error:
        raise StorageError("the store holds a login that this package did not write; start a new login") from error


def token_to_fields(stored: StoredToken) -> Fields:
    """Return the columns of a token's record. Flags are 0 or 1."""
    return {
        "client_id": stored.client_id,
        "subject": stored.subject,
        "access_token": MaskedText(stored.token.access_token),  # aiosqlite logs what it writes
        "token_id": stored.token_id,
        "expires_at": _optional_microseconds(stored.token.expires_at),
        "user_id": stored.user_id,
        "viewer": _viewer_to_json(stored.viewer),
        "issued_at": _optional_microseconds(stored.issued_at),
        "stored_at": to_microseconds(stored.stored_at),
        "needs_login": int(stored.needs_login),
        "refused_at": _optional_microseconds(stored.refused_at),
        "told_expiring": int(stored.told_expiring),
        "told_invalid": int(stored.told_invalid),
    }


def masked_token(fields: dict[str, Any]) -> dict[str, Any]:
    """Mask the token in the fields of a record, because crash reporters may show them."""
    if isinstance(fields.get("access_token"), str):
        fields["access_token"] = MaskedText(fields["access_token"])
    return fields


def token_from_fields(fields: Mapping[str, Any]) -> StoredToken:
    """Decode the result of `token_to_fields`. Numbers may be strings, and fields that are None may be missing.

    Raises:
        StorageError: The fields are not a token's record. The message does not show them, because they may contain a
            token.
    """
    failure = StorageError("the store holds a token's record that this package did not write")
    try:
        viewer = _viewer(json.loads(fields["viewer"]))
        return StoredToken(
            client_id=_text(fields["client_id"]),
            subject=_text(fields["subject"]),
            token=Token(access_token=fields["access_token"], expires_at=_optional_time(fields.get("expires_at"))),
            token_id=_text(fields["token_id"]),
            viewer=viewer,
            user_id=known_user_id(viewer) if fields.get("user_id") is None else int(fields["user_id"]),
            issued_at=_issued_at(fields),
            stored_at=_time(fields["stored_at"]),
            needs_login=bool(int(fields["needs_login"])),
            refused_at=_optional_time(fields.get("refused_at")),
            told_expiring=bool(int(fields["told_expiring"])),
            told_invalid=bool(int(fields["told_invalid"])),
        )
    except UNREADABLE:
        pass
    raise failure


def _viewer_to_json(viewer: Viewer | None) -> str:
    return "null" if viewer is None else json.dumps({name: getattr(viewer, name) for name in _VIEWER})


def _issued_at(fields: Mapping[str, Any]) -> datetime | None:
    """Return the time of issue. A program of version 0.1 does not store it, but a plain token contains it."""
    given = fields.get("issued_at")
    return _optional_time(issued_at_of(fields["access_token"]) if given is None else given)


def _viewer(data: dict[str, Any] | None) -> Viewer | None:
    return None if data is None else Viewer(**data)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _time(microseconds: int | str) -> datetime:
    return _EPOCH + timedelta(microseconds=int(microseconds))


def _optional_microseconds(time: datetime | None) -> int | None:
    return None if time is None else to_microseconds(time)


def _optional_time(microseconds: int | str | None) -> datetime | None:
    return None if microseconds is None else _time(microseconds)
