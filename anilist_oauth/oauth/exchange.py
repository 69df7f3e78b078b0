"""Build the request that exchanges a code for a token, and read the response to it (RFC 6749 section 4.1.3)."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote_plus, urlencode

from yarl import URL

from anilist_oauth.arguments import expect
from anilist_oauth.errors import (
    ConfigurationError,
    ExchangeError,
    InvalidClientError,
    InvalidCodeError,
    InvalidCodeReason,
    RateLimitedError,
    ServiceUnavailableError,
    UnexpectedResponseError,
)
from anilist_oauth.http_messages import ADDRESS_REFUSED, TOKEN_BODY_LIMIT, Request, Response
from anilist_oauth.oauth.application import Application
from anilist_oauth.pacing.rate_limit import retry_after
from anilist_oauth.redaction import Masked, MaskedBytes, MaskedText, clean
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.claims import peek_claims

TOKEN_HEADERS = {
    "Accept": "application/json",  # otherwise Laravel reports its errors in HTML
    "Accept-Encoding": "identity",  # decompressing 2 kB takes longer than reading them
    "Content-Type": "application/x-www-form-urlencoded",
}
_CODE_HINTS: dict[str, InvalidCodeReason] = {
    "cannot decrypt the authorization code": "garbled",
    "cannot validate the provided authorization code": "garbled",
    "authorization code has expired": "expired",
    "authorization code has been revoked": "used",
    "authorization code was not issued to this client": "other_client",
}
_CODE_TEXTS: dict[InvalidCodeReason, str] = {
    "garbled": "cannot be read: it was cut off, changed, or is not a code",
    "expired": "has expired (it is valid for 10 minutes)",
    "used": "was used before",
    "other_client": "was issued to another application",
    "unknown": "is not valid, or the redirect URI is not the one with which the login was begun",
}


class TokenErrorResponse(NamedTuple):
    """The content of an error response, whatever its form was."""

    error: str | None
    description: str | None
    hint: str | None
    fault: bool  # whether it has the form of the older API, which means that AniList itself failed


def token_request(endpoint: URL, *, application: Application, code: str) -> Request:
    """Return the token request: a POST whose body is a form with the application's credentials and the code.

    Args:
        endpoint: The token endpoint.
        application: The application. Its redirect URI is sent byte for byte.
        code: The result of `parse_callback`. Surrounding whitespace is stripped.

    Raises:
        ConfigurationError: The application has no client secret, or an argument has the wrong type.
        InvalidCodeError: `code` cannot be a code. The ``reason`` is ``garbled``.
    """
    code = MaskedText(code.strip()) if isinstance(code, str) else MaskedText()
    expect(endpoint, URL, "endpoint: a yarl.URL is needed")
    expect(application, Application, "application: an Application is needed")
    return with_code(endpoint, token_form(application), code)


def token_form(application: Application) -> bytes:
    """Return the part of the request's body that is the same for every code, which is all but the code's value.

    Raises:
        ConfigurationError: The application has no client secret.
    """
    if application.client_secret is None:
        raise ConfigurationError(
            "client_secret: it is needed to exchange a code; pass client_secret= to Application "
            "(it is at https://anilist.co/settings/developer)"
        )
    fields = {
        "grant_type": "authorization_code",
        "client_id": application.client_id,
        "client_secret": application.client_secret,
        "redirect_uri": application.redirect_uri,
    }
    return MaskedBytes(f"{urlencode(fields)}&code=".encode("ascii"))


def with_code(endpoint: URL, form: bytes, code: MaskedText) -> Request:
    """Return the request with the result of `token_form` and a stripped code. Raises the errors of `token_request`."""
    if not (code.isascii() and code.encode().isalnum()):  # AniList's codes are hex digits and need no quoting
        if not code or not code.isascii() or not code.isprintable() or " " in code or "://" in code:
            raise InvalidCodeError(
                "the code is empty or garbled; pass the result of parse_callback(), not the whole callback",
                reason="garbled",
            )
        code = MaskedText(quote_plus(code))
    return Request(url=endpoint, headers=TOKEN_HEADERS, body=form + code.encode(), body_limit=TOKEN_BODY_LIMIT)


def parse_token_response(response: Response, *, application: Application, code: str, now: datetime) -> Token:
    """Return the token in the response to a token request.

    Args:
        response: The response.
        application: The application that sent the request. Messages name it, but do not show its secret.
        code: The code that was sent. Messages do not show it.
        now: The time of the response (aware). ``expires_in`` counts from it.

    Raises:
        InvalidClientError: The client id, the client secret or the redirect URI is wrong.
        InvalidCodeError: The code is used, expired, garbled or another application's.
        ExchangeError: AniList refused for another reason.
        RateLimitedError: AniList answered 429. The code was not processed.
        ServiceUnavailableError: AniList answered 5xx, or Cloudflare answered in its place.
        UnexpectedResponseError: The response is a redirect, or has an unknown form.
    """
    if not isinstance(code, MaskedText):
        code = MaskedText(code)
    answer = Masked(response.json())
    if (
        response.status == 200
        and isinstance(answer.value, dict)
        and "access_token" in answer.value
        and answer.value.get("error") is None
    ):
        return _token(answer, now=now)
    secrets = (MaskedText(application.client_secret or ""), MaskedText(code.strip()), *_tokens(answer.value))
    refusal = _refusal(answer, secrets=secrets)
    _raise_service_error(response, refusal, now=now)
    if refusal is None:
        text = _excerpt(response, secrets=secrets)
        raise UnexpectedResponseError(
            f"the token endpoint answered HTTP {response.status} in an unknown form ({text}); check its URL and "
            "start a new login"
        )
    raise _refused(response.status, refusal, application)


def _tokens(document: Any) -> list[MaskedText]:
    """Find tokens in an error response, to keep them out of messages."""
    found = [document.get(name) for name in ("access_token", "refresh_token")] if isinstance(document, dict) else []
    return [MaskedText(token) for token in found if isinstance(token, str)]


def _token(answer: Masked[dict[str, Any]], *, now: datetime) -> Token:
    """Read a token. ``expires_in`` may also be a float or a string of digits. Without it, the token's claim counts."""
    token_type, expires_at = answer.value.get("token_type"), None
    expires_in: Any = answer.value.get("expires_in")
    try:
        seconds = expires_in if type(expires_in) is int else float(expires_in)
        if seconds > 0 and expires_in is not True:
            expires_at = now + timedelta(0, seconds)
    except (TypeError, ValueError, OverflowError):  # OverflowError: after the year 9999
        pass
    if expires_at is None:
        claims = peek_claims(answer.value["access_token"])
        expires_at = claims.expires_at if claims else None
    try:
        return Token(
            access_token=answer.value["access_token"],
            token_type="Bearer" if token_type is None else token_type,
            expires_at=expires_at,
        )
    except ConfigurationError as error:
        raise UnexpectedResponseError(
            f"the token endpoint sent an unusable token ({error}); check its URL and start a new login"
        ) from error


