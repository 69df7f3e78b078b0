"""The errors with which this package ends a login."""

from anilist_oauth.errors import (
    AniListOAuthError,
    ConfigurationError,
    ConnectionFailedError,
    LoginTimeoutError,
    LoginTimeoutReason,
    OutcomeUnknownError,
    RateLimitedError,
    StateMismatchError,
)

_CALLED_OFF: dict[str, str] = {
    "cancelled": "the login was canceled; start a new one",
    "timeout": "nobody finished the login in time; start a new one",
    "refused": "the person who opened the link said it is not their login; send a new link to the right person only",
}


def called_off_error(reason: LoginTimeoutReason) -> LoginTimeoutError:
    """Return the error of a login that is canceled. Raises `ConfigurationError` for an unknown reason."""
    if not isinstance(reason, str) or reason not in _CALLED_OFF:
        raise ConfigurationError(f"reason: one of {', '.join(_CALLED_OFF)} is needed")
    return LoginTimeoutError(_CALLED_OFF[reason], reason=reason)


def unknown_error() -> StateMismatchError:
    """Return the error of a callback whose login is unknown."""
    return StateMismatchError(
        "no login with this state is known; start a new one. If this happens often, the usual cause is a restart or "
        "several workers. Logins in memory are only known to one process, so pass a shared store to LoginFlow",
        reason="unknown",
    )


def taker_died_error() -> OutcomeUnknownError:
    """Return the error of a login that was taken, and whose process did not store an outcome."""
    return OutcomeUnknownError("the process that finished this login stopped before it was done; start a new login")


def interrupted_error() -> OutcomeUnknownError:
    """Return the error of a login that was interrupted while it was finished."""
    return OutcomeUnknownError("the login was interrupted after its code may have been sent; start a new login")


def superseded_error() -> OutcomeUnknownError:
    """Return the error of a login whose token is older than the stored one."""
    return OutcomeUnknownError(
        "a newer login of this subject was finished meanwhile, and its token is kept; start a new login if that was "
        "not intended"
    )


def as_final(error: BaseException) -> AniListOAuthError:
    """Return the error that ends a taken login. It is not retryable, because repeating the call no longer helps."""
    if isinstance(error, TimeoutError) and not isinstance(error, AniListOAuthError):
        return OutcomeUnknownError("the login took too long after its code may have been sent; start a new login")
    if isinstance(error, ConnectionFailedError):
        tried = str(error).partition(";")[0]  # the rest of the transport's message says to repeat the call
        return ConnectionFailedError(
            f"{tried}; this was tried for ten seconds without sending the code, so the login is over; start a new one",
            retryable=False,
        )
    if isinstance(error, RateLimitedError):
        wait = f"in {error.retry_after:.0f} seconds" if error.retry_after else "later"
        return RateLimitedError(
            f"AniList does not accept more logins at the moment, and this one is over; start a new one {wait}",
            retry_after=error.retry_after,
            retryable=False,
        )
    if not isinstance(error, AniListOAuthError):
        return interrupted_error()
    if hasattr(error, "retryable"):
        error.retryable = False
    return error
