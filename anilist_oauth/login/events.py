"""Log when a login begins, finishes or fails.

Each record has the fields ``event`` and ``subject``, and may have ``reason``, ``milliseconds`` and ``attempt`` (the
number of times that the exchange was tried). None of them contains a secret.
"""

import logging
import time

from anilist_oauth.errors import AniListOAuthError, CallbackError
from anilist_oauth.redaction import clean
from anilist_oauth.storage.records import StoredToken

logger: logging.Logger = logging.getLogger("anilist_oauth")
logger.addHandler(logging.NullHandler())  # otherwise Python logs to stderr if the program does not configure logging


class FinishLog:
    """The log of one callback, from its arrival to its result.

    Attributes:
        subject: The subject of the login, or None if it is not known.
        attempt: The number of times that the exchange was tried.
    """

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self.subject: str | None = None
        self.attempt = 0

    def finished(self, stored: StoredToken) -> None:
        """Log a success."""
        if not logger.isEnabledFor(logging.INFO):
            return
        subject = clean(stored.subject)
        logger.info(
            "login finished: AniList user %d, subject %s",
            stored.user_id,
            subject,
            extra=self._fields("login_finished", subject) | {"user_id": stored.user_id},
        )

    def failed(self, error: BaseException) -> None:
        """Log a failure, at the level INFO if a visitor can cause it, and otherwise WARNING."""
        subject, reason = _shown(self.subject), _reason(error)
        level = logging.INFO if isinstance(error, CallbackError) else logging.WARNING
        fields = self._fields("login_failed", subject) | {"reason": reason}
        logger.log(level, "login failed: %s, subject %s", reason, subject, extra=fields)

    def unsettled(self, error: AniListOAuthError) -> None:
        """Log that the outcome of a failed login could not be stored, so waiting calls may not end at once."""
        subject, reason = _shown(self.subject), _reason(error)
        fields = self._fields("login_unsettled", subject) | {"reason": reason}
        logger.warning("a failed login could not be settled: %s, subject %s", reason, subject, extra=fields)

    def _fields(self, event: str, subject: str | None) -> dict[str, object]:
        milliseconds = round((time.perf_counter() - self._began) * 1000, 1)
        return {"event": event, "subject": subject, "milliseconds": milliseconds, "attempt": self.attempt}


def begun(subject: str | None) -> None:
    """Log that a login was begun."""
    if not logger.isEnabledFor(logging.INFO):
        return
    shown = _shown(subject)
    logger.info("login begun: subject %s", shown, extra={"event": "login_begun", "subject": shown})


def called_off(subject: str | None, *, reason: str) -> None:
    """Log that a login was canceled, or expired while a call was waiting for it."""
    shown = _shown(subject)
    fields = {"event": "login_failed", "subject": shown, "reason": reason}
    logger.info("login failed: %s, subject %s", reason, shown, extra=fields)


def _shown(subject: str | None) -> str | None:
    return None if subject is None else clean(str(subject))


def _reason(error: BaseException) -> str:
    reason = getattr(error, "reason", None)
    name = type(error).__name__
    return f"{name} ({reason})" if isinstance(reason, str) else name