def _refusal(answer: Masked[Any], *, secrets: tuple[str, ...]) -> TokenErrorResponse | None:
    """Read an error in any form that the server uses: that of OAuth, of the older site, of GraphQL or of Laravel."""
    document = answer.value
    if not isinstance(document, dict):
        return None
    error, errors = document.get("error"), document.get("errors")
    texts, hint = [document.get("error_description"), document.get("message")], document.get("hint")
    if isinstance(error, dict):
        messages = error.get("messages")
        texts = ["; ".join(m for m in messages if isinstance(m, str))] if isinstance(messages, list) else texts
    elif isinstance(errors, list) and errors and isinstance(errors[0], dict):
        texts, hint = [errors[0].get("message")], errors[0].get("hint")
    text = next((text for text in texts if isinstance(text, str) and text), None)
    parts = [clean(part, secrets=secrets) if isinstance(part, str) else None for part in (error, text, hint)]
    if not any(parts):
        return None
    said, description, hint = (part or None for part in parts)
    fault = isinstance(error, dict) and error.get("status") != 404  # 404 means a wrong URL
    return TokenErrorResponse(said, description, hint, fault)


def _raise_service_error(response: Response, refusal: TokenErrorResponse | None, *, now: datetime) -> None:
    status, wait = response.status, retry_after(response.headers, now=now)
    said = f": {refusal.description}" if refusal and refusal.description else ""
    if status == 429:
        raise RateLimitedError(f"too many requests to the token endpoint{said}; try again later", retry_after=wait)
    if 300 <= status < 400:
        raise UnexpectedResponseError(
            f"the token endpoint answered with a redirect (HTTP {status}), which is never followed; check its URL and "
            "start a new login"
        )
    if refusal is None and response.refuses_address:
        raise ServiceUnavailableError(f"{ADDRESS_REFUSED} (HTTP {status}); then start a new login", retry_after=wait)
    disabled = refusal is not None and (refusal.description or "").startswith("The AniList API has been temporarily")
    fault = refusal is not None and refusal.fault
    if status >= 500 or disabled or fault or (status == 403 and refusal is None):
        raise ServiceUnavailableError(
            f"AniList is not available (HTTP {status}){said}; the login itself is fine; start it again later",
            retry_after=wait,
        )


def _refused(status: int, refusal: TokenErrorResponse, application: Application) -> ExchangeError:
    error, description, hint, _ = refusal
    said = "; ".join(part for part in (error, description, hint) if part)
    if refusal.error == "invalid_client":
        return InvalidClientError(
            f"AniList does not accept the application (HTTP {status}: {said}), and does not say why. One of these "
            f"differs from the application's settings: the client id ({application.client_id}), the client secret "
            f"({len(application.client_secret or '')} characters), or the redirect URI, which was sent as "
            f"{application.redirect_uri} and must be the same byte for byte.",
            status=status,
            error=error,
            description=description,
            hint=hint,
        )
    reason = _code_reason(refusal)
    if reason is not None:
        return InvalidCodeError(
            f"the code {_CODE_TEXTS[reason]} (HTTP {status}: {said}; redirect URI {application.redirect_uri}). "
            "Start a new login.",
            reason=reason,
            status=status,
            error=error,
            description=description,
            hint=hint,
        )
    return ExchangeError(
        f"the token endpoint refused the exchange (HTTP {status}: {said}; redirect URI {application.redirect_uri}); "
        "fix what the text names, and start a new login",
        status=status,
        error=error,
        description=description,
        hint=hint,
    )


def _code_reason(refusal: TokenErrorResponse) -> InvalidCodeReason | None:
    """Return what is wrong with the code, according to the hints of older and newer server versions."""
    if refusal.error not in {"invalid_request", "invalid_grant"}:
        return None
    for text in (refusal.hint, refusal.description):
        for words, reason in _CODE_HINTS.items():
            if words in (text or "").lower():
                return reason
    return "unknown" if refusal.error == "invalid_grant" else None


def _excerpt(response: Response, *, secrets: tuple[str, ...]) -> str:
    """Quote the beginning of an unreadable body, unless it may hold a token."""
    if not response.body.strip():
        return "an empty body"
    if b"token" in response.body.lower():
        return f"{len(response.body)} bytes, not shown"
    return clean(response.body.decode("utf-8", "replace"), secrets=secrets)
