"""The token endpoint: exchange a code or a refresh token for an access token."""

import base64
import binascii
import hashlib
import secrets

import attrs

from anilist_oauth.oauth.application import Application
from anilist_oauth.sandbox.messages import Answer, ReceivedRequest, json_answer
from anilist_oauth.sandbox.oauth.clients import Clients, owns
from anilist_oauth.sandbox.oauth.error_responses import RefusedError, missing, refused
from anilist_oauth.sandbox.oauth.grants import TOKEN_LIFETIME, AccessToken, Code, Grants
from anilist_oauth.sandbox.oauth.server_versions import Generation

Fields = dict[str, str | None]


@attrs.frozen(kw_only=True)
class Exchange:
    """Answers token requests like one version of the library."""

    clients: Clients
    grants: Grants
    generation: Generation

    async def answer(self, request: ReceivedRequest) -> Answer:
        """Answer a POST.

        Raises:
            RefusedError: The request is refused.
        """
        fields = request.parameters
        grant_type = fields.get("grant_type")
        if grant_type == "authorization_code":
            token = await self._by_code(request, fields)
        elif grant_type == "refresh_token":
            token = await self._by_refresh_token(request, fields)
        else:
            raise refused("unsupported_grant_type")
        return _success(token)

    async def _by_code(self, request: ReceivedRequest, fields: Fields) -> AccessToken:
        application = self._client(request, fields)
        code = self._code(application, fields)
        self._check_redirect_uri(code, fields)
        if self.generation.checks_pkce:
            _check_verifier(code.challenge, fields.get("code_verifier"))
        code.spent = True  # only now, because a refused request does not spend the code
        return await self.grants.new_token(client_id=code.client_id, user=code.user)

    async def _by_refresh_token(self, request: ReceivedRequest, fields: Fields) -> AccessToken:
        application = self._client(request, fields)
        value = fields.get("refresh_token")
        if value is None:
            raise missing("refresh_token")
        token = self.grants.refreshable.get(value)
        if token is None:
            raise refused(f"refresh_token_{self.generation.bad_grant}", "Cannot decrypt the refresh token")
        if token.client_id != application.client_id:
            raise refused(f"refresh_token_{self.generation.bad_grant}", "Token is not linked to client")
        if token.revoked:
            raise refused(f"refresh_token_{self.generation.bad_grant}", "Token has been revoked")
        token.revoked = True
        return await self.grants.new_token(client_id=token.client_id, user=token.user)

    def _client(self, request: ReceivedRequest, fields: Fields) -> Application:
        """Authenticate the application by the body, or else by HTTP Basic (RFC 6749 section 2.3.1)."""
        basic_id, basic_secret = _basic(request.headers.get("Authorization", ""))
        client_id = fields.get("client_id") or basic_id
        if client_id is None:
            raise missing("client_id")
        client_secret = fields.get("client_secret") or basic_secret
        if client_secret is None and not self.generation.client_owns_redirect_uri and self.clients.find(client_id):
            raise missing("client_secret")
        application = self.clients.authenticated(client_id, client_secret)
        redirect_uri = fields.get("redirect_uri")
        if application is None or (
            self.generation.client_owns_redirect_uri
            and redirect_uri is not None
            and not owns(application, redirect_uri, self.generation)
        ):
            raise _unknown_client(request)
        return application

    def _code(self, application: Application, fields: Fields) -> Code:
        value = fields.get("code")
        if value is None:
            raise missing("code")
        code = self.grants.codes.get(value)
        if code is None:
            raise refused(self.generation.bad_grant, self.generation.garbled_code)
        if self.grants.now() >= code.expires_at:
            raise refused(self.generation.bad_grant, "Authorization code has expired")
        if code.spent:
            raise refused(self.generation.bad_grant, "Authorization code has been revoked")
        if code.client_id != application.client_id:
            raise refused("invalid_request", "Authorization code was not issued to this client")
        return code

    def _check_redirect_uri(self, code: Code, fields: Fields) -> None:
        given = fields.get("redirect_uri")
        if code.redirect_uri is not None and given is None:
            raise missing("redirect_uri")
        if code.redirect_uri != given:
            raise refused("invalid_request", "Invalid redirect URI")


def _unknown_client(request: ReceivedRequest) -> RefusedError:
    """Refuse a client, with a challenge if HTTP Basic was used."""
    headers = {"WWW-Authenticate": 'Basic realm="OAuth"'} if "Authorization" in request.headers else {}
    return attrs.evolve(refused("invalid_client"), headers=headers)


def _basic(header: str) -> tuple[str | None, str | None]:
    if not header.startswith("Basic "):
        return None, None
    try:
        client_id, colon, client_secret = base64.b64decode(header[6:], validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None, None
    return (client_id, client_secret) if colon else (None, None)


def _check_verifier(challenge: tuple[str, str] | None, verifier: str | None) -> None:
    if challenge is None:
        if verifier is not None:
            raise refused("invalid_request", "code_verifier received when no code_challenge is present")
        return
    if verifier is None:
        raise missing("code_verifier")
    expected, method = challenge
    if method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        verifier = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if not secrets.compare_digest(expected.encode(), verifier.encode()):
        raise refused("invalid_grant", "Failed to verify `code_verifier`.")


def _success(token: AccessToken) -> Answer:
    body = {
        "token_type": "Bearer",
        "expires_in": int(TOKEN_LIFETIME.total_seconds()),
        "access_token": token.value,
        "refresh_token": token.refresh_token,
    }
    headers = {
        "Content-Type": "application/json; charset=UTF-8",
        "Cache-Control": "no-store, private",
        "Pragma": "no-cache",
    }
    return json_answer(body, headers=headers)
