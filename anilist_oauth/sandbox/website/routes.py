"""The requests of a person's browser: sign in, approve, deny, revoke, copy a pin."""

import json
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import attrs

from anilist_oauth.sandbox.messages import Answer, ReceivedRequest, json_answer, sent_back
from anilist_oauth.sandbox.oauth.authorization import Authorization
from anilist_oauth.sandbox.oauth.server_versions import RefusedError
from anilist_oauth.sandbox.people import People
from anilist_oauth.sandbox.website import pages
from anilist_oauth.sandbox.website.sessions import Session, Sessions

AUTHORIZE = "/api/v2/oauth/authorize"
PIN = "/api/v2/oauth/pin"
_LOGIN, _LOGOUT, _SETTINGS = "/login", "/logout", "/settings/apps"
_LOGIN_MARK = "apiVersion=v2"
_REDIRECTING = Path(__file__).with_name("redirecting.html").read_bytes()
_EXPIRED = 419  # Laravel's status for a form without its session
_ERRORS: dict[str, Any] = json.loads(Path(__file__).with_name("error_pages.json").read_text(encoding="utf-8"))


class Visits:
    """Answers a browser like Laravel Passport and AniList's pages."""

    def __init__(self, *, authorization: Authorization, people: People) -> None:
        self._authorization = authorization
        self._grants, self._clients = authorization.grants, authorization.clients
        self._people = people
        self._sessions = Sessions()
        self._pages: dict[tuple[str, str], Callable[[ReceivedRequest], Awaitable[Answer]]] = {
            ("GET", "/"): self._index,
            ("GET", AUTHORIZE): self._authorize,
            ("GET", PIN): self._pin,
            ("GET", _LOGIN): self._login,
            ("POST", _LOGIN): self._sign_in,
            ("GET", _SETTINGS): self._settings,
        }
        self._forms: dict[tuple[str, str], Callable[[ReceivedRequest, Session], Awaitable[Answer]]] = {
            ("POST", AUTHORIZE): self._decide,
            ("DELETE", AUTHORIZE): self._decide,
            ("POST", _LOGOUT): self._sign_out,
            ("POST", _SETTINGS): self._revoke,
        }

    async def answer(self, request: ReceivedRequest) -> Answer:
        """Answer a browser.

        Raises:
            RefusedError: The authorization endpoint's error, which the browser is shown.
        """
        route = "GET" if request.method == "HEAD" else request.method, request.path
        if route in self._pages:
            return await self._pages[route](request)
        if route in self._forms:
            session = self._sessions.submitted(request)
            return await self._forms[route](request, session) if session else laravel_error(request, _EXPIRED)
        allowed = [method for method, path in (*self._pages, *self._forms) if path == request.path]
        return laravel_error(request, 405 if allowed else 404, allowed=allowed)

    async def _authorize(self, request: ReceivedRequest) -> Answer:
        session = self._sessions.of(request)
        if session is None:  # checked before the client
            if request.wants_json:
                return json_answer({"message": "Unauthenticated."}, status=401)
            return _redirect(f"{_LOGIN}?{_LOGIN_MARK}&{request.query}")
        question = self._authorization.question(request)
        if isinstance(question, str):
            return sent_back(question)
        if self._grants.approved(session.user, question.application.client_id):
            return sent_back(await self._authorization.approve(question, session.user))
        key, target = session.ask(question), self._authorization.target(question)
        return pages.consent(
            question, session.user, key=key, form_token=session.form_token, query=request.query, target=target
        )

    async def _decide(self, request: ReceivedRequest, session: Session) -> Answer:
        question = session.answered(request.fields.get("auth_token"))
        if question is None:
            return laravel_error(request, _EXPIRED)
        if "DELETE" in {request.method, request.fields.get("_method")}:
            return _redirect(self._authorization.deny(question))
        return sent_back(await self._authorization.approve(question, session.user))

    async def _login(self, request: ReceivedRequest) -> Answer:
        return pages.login(self._people, query=request.query, target=self._target(request))

    def _target(self, request: ReceivedRequest) -> str | None:
        """Return where an authorization request leads in the end. None if its error is shown here."""
        try:
            question = self._authorization.question(request)
        except RefusedError:
            return None
        return question if isinstance(question, str) else self._authorization.target(question)

    async def _sign_in(self, request: ReceivedRequest) -> Answer:
        user = self._people.named(str(request.fields.get("user")))
        if user is None:
            return _redirect(_with_query(_LOGIN, request.query))
        rest = request.query.removeprefix(f"{_LOGIN_MARK}&")
        return self._sessions.sign_in(user, _redirect(_with_query(AUTHORIZE, rest) if rest else _SETTINGS))

    async def _sign_out(self, request: ReceivedRequest, _session: Session) -> Answer:
        self._sessions.sign_out(request)
        query = f"{_LOGIN_MARK}&{request.query}" if request.query else ""
        return _redirect(_with_query(_LOGIN, query))

    async def _settings(self, request: ReceivedRequest) -> Answer:
        session = self._sessions.of(request)
        if session is None:
            return _redirect(_LOGIN)
        approved = [one for one in self._clients.values() if self._grants.approved(session.user, one.client_id)]
        return pages.settings(approved, session.user, form_token=session.form_token)

    async def _revoke(self, request: ReceivedRequest, session: Session) -> Answer:
        self._grants.revoke(session.user, str(request.fields.get("client_id")))
        return _redirect(_SETTINGS)

    async def _pin(self, request: ReceivedRequest) -> Answer:
        error = request.parameters.get("error")
        if error is not None:
            return pages.error("Not authorized", f"The application was told: {error}.")
        return pages.pin(request.parameters.get("code"))

    async def _index(self, _request: ReceivedRequest) -> Answer:
        return pages.index(self._clients.values())


def laravel_error(request: ReceivedRequest, status: int, *, allowed: Iterable[str] = ()) -> Answer:
    """Answer like Laravel's handler: with JSON if the client prefers it, else with a page.

    Args:
        request: The request.
        status: The HTTP status.
        allowed: The methods that the address supports, for the status 405.
    """
    error, supported = _ERRORS[str(status)], ", ".join(allowed)
    message = error["message"].format(method=request.method, supported=supported)
    shown = pages.error(error["title"], error["text"], status=status)
    answer = json_answer({"message": message}, status=status) if request.wants_json else shown
    return answer.with_headers({"Allow": supported}) if supported else answer


def _redirect(location: str) -> Answer:
    """Redirect as Laravel does, with a page for clients that do not follow."""
    return attrs.evolve(sent_back(location), body=_REDIRECTING)


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
