"""Check the arguments of a store's calls, so that a wrong type is not a driver's error, or found too late."""

from datetime import timedelta

from anilist_oauth.arguments import expect
from anilist_oauth.storage.outcome import Outcome
from anilist_oauth.storage.records import StoredToken


def check_key(key: object) -> None:
    """Raise `ConfigurationError` unless this can be a login's key."""
    expect(key, str, "key: the SHA-256 hex of a state is needed")


def check_take(key: object, claim: object, code: object) -> None:
    """Raise `ConfigurationError` unless these are the arguments of a take."""
    check_key(key)
    expect(claim, str, "claim: a string is needed")
    expect(code, str, "code: the digest of a code is needed")


def check_settle(key: object, outcome: object) -> None:
    """Raise `ConfigurationError` unless these are the arguments of `LoginStore.settle`."""
    check_key(key)
    expect(outcome, Outcome, "outcome: an Outcome is needed")


def check_wait(key: object, timeout: object) -> None:
    """Raise `ConfigurationError` unless these are the arguments of `LoginStore.settled`."""
    check_key(key)
    expect(timeout, int | float, "timeout: a number of seconds is needed")


def check_owner(subject: object, client_id: object) -> None:
    """Raise `ConfigurationError` unless these say whose token is meant."""
    expect(subject, str, "subject: a string is needed")
    expect(client_id, str, "client_id: a string is needed")


def check_put(stored: object, over: object) -> None:
    """Raise `ConfigurationError` unless these are the arguments of `TokenStore.put`."""
    expect(stored, StoredToken, "stored: a StoredToken is needed")
    expect(over, str | None, "over: the token_id of a StoredToken is needed, or None")


def check_update(stored: object, was: object) -> None:
    """Raise `ConfigurationError` unless these are the arguments of `UpdatingTokenStore.update`."""
    expect(stored, StoredToken, "stored: a StoredToken is needed")
    expect(was, StoredToken, "was: a StoredToken is needed")


def check_expiring(within: object, client_id: object) -> None:
    """Raise `ConfigurationError` unless these are the arguments of `TokenStore.expiring`."""
    expect(within, timedelta | None, "within: a timedelta is needed, or None")
    expect(client_id, str | None, "client_id: a string is needed, or None")
