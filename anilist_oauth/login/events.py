"""Log records about logins: one when a login is begun, finished or failed, with fields for machines.

Each record has the fields ``event`` and ``subject``, and where they apply ``reason``, ``milliseconds`` and ``attempt``
(the number of exchange attempts). None of them ever holds a secret.
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
        subject: The subject of the login, as far as known.
        attempt: How many times the exchange was attempted.
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

    def failed(self, error: Exception) -> None:
        """Log a failure. It is a WARNING, or INFO if a visitor can cause it."""
        subject, reason = _shown(self.subject), _reason(error)
        level = logging.INFO if isinstance(error, CallbackError) else logging.WARNING
        fields = self._fields("login_failed", subject) | {"reason": reason}
        logger.log(level, "login failed: %s, subject %s", reason, subject, extra=fields)

    def unsettled(self, error: AniListOAuthError) -> None:
        """Log that the waiters of a failed login may not be told."""
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
    """Log that a login was called off, or expired while somebody was waiting for it."""
    shown = _shown(subject)
    fields = {"event": "login_failed", "subject": shown, "reason": reason}
    logger.info("login failed: %s, subject %s", reason, shown, extra=fields)


def _shown(subject: str | None) -> str | None:
    return None if subject is None else clean(str(subject))


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None)
    name = type(error).__name__
    return f"{name} ({reason})" if isinstance(reason, str) else name
