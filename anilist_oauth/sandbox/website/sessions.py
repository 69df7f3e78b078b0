"""The sessions of the sandbox's website: who is signed in, in which browser."""

import secrets

import attrs

from anilist_oauth.sandbox.messages import Answer, ReceivedRequest
from anilist_oauth.sandbox.oauth.grants import Question
from anilist_oauth.sandbox.people import User

COOKIE = "anilist_sandbox_session"
_OPEN_QUESTIONS = 20  # a browser's tabs


def _random() -> str:
    return secrets.token_urlsafe(24)


@attrs.define(kw_only=True)
class Session:
    """One browser's session.

    Attributes:
        user: The signed-in user.
        form_token: The token that each of its forms must contain, so that another site cannot submit one.
    """

    user: User
    form_token: str = attrs.field(factory=_random, repr=False)
    _questions: dict[str, Question] = attrs.field(factory=dict, repr=False)

    def ask(self, question: Question) -> str:
        """Keep a question until it is answered. Return the key for the answer."""
        key = _random()
        self._questions[key] = question
        while len(self._questions) > _OPEN_QUESTIONS:
            del self._questions[next(iter(self._questions))]
        return key

    def answered(self, key: object) -> Question | None:
        """Remove and return a question, if it exists."""
        return self._questions.pop(key, None) if isinstance(key, str) else None


class Sessions:
    """All sessions, by the browser's cookie."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}

    def of(self, request: ReceivedRequest) -> Session | None:
        """Return the session of the browser that sent a request, or None."""
        return self._sessions.get(_cookie(request))

    def submitted(self, request: ReceivedRequest) -> Session | None:
        """Return the session that a submitted form belongs to, or None."""
        session, given = self.of(request), str(request.fields.get("_token"))
        is_its_own = session and secrets.compare_digest(given.encode(), session.form_token.encode())
        return session if is_its_own else None

    def sign_in(self, user: User, answer: Answer) -> Answer:
        """Add a new session to an answer."""
        key = _random()
        self._sessions[key] = Session(user=user)
        return answer.with_headers({"Set-Cookie": f"{COOKIE}={key}; Path=/; HttpOnly; SameSite=Lax"})

    def sign_out(self, request: ReceivedRequest) -> None:
        """End the session of the browser that sent a request."""
        self._sessions.pop(_cookie(request), None)


def _cookie(request: ReceivedRequest) -> str:
    """Read the session's cookie, ignoring those of other servers on this host, however odd they are."""
    pairs = (part.strip().partition("=") for part in request.headers.get("Cookie", "").split(";"))
    return next((value for name, _, value in pairs if name == COOKIE), "")
