"""The errors that a login ends with, where it is this package that ends it."""

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
    "cancelled": "the login was called off; start a new one",
    "timeout": "nobody finished the login in the time it was given; start a new one",
    "refused": "whoever opened the link said that the login is not theirs; send a new link to the right person alone",
}


def called_off_error(reason: LoginTimeoutReason) -> LoginTimeoutError:
    """Make the error of a login that is called off; a `ConfigurationError` if that is no reason for it."""
    if reason not in _CALLED_OFF:
        raise ConfigurationError(f"reason: one of {', '.join(_CALLED_OFF)} is needed")
    return LoginTimeoutError(_CALLED_OFF[reason], reason=reason)


def unknown_error() -> StateMismatchError:
    """Make the error of a callback whose login is not known."""
    return StateMismatchError(
        "no login with this state is known here; start a new one. Where it happens often, several workers or a restart "
        "are the usual cause: logins kept in memory are seen by one process only, so give LoginFlow a shared store",
        reason="unknown",
    )


def taker_died_error() -> OutcomeUnknownError:
    """Make the error of a login that was taken and never settled."""
    return OutcomeUnknownError("the process that finished this login stopped in the middle of it; start a new login")


def interrupted_error() -> OutcomeUnknownError:
    """Make the error of a login whose finish was cut off."""
    return OutcomeUnknownError("the login was interrupted after its code may have been sent; start a new login")


def as_final(error: BaseException) -> AniListOAuthError:
    """Give the error that ends a taken login: the same call cannot help any more."""
    if isinstance(error, TimeoutError) and not isinstance(error, AniListOAuthError):
        return OutcomeUnknownError("the login took too long after its code may have been sent; start a new login")
    if isinstance(error, ConnectionFailedError):
        tried = str(error).partition(";")[0]  # what the transport says after it is about repeating the call
        return ConnectionFailedError(
            f"{tried}; it was tried for ten seconds, the code was not sent, and the login is over: start a new one",
            retryable=False,
        )
    if isinstance(error, RateLimitedError):
        wait = f"in {error.retry_after:.0f} seconds" if error.retry_after else "later"
        return RateLimitedError(
            f"AniList takes no more logins at present, and this one is over: start a new one {wait}",
            retry_after=error.retry_after,
            retryable=False,
        )
    if not isinstance(error, AniListOAuthError):
        return interrupted_error()
    if hasattr(error, "retryable"):
        error.retryable = False
    return error
