"""Why a login failed, as one word of a fixed list: all that an address, and so a page, says about it."""

import logging
from typing import NamedTuple

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
    RateLimitedError,
    ServiceError,
    SessionStateError,
    StateMismatchError,
    StorageError,
    TokenMismatchError,
)


class ReturnToError(ConfigurationError):
    """The request asks to be sent on to a place that is not the application's."""


class Failure(NamedTuple):
    """What a page says: the heading, what happened, and what to do; where there are several causes, what for each."""

    heading: str
    happened: str
    advice: str
    causes: tuple[tuple[str, str], ...] = ()
    status: int = 400


FAILURES = {
    "denied": Failure(
        "AniList was not connected",
        "You chose Deny on AniList's page. Nothing was changed.",
        "If that was a slip, start again and choose Approve.",
    ),
    "cookie": Failure(
        "This browser did not begin this login",
        "The cookie that would show it is missing. One of these is the cause:",
        "Nothing was lost.",
        (
            ("Cookies are off", "Allow them for this site."),
            ("It was begun in another browser, or in a private window", "Finish it there."),
            ("It was begun at another name of this site, such as localhost instead of 127.0.0.1", "Start again here."),
        ),
    ),
    "expired": Failure(
        "This login took too long",
        "It was not finished in time, and is over now.",
        "Start again; AniList will remember you.",
    ),
    "used": Failure(
        "This login is over already",
        "It was finished, or called off, before. A login can be finished once.",
        "If you are not logged in, start again.",
    ),
    "unknown": Failure(
        "This login is not known here",
        "It may be too old, or the site was restarted meanwhile.",
        "Start again.",
    ),
    "invalid": Failure(
        "This address is damaged",
        "Something is missing from the address that AniList sent you back to, or is in it twice.",
        "Start again, and let AniList bring you back by itself.",
    ),
    "refused": Failure(
        "AniList refused this login",
        "It did not accept what came back from its own page. That can be an old page, opened again.",
        "Start again.",
    ),
    "account": Failure(
        "That is another AniList account",
        "This login was begun for one AniList account, and approved with another.",
        "Sign in on AniList as the right one, then start again.",
    ),
    "busy": Failure(
        "Too many logins at once",
        "AniList takes only so many requests a minute, and this site has used them up.",
        "Wait a minute, then start again.",
        status=503,
    ),
    "unavailable": Failure(
        "AniList does not answer",
        "AniList, or the way to it, is down. Nothing is wrong with your account.",
        "Start again in a few minutes.",
        status=503,
    ),
    "store": Failure(
        "This site could not keep the login",
        "Its store of logins does not answer. Nothing is wrong with your account.",
        "Start again in a minute.",
        status=503,
    ),
    "setup": Failure(
        "This site is not set up for AniList",
        "Something in its settings is wrong. Nothing is wrong with your account.",
        "Tell the people who run it: their log says what it is.",
        status=503,
    ),
    "return_to": Failure(
        "This link leads elsewhere",
        "It asks to send you on, after the login, to a place that is not this site's. That was refused, and no login "
        "was begun.",
        "You can log in without it.",
    ),
}

_MISMATCHES = {"binding": "cookie", "expired": "expired", "used": "used", "unknown": "unknown", "missing": "invalid"}
_CLASSES: tuple[tuple[type[AniListOAuthError], str], ...] = (  # the first that fits
    (ReturnToError, "return_to"),
    (AccessDeniedError, "denied"),
    (InvalidCallbackError, "invalid"),
    (AuthorizationError, "refused"),
    (InvalidClientError, "setup"),
    (ExchangeError, "refused"),
    (GraphQLError, "refused"),
    (ConfigurationError, "setup"),
    (SessionStateError, "setup"),
    (TokenMismatchError, "account"),
    (RateLimitedError, "busy"),
    (ServiceError, "unavailable"),
    (StorageError, "store"),
)
_OWN = frozenset({"setup", "store"})  # what only the people who run the site can mend

logger = logging.getLogger("anilist_oauth")


def reason_of(error: AniListOAuthError) -> str:
    """Give the word for an error."""
    if isinstance(error, StateMismatchError):
        return _MISMATCHES[error.reason]
    return next((reason for kind, reason in _CLASSES if isinstance(error, kind)), "unknown")


def ends_login(error: AniListOAuthError) -> bool:
    """Tell whether the login is over; if not, the right browser can still finish it."""
    if isinstance(error, CallbackError):
        return isinstance(error, AccessDeniedError | AuthorizationError) and error.verified
    return not isinstance(error, ConfigurationError | SessionStateError) and not getattr(error, "retryable", False)


def note(error: AniListOAuthError, reason: str) -> None:
    """Tell the log; a page tells the reason alone."""
    logger.log(logging.ERROR if reason in _OWN else logging.INFO, "login failed (%s): %s", reason, error)
