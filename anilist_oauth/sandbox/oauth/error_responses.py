"""The errors of the authorization server, word for word."""

import attrs

from anilist_oauth.sandbox.oauth.server_versions import Generation

_MALFORMED = (
    "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than "
    "once, or is otherwise malformed."
)
_GRANT = (
    "The provided authorization grant (e.g., authorization code, resource owner credentials) or refresh token is "
    "invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued "
    "to another client."
)


@attrs.frozen
class RefusedError(Exception):
    """One ``error`` with its text, hint and HTTP status (RFC 6749 sections 4.1.2.1 and 5.2)."""

    status: int
    error: str
    text: str
    hint: str | None = None
    headers: dict[str, str] = attrs.field(factory=dict, kw_only=True)

    def fields(self, generation: Generation) -> dict[str, str]:
        """Return the fields in the order of that version."""
        before, behind = generation.text_keys
        hint = {} if self.hint is None else {"hint": self.hint}
        return {
            "error": self.error,
            **dict.fromkeys(before, self.text),
            **hint,
            **dict.fromkeys(behind, self.text),
        }


class ServerFaultError(Exception):
    """The server fails with an internal error, as the real one does."""


def unsupported_grant_type() -> RefusedError:
    """The grant type is not supported."""
    return RefusedError(
        400,
        "unsupported_grant_type",
        "The authorization grant type is not supported by the authorization server.",
        "Check that all required parameters have been provided",
    )


def invalid_client(*, challenge: bool = False) -> RefusedError:
    """The client id, the secret or the redirect URI is wrong. `challenge` if HTTP Basic was used."""
    headers = {"WWW-Authenticate": 'Basic realm="OAuth"'} if challenge else {}
    return RefusedError(401, "invalid_client", "Client authentication failed", headers=headers)


def invalid_request(hint: str) -> RefusedError:
    """The request is malformed, as the hint says."""
    return RefusedError(400, "invalid_request", _MALFORMED, hint)


def missing(parameter: str) -> RefusedError:
    """A parameter is missing."""
    return invalid_request(f"Check the `{parameter}` parameter")


def invalid_grant(hint: str) -> RefusedError:
    """The grant is invalid, in the words of RFC 6749."""
    return RefusedError(400, "invalid_grant", _GRANT, hint)


def bad_code(generation: Generation, hint: str) -> RefusedError:
    """The code is garbled, spent or expired."""
    return invalid_grant(hint) if generation.says_invalid_grant else invalid_request(hint)


def bad_refresh_token(generation: Generation, hint: str) -> RefusedError:
    """The refresh token is garbled, spent or expired."""
    text = "The refresh token is invalid."
    if generation.says_invalid_grant:
        return RefusedError(400, "invalid_grant", text, hint)
    return RefusedError(401, "invalid_request", text, hint)


def invalid_scope(scope: str) -> RefusedError:
    """AniList has no scopes, so every scope is unknown."""
    text = "The requested scope is invalid, unknown, or malformed"
    return RefusedError(400, "invalid_scope", text, f"Check the `{scope}` scope")


def access_denied() -> RefusedError:
    """The user declined."""
    text = "The resource owner or authorization server denied the request."
    return RefusedError(401, "access_denied", text, "The user denied the request")
