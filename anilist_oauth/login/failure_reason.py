"""The reason why a login failed, as one word from a fixed list. The pages choose their texts by this word.

Pages never show the error's message, because it may contain text from a stranger.
"""

from typing import Literal, get_args

from anilist_oauth.errors import (
    AccessDeniedError,
    AniListOAuthError,
    AuthorizationError,
    CallbackError,
    ConfigurationError,
    ExchangeError,
    GraphQLError,
    InvalidCallbackError,
    InvalidClientError,
    LoginRequiredError,
    LoginTimeoutError,
    RateLimitedError,
    ServiceError,
    SessionStateError,
    StateMismatchError,
    StorageError,
    TokenMismatchError,
)

FailureReason = Literal[
    "denied",  # the user declined
    "cookie",  # another browser or user began the login
    "expired",
    "used",  # already finished or canceled
    "unknown",
    "invalid",  # the callback is damaged
    "refused",  # AniList did not accept the login
    "account",  # another AniList account than the login was begun for
    "application",  # the token of another application
    "busy",  # AniList's rate limit
    "unavailable",  # AniList or the connection to it is down
    "store",
    "setup",  # the application is set up wrong
    "failed",  # anything else
]
FAILURE_REASONS: tuple[FailureReason, ...] = get_args(FailureReason)

_OF_STATE: dict[str, FailureReason] = {
    "binding": "cookie",
    "expired": "expired",
    "used": "used",
    "unknown": "unknown",
    "missing": "invalid",
}
_OF_CLASS: tuple[tuple[type[AniListOAuthError], FailureReason], ...] = (  # the first match counts
    (AccessDeniedError, "denied"),
    (InvalidCallbackError, "invalid"),
    (AuthorizationError, "refused"),
    (InvalidClientError, "setup"),
    (ExchangeError, "refused"),
    (GraphQLError, "refused"),
    (ConfigurationError, "setup"),
    (SessionStateError, "setup"),
    (RateLimitedError, "busy"),
    (ServiceError, "unavailable"),
    (StorageError, "store"),
    (LoginRequiredError, "unknown"),
)


def failure_reason(error: AniListOAuthError) -> FailureReason:
    """Return the word for an error."""
    if isinstance(error, StateMismatchError):
        return _OF_STATE.get(error.reason, "unknown")
    if isinstance(error, TokenMismatchError):
        return "account" if error.reason == "other_user" else "application"
    if isinstance(error, LoginTimeoutError):
        return "expired" if error.reason in {"expired", "timeout"} else "used"
    return next((reason for kind, reason in _OF_CLASS if isinstance(error, kind)), "failed")


def ends_login(error: AniListOAuthError) -> bool:
    """Return whether an error ends the login. Otherwise the right browser can still finish it."""
    if isinstance(error, CallbackError):
        return isinstance(error, AccessDeniedError | AuthorizationError) and error.verified
    return not isinstance(error, ConfigurationError | SessionStateError) and not getattr(error, "retryable", False)
