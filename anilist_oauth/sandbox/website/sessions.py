"""Who is signed in, in which browser."""

import secrets

import attrs

from anilist_oauth.sandbox.messages import Answer, ReceivedRequest
from anilist_oauth.sandbox.oauth.authorization import Question
from anilist_oauth.sandbox.people import User

COOKIE = "anilist_sandbox_session"
_OPEN_QUESTIONS = 20  # a browser's tabs


def _random() -> str:
    return secrets.token_urlsafe(24)


@attrs.define(kw_only=True)
class Session:
    """One browser's session.

    Attributes:
        user: Who is signed in.
        form_token: What each of its forms must carry, so that another site cannot submit one.
    """

    user: User
    form_token: str = attrs.field(factory=_random, repr=False)
    _questions: dict[str, Question] = attrs.field(factory=dict, repr=False)

    def ask(self, question: Question) -> str:
        """Keep a question until it is answered, and give the key of its answer."""
        key = _random()
        self._questions[key] = question
        while len(self._questions) > _OPEN_QUESTIONS:
            del self._questions[next(iter(self._questions))]
        return key

    def answered(self, key: object) -> Question | None:
        """Take a question out, if it is there."""
        return self._questions.pop(key, None) if isinstance(key, str) else None


class Sessions:
    """Every session, found by the browser's cookie."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}

    def of(self, request: ReceivedRequest) -> Session | None:
        """Find the session of the browser that sent a request."""
        return self._sessions.get(_cookie(request))

    def submitted(self, request: ReceivedRequest) -> Session | None:
        """Find the session whose own form this is."""
        session = self.of(request)
        given = request.fields.get("_token")
        if session is None or not isinstance(given, str):
            return None
        return session if secrets.compare_digest(given.encode(), session.form_token.encode()) else None

    def sign_in(self, user: User, answer: Answer) -> Answer:
        """Begin a session with an answer."""
        key = _random()
        self._sessions[key] = Session(user=user)
        return answer.with_headers({"Set-Cookie": f"{COOKIE}={key}; Path=/; HttpOnly; SameSite=Lax"})

    def sign_out(self, request: ReceivedRequest) -> None:
        """End the session of the browser that sent a request."""
        self._sessions.pop(_cookie(request), None)


def _cookie(request: ReceivedRequest) -> str:
    """Read the session's cookie; those of other servers on this host come along, however odd."""
    pairs = (part.strip().partition("=") for part in request.headers.get("Cookie", "").split(";"))
    return next((value for name, _, value in pairs if name == COOKIE), "")
