"""The requests of a person's browser: sign in, approve, deny, revoke, copy a pin."""

from collections.abc import Awaitable, Callable

from anilist_oauth.sandbox.messages import Answer, ReceivedRequest, json_answer, redirect, sent_back
from anilist_oauth.sandbox.oauth.authorization import Authorization, Question, SentBackError
from anilist_oauth.sandbox.oauth.clients import Clients
from anilist_oauth.sandbox.oauth.error_responses import RefusedError, ServerFaultError
from anilist_oauth.sandbox.oauth.grants import Grants
from anilist_oauth.sandbox.people import People
from anilist_oauth.sandbox.website.pages import (
    consent_page,
    error_page,
    index_page,
    login_page,
    pin_page,
    settings_page,
)
from anilist_oauth.sandbox.website.sessions import Session, Sessions

AUTHORIZE = "/api/v2/oauth/authorize"
PIN = "/api/v2/oauth/pin"
_LOGIN, _LOGOUT, _SETTINGS = "/login", "/logout", "/settings/apps"
_LOGIN_MARK = "apiVersion=v2"
_EXPIRED = 419  # Laravel's status for a form without its session
_MESSAGES = {404: "", 419: "CSRF token mismatch.", 429: "Too Many Attempts.", 500: "Server Error"}


class Visits:
    """Answers a browser like Laravel Passport and AniList's pages."""

    def __init__(self, *, authorization: Authorization, clients: Clients, grants: Grants, people: People) -> None:
        self._authorization = authorization
        self._clients = clients
        self._grants = grants
        self._people = people
        self._sessions = Sessions()
        self._routes: dict[tuple[str, str], Callable[[ReceivedRequest], Awaitable[Answer]]] = {
            ("GET", "/"): self._index,
            ("GET", AUTHORIZE): self._authorize,
            ("POST", AUTHORIZE): self._decide,
            ("DELETE", AUTHORIZE): self._decide,
            ("GET", PIN): self._pin,
            ("GET", _LOGIN): self._login,
            ("POST", _LOGIN): self._sign_in,
            ("POST", _LOGOUT): self._sign_out,
            ("GET", _SETTINGS): self._settings,
            ("POST", _SETTINGS): self._revoke,
        }

    async def answer(self, request: ReceivedRequest) -> Answer:
        """Answer a browser.

        Raises:
            RefusedError: The authorization endpoint's error, which the browser is shown.
        """
        route = self._routes.get(("GET" if request.method == "HEAD" else request.method, request.path))
        if route is not None:
            return await route(request)
        allowed = [method for method, path in self._routes if path == request.path]
        return not_allowed(request, allowed) if allowed else laravel_error(request, 404)

    async def _authorize(self, request: ReceivedRequest) -> Answer:
        session = self._sessions.of(request)
        if session is None:  # checked before the client
            if request.wants_json:
                return json_answer({"message": "Unauthenticated."}, status=401)
            return redirect(f"{_LOGIN}?{_LOGIN_MARK}&{request.query}")
        try:
            question = self._authorization.question(request)
        except SentBackError as error:
            return sent_back(error.location)
        if self._grants.approved(session.user, question.application.client_id):
            return sent_back(await self._authorization.approve(question, session.user))
        return self._ask(question, session, request.query)

    def _ask(self, question: Question, session: Session, query: str) -> Answer:
        return consent_page(
            question,
            session.user,
            key=session.ask(question),
            form_token=session.form_token,
            query=query,
            target=self._authorization.target(question),
        )

    async def _decide(self, request: ReceivedRequest) -> Answer:
        session = self._sessions.submitted(request)
        question = session.answered(request.fields.get("auth_token")) if session else None
        if session is None or question is None:
            return laravel_error(request, _EXPIRED)
        if "DELETE" in {request.method, request.fields.get("_method")}:
            return redirect(self._authorization.deny(question))
        return sent_back(await self._authorization.approve(question, session.user))

    async def _login(self, request: ReceivedRequest) -> Answer:
        return login_page(self._people, query=request.query, target=self._target(request))

    def _target(self, request: ReceivedRequest) -> str | None:
        """Return where an authorization request leads in the end. None if its error is shown here."""
        try:
            return self._authorization.target(self._authorization.question(request))
        except SentBackError as error:
            return error.location
        except (RefusedError, ServerFaultError):
            return None

    async def _sign_in(self, request: ReceivedRequest) -> Answer:
        user = self._people.named(str(request.fields.get("user")))
        if user is None:
            return redirect(_with_query(_LOGIN, request.query))
        rest = request.query.removeprefix(f"{_LOGIN_MARK}&")
        return self._sessions.sign_in(user, redirect(_with_query(AUTHORIZE, rest) if rest else _SETTINGS))

    async def _sign_out(self, request: ReceivedRequest) -> Answer:
        if self._sessions.submitted(request) is None:
            return laravel_error(request, _EXPIRED)
        self._sessions.sign_out(request)
        query = f"{_LOGIN_MARK}&{request.query}" if request.query else ""
        return redirect(_with_query(_LOGIN, query))

    async def _settings(self, request: ReceivedRequest) -> Answer:
        session = self._sessions.of(request)
        if session is None:
            return redirect(_LOGIN)
        approved = [one for one in self._clients if self._grants.approved(session.user, one.client_id)]
        return settings_page(approved, session.user, form_token=session.form_token)

    async def _revoke(self, request: ReceivedRequest) -> Answer:
        session = self._sessions.submitted(request)
        if session is None:
            return laravel_error(request, _EXPIRED)
        self._grants.revoke(session.user, str(request.fields.get("client_id")))
        return redirect(_SETTINGS)

    async def _pin(self, request: ReceivedRequest) -> Answer:
        fields = request.parameters
        return pin_page(fields.get("code"), fields.get("error"))

    async def _index(self, _request: ReceivedRequest) -> Answer:
        return index_page(self._clients)


def laravel_error(request: ReceivedRequest, status: int) -> Answer:
    """Answer like Laravel's handler: with JSON if the client prefers it, else with a page."""
    if request.wants_json:
        return json_answer({"message": _MESSAGES[status]}, status=status)
    return error_page(status)


def not_allowed(request: ReceivedRequest, methods: list[str]) -> Answer:
    """Answer a method that an address does not support."""
    supported = ", ".join(methods)
    text = f"The {request.method} method is not supported for this route. Supported methods: {supported}."
    answer = json_answer({"message": text}, status=405) if request.wants_json else error_page(405)
    return answer.with_headers({"Allow": supported})


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
