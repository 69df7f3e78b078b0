"""Check the arguments of a store's methods, so that a wrong type raises our error at once and not a driver's error."""

from datetime import timedelta
from typing import Any

from anilist_oauth.arguments import expect
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.records import StoredToken

_NEEDED: dict[str, tuple[Any, str]] = {
    "key": (str, "key: the SHA-256 hex of a state is needed"),
    "claim": (str, "claim: a string is needed"),
    "code": (str, "code: the digest of a code is needed"),
    "outcome": (Outcome, "outcome: an Outcome is needed"),
    "timeout": (int | float, "timeout: a number of seconds is needed"),
    "subject": (str, "subject: a string is needed"),
    "client_id": (str, "client_id: a string is needed"),
    "stored": (StoredToken, "stored: a StoredToken is needed"),
    "was": (StoredToken, "was: a StoredToken is needed"),
    "over": (str | None, "over: the token_id of a StoredToken is needed, or None"),
    "within": (timedelta | None, "within: a timedelta is needed, or None"),
    "only": (str | None, "client_id: a string is needed, or None"),
}


def check(**arguments: object) -> None:
    """Raise `ConfigurationError` if an argument of a store's method has the wrong type.

    Args:
        arguments: The arguments by their names. ``only`` stands for a `client_id` that may be None.
    """
    for name, value in arguments.items():
        kind, needed = _NEEDED[name]
        if not isinstance(value, kind):  # each call of a store asks this
            expect(value, kind, needed)
