"""Why a login at a web application failed, as one word: all that an address, and so a page, says about it."""

import logging
from typing import Literal

from anilist_oauth.errors import AniListOAuthError, ConfigurationError, LoginRequiredError
from anilist_oauth.login.failure_reason import FAILURE_REASONS, FailureReason, ends_login, failure_reason

__all__ = [
    "REASONS",
    "ReturnToError",
    "SignedOutError",
    "WebFailureReason",
    "ends_login",
    "note",
    "reason_of",
    "status_of",
]

WebFailureReason = FailureReason | Literal["return_to", "sign_in", "session"]
"""Also: a foreign `return_to`, nobody signed in at the site, and a session of the site that does not last."""

REASONS: tuple[WebFailureReason, ...] = (*FAILURE_REASONS, "return_to", "sign_in", "session")

_STATUS = {"busy": 503, "unavailable": 503, "store": 503, "setup": 503, "failed": 500, "sign_in": 401}
_OWN = frozenset({"setup", "store", "failed"})  # what only the people who run the site can fix

logger: logging.Logger = logging.getLogger("anilist_oauth")


class ReturnToError(ConfigurationError):
    """The request asks to be sent on to a place that is not the application's."""


class SignedOutError(LoginRequiredError):
    """Nobody is signed in at the site, so that there is nobody to link an AniList account to."""


def reason_of(error: AniListOAuthError) -> WebFailureReason:
    """Give the word for an error."""
    if isinstance(error, SignedOutError):
        return "sign_in"
    return "return_to" if isinstance(error, ReturnToError) else failure_reason(error)


def status_of(reason: str) -> int:
    """Give the HTTP status of the page for a reason."""
    return _STATUS.get(reason, 400)


def note(error: AniListOAuthError, reason: str) -> None:
    """Tell the log; a page tells the reason alone."""
    logger.log(logging.ERROR if reason in _OWN else logging.INFO, "login failed (%s): %s", reason, error)
