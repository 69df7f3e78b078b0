"""From an error to a word, and what is said about it."""

import logging
from typing import Any

import pytest

from anilist_oauth import errors
from anilist_oauth.errors import AniListOAuthError
from anilist_oauth.web.failures import FAILURES, ReturnToError, ends_login, note, reason_of

ERRORS: list[tuple[AniListOAuthError, str, bool]] = [
    (errors.AccessDeniedError("", verified=True), "denied", True),
    (errors.AccessDeniedError("", verified=False), "denied", False),
    (errors.AuthorizationError("", error="server_error", verified=True), "refused", True),
    (errors.AuthorizationError("", error="invalid_scope", verified=False), "refused", False),
    (errors.InvalidCallbackError(""), "invalid", False),
    (errors.StateMismatchError("", reason="missing"), "invalid", False),
    (errors.StateMismatchError("", reason="unknown"), "unknown", False),
    (errors.StateMismatchError("", reason="expired"), "expired", False),
    (errors.StateMismatchError("", reason="used"), "used", False),
    (errors.StateMismatchError("", reason="binding"), "cookie", False),
    (errors.InvalidClientError(""), "setup", True),
    (errors.InvalidCodeError("", reason="used"), "refused", True),
    (errors.ExchangeError(""), "refused", True),
    (errors.ConfigurationError(""), "setup", False),
    (errors.SessionStateError(""), "setup", False),
    (errors.TokenMismatchError("", reason="other_user"), "account", True),
    (errors.RateLimitedError("", retryable=True), "busy", False),
    (errors.RateLimitedError("", retryable=False), "busy", True),
    (errors.OutcomeUnknownError(""), "unavailable", True),
    (errors.ServiceUnavailableError(""), "unavailable", True),
    (errors.InvalidTokenError("", errors=[], status=400), "refused", True),
    (errors.StorageError("", retryable=True), "store", False),
    (errors.StorageError(""), "store", True),
    (errors.SealError(""), "store", True),
    (errors.LoginRequiredError("", subject="a"), "unknown", True),
    (ReturnToError(""), "return_to", False),
]


@pytest.mark.parametrize(
    ("error", "reason", "over"), ERRORS, ids=[f"{type(row[0]).__name__}-{row[1]}" for row in ERRORS]
)
def test_each_error_has_its_word(error: AniListOAuthError, reason: str, *, over: bool) -> None:
    """A word of the list, and whether the login is over with it or can still be finished."""
    assert reason_of(error) == reason
    assert ends_login(error) is over


def test_every_word_has_its_texts() -> None:
    """Each reason that can occur is explained, and no other."""
    assert set(FAILURES) == {reason for _, reason, _ in ERRORS}


def test_a_missing_cookie_has_three_causes() -> None:
    """Cookies off, another browser, another name of the host."""
    off, browser, host = FAILURES["cookie"].causes
    assert "Cookies are off" in off[0]
    assert "another browser" in browser[0]
    assert "localhost instead of 127.0.0.1" in host[0]


def test_the_log_is_told(caplog: Any) -> None:
    """What the site's people can mend is an error there, the rest is for information."""
    with caplog.at_level(logging.INFO, logger="anilist_oauth"):
        note(errors.InvalidClientError("look at the secret"), "setup")
        note(errors.AccessDeniedError("they declined", verified=True), "denied")
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("ERROR", "login failed (setup): look at the secret"),
        ("INFO", "login failed (denied): they declined"),
    ]
