"""Why a login failed in a web application, as one word. Addresses and pages say nothing more about it."""

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
"""Also: a foreign `return_to`, nobody signed in at the site, and a site whose session does not last."""

REASONS: tuple[WebFailureReason, ...] = (*FAILURE_REASONS, "return_to", "sign_in", "session")

_STATUS = {"busy": 503, "unavailable": 503, "store": 503, "setup": 503, "failed": 500, "sign_in": 401}
_OWN = frozenset({"setup", "store", "failed"})  # only the people who run the site can fix these

logger: logging.Logger = logging.getLogger("anilist_oauth")


class ReturnToError(ConfigurationError):
    """The request asks for a redirect to a place outside of the application."""


class SignedOutError(LoginRequiredError):
    """Nobody is signed in at the site, so there is no user to link an AniList account to."""


def reason_of(error: AniListOAuthError) -> WebFailureReason:
    """Return the word for an error."""
    if isinstance(error, SignedOutError):
        return "sign_in"
    return "return_to" if isinstance(error, ReturnToError) else failure_reason(error)


def status_of(reason: str) -> int:
    """Return the HTTP status of the page for a reason."""
    return _STATUS.get(reason, 400)


def note(error: AniListOAuthError, reason: str) -> None:
    """Log the error. Pages only show the reason."""
    logger.log(logging.ERROR if reason in _OWN else logging.INFO, "login failed (%s): %s", reason, error)
