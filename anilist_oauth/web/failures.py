"""The reason why a login failed in a web application, as one word. Addresses and pages reveal nothing more."""

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
"""Three more reasons: ``return_to`` leads to another site (``return_to``), nobody is signed in at the site
(``sign_in``), or the site's session does not last (``session``)."""

REASONS: tuple[WebFailureReason, ...] = (*FAILURE_REASONS, "return_to", "sign_in", "session")

_STATUS = {"busy": 503, "unavailable": 503, "store": 503, "setup": 503, "failed": 500, "sign_in": 401}
_OWN = frozenset({"setup", "store", "failed"})  # logged as errors, because only the site's operators can fix them

logger: logging.Logger = logging.getLogger("anilist_oauth")


class ReturnToError(ConfigurationError):
    """``return_to`` in the request is not an address of the application."""


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
    """Log an error, because the page only shows the reason. The login may not have begun, or there may be none."""
    level, fields = logging.ERROR if reason in _OWN else logging.INFO, {"event": "failure_page", "reason": reason}
    logger.log(level, "failure page (%s): %s", reason, error, extra=fields)
