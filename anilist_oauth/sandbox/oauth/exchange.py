"""The token endpoint: exchange a code or a refresh token for an access token."""

import base64
import hashlib
import secrets
from collections.abc import Mapping

import attrs
from aiohttp import BasicAuth

from anilist_oauth.oauth.application import Application
from anilist_oauth.sandbox.messages import Answer, ReceivedRequest, json_answer
from anilist_oauth.sandbox.oauth.clients import owns
from anilist_oauth.sandbox.oauth.grants import TOKEN_LIFETIME, Code, Grants
from anilist_oauth.sandbox.oauth.server_versions import missing, refused
from anilist_oauth.sandbox.people import User

Fields = dict[str, str | None]
_HEADERS = {
    "Content-Type": "application/json; charset=UTF-8",
    "Cache-Control": "no-store, private",
    "Pragma": "no-cache",
}


@attrs.frozen(kw_only=True)
class Exchange:
    """Answers token requests like one version of the library."""

    clients: Mapping[str, Application]
    grants: Grants

    async def answer(self, request: ReceivedRequest) -> Answer:
        """Answer a POST.

        Raises:
            RefusedError: The request is refused.
        """
        fields = request.parameters
        grants = {"authorization_code": self._spend_code, "refresh_token": self._spend_refresh_token}
        spend = grants.get(fields.get("grant_type") or "")
        if spend is None:
            raise refused("unsupported_grant_type")
        application = self._client(request, fields)
        token = await self.grants.new_token(client_id=application.client_id, user=spend(application, fields))
        body = {
            "token_type": "Bearer",
            "expires_in": int(TOKEN_LIFETIME.total_seconds()),
            "access_token": token.value,
            "refresh_token": token.refresh_token,
        }
        return json_answer(body, headers=_HEADERS)

    def _client(self, request: ReceivedRequest, fields: Fields) -> Application:
        """Authenticate the application by the body, or else by HTTP Basic (RFC 6749 section 2.3.1)."""
        basic_id, basic_secret = _basic(request.headers.get("Authorization", ""))
        client_id, generation = fields.get("client_id") or basic_id, self.grants.generation
        if client_id is None:
            raise missing("client_id")
        client_secret = fields.get("client_secret") or basic_secret
        application = self.clients.get(client_id)
        if client_secret is None and not generation.client_owns_redirect_uri and application:
            raise missing("client_secret")
        redirect_uri = fields.get("redirect_uri") if generation.client_owns_redirect_uri else None
        expected = (application and application.client_secret) or ""
        is_known = expected and secrets.compare_digest(expected.encode(), (client_secret or "").encode())
        if not application or not is_known or (redirect_uri and not owns(application, redirect_uri, generation)):
            challenge = {"WWW-Authenticate": 'Basic realm="OAuth"'} if "Authorization" in request.headers else {}
            raise attrs.evolve(refused("invalid_client"), headers=challenge)
        return application

    def _spend_code(self, application: Application, fields: Fields) -> User:
        code, bad_grant = self.grants.codes.get(_required(fields, "code")), self.grants.generation.bad_grant
        if code is None:
            raise refused(bad_grant, self.grants.generation.garbled_code)
        if self.grants.now() >= code.expires_at:
            raise refused(bad_grant, "Authorization code has expired")
        if code.spent:
            raise refused(bad_grant, "Authorization code has been revoked")
        if code.question.application != application:
            raise refused("invalid_request", "Authorization code was not issued to this client")
        if code.question.repeated is not None:
            _required(fields, "redirect_uri")
        if code.question.repeated != fields.get("redirect_uri"):
            raise refused("invalid_request", "Invalid redirect URI")
        if self.grants.generation.checks_pkce:
            _check_verifier(code, fields)
        code.spent = True  # only now, because a refused request does not spend the code
        return code.user

    def _spend_refresh_token(self, application: Application, fields: Fields) -> User:
        token = self.grants.refreshable.get(_required(fields, "refresh_token"))
        bad_grant = f"refresh_token_{self.grants.generation.bad_grant}"
        if token is None:
            raise refused(bad_grant, "Cannot decrypt the refresh token")
        if token.client_id != application.client_id:
            raise refused(bad_grant, "Token is not linked to client")
        if token.revoked:
            raise refused(bad_grant, "Token has been revoked")
        token.revoked = True
        return token.user


def _required(fields: Fields, name: str) -> str:
    value = fields.get(name)
    if value is None:
        raise missing(name)
    return value


def _basic(header: str) -> tuple[str | None, str | None]:
    try:
        given = BasicAuth.decode(header, encoding="utf-8")
    except ValueError:
        return None, None
    return given.login, given.password


def _check_verifier(code: Code, fields: Fields) -> None:
    if code.question.challenge is None:
        if fields.get("code_verifier") is not None:
            raise refused("invalid_request", "code_verifier received when no code_challenge is present")
        return
    expected, method = code.question.challenge
    verifier = _required(fields, "code_verifier")
    if method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        verifier = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if not secrets.compare_digest(expected.encode(), verifier.encode()):
        raise refused("invalid_grant", "Failed to verify `code_verifier`.")
