"""The authorization endpoint: check a request, and decide where to redirect the browser."""

import re
from collections.abc import Mapping
from typing import Any, Literal, get_args
from urllib.parse import quote_plus

import attrs
from yarl import URL

from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import PIN_REDIRECT_URI
from anilist_oauth.sandbox.messages import ReceivedRequest
from anilist_oauth.sandbox.oauth.clients import owns
from anilist_oauth.sandbox.oauth.grants import TOKEN_LIFETIME, Grants, Question
from anilist_oauth.sandbox.oauth.server_versions import RefusedError, missing, refused
from anilist_oauth.sandbox.people import User

DenialName = Literal["passport", "library"]
_CHALLENGE = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
_Fields = Mapping[str, str | None]


def _check_denial(_authorization: Any, _field: Any, denial: str) -> None:
    if denial not in get_args(DenialName):
        raise ValueError(f"denial: {denial!r} is neither 'passport' nor 'library'")


@attrs.define(kw_only=True)
class Authorization:
    """Checks authorization requests like one version of the library. The denial is Passport's or the library's."""

    clients: Mapping[str, Application]
    grants: Grants
    denial: DenialName = attrs.field(validator=_check_denial)
    echoes_state: bool = True
    pin_page: URL | None = None

    def question(self, request: ReceivedRequest) -> Question | str:
        """Check an authorization request. Return what the user is asked, or the URL that an error redirects to.

        Raises:
            RefusedError: The browser is shown this error, without a redirect.
        """
        fields = request.parameters
        response_type = fields.get("response_type")
        if response_type is None and self.grants.generation.names_response_type:
            raise missing("response_type")
        client_id = fields.get("client_id")
        if response_type not in {"code", "token"} or client_id is None:
            raise refused("unsupported_grant_type")
        application = self.clients.get(client_id)
        if application is None:
            raise refused("invalid_client")
        given = self._given_redirect_uri(application, fields)
        redirect_uri = given or application.redirect_uri
        question = Question(
            application=application,
            is_implicit=response_type == "token",
            redirect_uri=redirect_uri,
            repeated=redirect_uri if self.grants.generation.requires_redirect_uri else given,
            state=fields.get("state") if self.echoes_state else None,
        )
        if scope := fields.get("scope"):
            refusal = refused("invalid_scope", f"Check the `{scope.split()[0]}` scope")
            return self._refused(question, refusal, with_state=self.grants.generation.state_in_errors)
        return question if question.is_implicit else attrs.evolve(question, challenge=self._challenge(fields))

    async def approve(self, question: Question, user: User) -> str:
        """Approve the request, and return the URL to redirect to."""
        if not question.is_implicit:
            code = self.grants.new_code(question, user)
            return self._location(question, {"code": code, "state": question.state})
        client_id = question.application.client_id
        token = await self.grants.new_token(client_id=client_id, user=user, refreshable=False)
        expires_in = str(int(TOKEN_LIFETIME.total_seconds()))
        fields = {"access_token": token.value, "token_type": "Bearer", "expires_in": expires_in}
        return self._location(question, {**fields, "state": question.state}, in_fragment=True)

    def deny(self, question: Question) -> str:
        """Deny the request, and return the URL to redirect to."""
        if self.denial == "passport":
            location = self._location(question, {"error": "access_denied"}, in_fragment=question.is_implicit)
            return f"{location}&state={question.state or ''}"
        return self._refused(question, refused("access_denied"), with_state=True)

    def target(self, question: Question) -> str:
        """Return where the browser will be redirected. The sandbox's pin page takes the place of AniList's."""
        is_pin = question.redirect_uri == PIN_REDIRECT_URI and self.pin_page is not None
        return str(self.pin_page) if is_pin else question.redirect_uri

    def _given_redirect_uri(self, application: Application, fields: _Fields) -> str | None:
        if "redirect_uri" not in fields:
            return None
        given, generation = fields["redirect_uri"], self.grants.generation
        if given is None:  # a list, such as redirect_uri[]=…
            raise missing("redirect_uri") if generation.expects_lists else refused("server_fault")
        if not owns(application, given, generation):
            raise refused("invalid_client")
        return given

    def _challenge(self, fields: _Fields) -> tuple[str, str] | None:
        challenge = fields.get("code_challenge")
        if challenge is None or not self.grants.generation.checks_pkce:
            return None
        method = fields.get("code_challenge_method") or "plain"
        if method not in {"S256", "plain"}:
            raise refused("invalid_request", "Code challenge method must be one of `S256`, `plain`")
        if not _CHALLENGE.fullmatch(challenge):
            raise refused("invalid_request", "Code challenge must follow the specifications of RFC-7636.")
        return challenge, method

    def _refused(self, question: Question, refusal: RefusedError, *, with_state: bool) -> str:
        """Append the error after the state, as the library does, even if that breaks the URI (9.x, implicit)."""
        fields = refusal.fields(self.grants.generation)
        if not with_state:
            return self._location(question, fields)
        in_fragment = question.is_implicit and self.grants.generation.state_in_errors
        location = self._location(question, {"state": question.state}, in_fragment=in_fragment)
        return f"{location}{_separator(location)}{php_query(fields)}"

    def _location(self, question: Question, fields: _Fields, *, in_fragment: bool = False) -> str:
        target = self.target(question)
        return f"{target}{'#' if in_fragment else _separator(target)}{php_query(fields)}"


def php_query(fields: _Fields) -> str:
    """Encode a query like PHP's ``http_build_query``: without None, with ``+`` for a space and ``~`` encoded."""
    pairs = ((name, quote_plus(value)) for name, value in fields.items() if value is not None)
    return "&".join(f"{name}={value.replace('~', '%7E')}" for name, value in pairs)


def _separator(uri: str) -> str:
    return "&" if "?" in uri else "?"
