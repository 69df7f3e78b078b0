"""Each error has a reason."""

import pytest

from anilist_oauth import errors
from anilist_oauth.errors import AniListOAuthError
from anilist_oauth.login.failure_reason import FAILURE_REASONS, FailureReason, ends_login, failure_reason

ERRORS: list[tuple[AniListOAuthError, FailureReason, bool]] = [
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
    (errors.TokenMismatchError("", reason="other_application"), "application", True),
    (errors.LoginTimeoutError("", reason="expired"), "expired", True),
    (errors.LoginTimeoutError("", reason="cancelled"), "used", True),
    (errors.AniListOAuthError(""), "failed", True),
    (errors.LoginRequiredError("", subject="a"), "unknown", True),
]


@pytest.mark.parametrize(
    ("error", "reason", "over"), ERRORS, ids=[f"{type(row[0]).__name__}-{row[1]}" for row in ERRORS]
)
def test_each_error_has_its_reason(error: AniListOAuthError, reason: FailureReason, *, over: bool) -> None:
    """The reason is in the list, and it is known whether the login has ended."""
    assert failure_reason(error) == reason
    assert ends_login(error) is over


def test_every_reason_can_occur() -> None:
    """There is an error for each reason."""
    assert {reason for _, reason, _ in ERRORS} == set(FAILURE_REASONS)
