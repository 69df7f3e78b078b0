"""The authorization endpoint: check a request, and decide where to redirect the browser."""

import re
from typing import Any, Literal, get_args
from urllib.parse import quote_plus

import attrs
from yarl import URL

from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import PIN_REDIRECT_URI
from anilist_oauth.sandbox.messages import ReceivedRequest
from anilist_oauth.sandbox.oauth.clients import Clients, owns
from anilist_oauth.sandbox.oauth.error_responses import RefusedError, ServerFaultError, missing, refused
from anilist_oauth.sandbox.oauth.grants import TOKEN_LIFETIME, Grants
from anilist_oauth.sandbox.oauth.server_versions import Generation
from anilist_oauth.sandbox.people import User

DenialName = Literal["passport", "library"]
_CHALLENGE = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


@attrs.frozen(kw_only=True)
class Question:
    """A valid authorization request, which the user is asked about.

    Attributes:
        application: The application that asks.
        response_type: ``code`` or ``token``.
        redirect_uri: Where the answer goes.
        repeated: The redirect URI that the token request must repeat, or None.
        state: The state as Laravel trimmed it, or None.
        challenge: The code challenge and its method, or None.
    """

    application: Application
    response_type: str
    redirect_uri: str
    repeated: str | None
    state: str | None = attrs.field(repr=False)
    challenge: tuple[str, str] | None = attrs.field(repr=False)


class SentBackError(Exception):
    """An error that is sent to the application through the browser."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


def _check_denial(_authorization: Any, _field: Any, denial: str) -> None:
    if denial not in get_args(DenialName):
        raise ValueError(f"denial: {denial!r} is neither 'passport' nor 'library'")


@attrs.define(kw_only=True)
class Authorization:
    """Checks authorization requests like one version of the library. The denial is Passport's or the library's."""

    clients: Clients
    grants: Grants
    generation: Generation
    denial: DenialName = attrs.field(validator=_check_denial)
    echoes_state: bool = True
    pin_page: URL | None = None

    def question(self, request: ReceivedRequest) -> Question:
        """Check an authorization request.

        Raises:
            RefusedError: The browser is shown this error, without a redirect.
            ServerFaultError: The browser is shown a server error.
            SentBackError: The browser is redirected with the error.
        """
        fields = request.parameters
        response_type = fields.get("response_type")
        if response_type is None and self.generation.names_response_type:
            raise missing("response_type")
        client_id = fields.get("client_id")
        if response_type not in {"code", "token"} or client_id is None:
            raise refused("unsupported_grant_type")
        application = self.clients.find(client_id)
        if application is None:
            raise refused("invalid_client")
        given = self._given_redirect_uri(application, fields)
        redirect_uri = given or application.redirect_uri
        state = fields.get("state") if self.echoes_state else None
        if scope := fields.get("scope"):
            raise SentBackError(self._scope_refused(redirect_uri, scope.split()[0], response_type, state))
        return Question(
            application=application,
            response_type=response_type,
            redirect_uri=redirect_uri,
            repeated=redirect_uri if self.generation.requires_redirect_uri else given,
            state=state,
            challenge=self._challenge(fields) if response_type == "code" else None,
        )

    async def approve(self, question: Question, user: User) -> str:
        """Approve the request, and return the URL to redirect to."""
        client_id = question.application.client_id
        if question.response_type == "code":
            code = self.grants.new_code(
                client_id=client_id, user=user, redirect_uri=question.repeated, challenge=question.challenge
            )
            return self._location(question.redirect_uri, {"code": code, "state": question.state})
        token = await self.grants.new_token(client_id=client_id, user=user, refreshable=False)
        fields = {
            "access_token": token.value,
            "token_type": "Bearer",
            "expires_in": str(int(TOKEN_LIFETIME.total_seconds())),
            "state": question.state,
        }
        return f"{self._base(question.redirect_uri)}#{php_query(fields)}"

    def deny(self, question: Question) -> str:
        """Deny the request, and return the URL to redirect to."""
        implicit = question.response_type == "token"
        if self.denial == "passport":
            base = self._base(question.redirect_uri)
            separator = "#" if implicit else _separator(base)
            return f"{base}{separator}error=access_denied&state={question.state or ''}"
        return self._refused(question.redirect_uri, refused("access_denied"), question.state, fragment=implicit)

    def target(self, question: Question) -> str:
        """Return where the browser will be redirected, whatever the user decides."""
        return self._base(question.redirect_uri)

    def _given_redirect_uri(self, application: Application, fields: dict[str, str | None]) -> str | None:
        if "redirect_uri" not in fields:
            return None
        given = fields["redirect_uri"]
        if given is None:  # a list, such as redirect_uri[]=…
            raise missing("redirect_uri") if self.generation.expects_lists else ServerFaultError
        if not owns(application, given, self.generation):
            raise refused("invalid_client")
        return given

    def _challenge(self, fields: dict[str, str | None]) -> tuple[str, str] | None:
        challenge = fields.get("code_challenge")
        if challenge is None or not self.generation.checks_pkce:
            return None
        method = fields.get("code_challenge_method") or "plain"
        if method not in {"S256", "plain"}:
            raise refused("invalid_request", "Code challenge method must be one of `S256`, `plain`")
        if not _CHALLENGE.fullmatch(challenge):
            raise refused("invalid_request", "Code challenge must follow the specifications of RFC-7636.")
        return challenge, method

    def _scope_refused(self, redirect_uri: str, scope: str, response_type: str, state: str | None) -> str:
        refusal = refused("invalid_scope", f"Check the `{scope}` scope")
        if self.generation.state_in_errors:
            return self._refused(redirect_uri, refusal, state, fragment=response_type == "token")
        return self._location(redirect_uri, refusal.fields(self.generation))

    def _refused(self, redirect_uri: str, refusal: RefusedError, state: str | None, *, fragment: bool) -> str:
        """Append the error after the state, as the library does, even if that breaks the URI (9.x, implicit)."""
        base = self._base(redirect_uri)
        separator = "#" if fragment and self.generation.state_in_errors else _separator(base)
        location = f"{base}{separator}{php_query({'state': state})}"
        return f"{location}{_separator(location)}{php_query(refusal.fields(self.generation))}"

    def _location(self, redirect_uri: str, fields: dict[str, str | None] | dict[str, str]) -> str:
        base = self._base(redirect_uri)
        return f"{base}{_separator(base)}{php_query(fields)}"

    def _base(self, redirect_uri: str) -> str:
        """Return the redirect URI. AniList's pin page is replaced by the sandbox's, so browsers stay on loopback."""
        return str(self.pin_page) if redirect_uri == PIN_REDIRECT_URI and self.pin_page else redirect_uri


def php_query(fields: dict[str, str | None] | dict[str, str]) -> str:
    """Encode a query like PHP's ``http_build_query``: without None, with ``+`` for a space and ``~`` encoded."""
    return "&".join(
        f"{name}={quote_plus(value).replace('~', '%7E')}" for name, value in fields.items() if value is not None
    )


def _separator(uri: str) -> str:
    return "&" if "?" in uri else "?"
