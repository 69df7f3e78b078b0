"""Every error that this package raises.

    AniListOAuthError
    ├── ConfigurationError(ValueError)      a setting or an argument is wrong
    │   └── RedirectURIError, RedirectURIMismatchError, UnsendableValueError
    ├── SessionStateError(RuntimeError)     the session is not open, is closed, or belongs to another event loop
    ├── CallbackError                       the callback does not complete a login
    │   └── InvalidCallbackError, StateMismatchError, AccessDeniedError, AuthorizationError
    ├── ExchangeError                       AniList refused to exchange the code
    │   └── InvalidClientError, InvalidCodeError
    ├── TokenMismatchError                  a pasted token belongs to another application or user
    ├── ServiceError                        the network or AniList failed
    │   ├── ConnectionFailedError, OutcomeUnknownError, RateLimitedError
    │   └── ServiceUnavailableError, UnexpectedResponseError
    ├── GraphQLError                        AniList answered the query with errors
    │   └── InvalidTokenError, GraphQLNotFoundError, GraphQLForbiddenError, GraphQLValidationError, QueryTooComplexError
    ├── LoginRequiredError                  the user must log in
    ├── LoginTimeoutError(TimeoutError)     nobody finished the login in time
    ├── ReceiverError(OSError)              the receiver's port cannot be opened
    └── StorageError                        a store failed
        └── SealError
The message never contains a secret. All other arguments are keyword-only and JSON values. Every error can be pickled.
"""

from typing import Any, Literal, Self

StateMismatchReason = Literal["missing", "unknown", "expired", "used", "binding"]
InvalidCodeReason = Literal["sent", "used", "expired", "garbled", "other_client", "unknown"]
TokenMismatchReason = Literal["not_a_jwt", "other_application", "other_user"]
LoginTimeoutReason = Literal["timeout", "expired", "cancelled", "refused"]
JSONObject = dict[str, Any]
Errors = list[JSONObject]


class AniListOAuthError(Exception):
    """Base class of every error this package raises."""

    def __init__(self, message: str) -> None:
        super().__init__(message)

    @classmethod
    def restore(cls, message: str, data: JSONObject) -> Self:
        """Rebuild an error from its message and its attributes. Used by pickle and by the login stores."""
        error = cls.__new__(cls, message)
        error.args = (message,)
        error.__dict__.update(data)
        return error

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self).restore, (str(self), dict(self.__dict__)))


class ConfigurationError(AniListOAuthError, ValueError):
    """A setting of the application or an argument of a call is wrong."""


class RedirectURIError(ConfigurationError):
    """The value cannot be a redirect URI at all (RFC 6749 section 3.1.2)."""


class RedirectURIMismatchError(ConfigurationError):
    """The redirect URI differs from the registered one."""

    def __init__(self, message: str, *, registered: str, given: str, difference: str) -> None:
        super().__init__(message)
        self.registered = registered  # the redirect URI in the application's settings
        self.given = given  # the redirect URI that was passed, with any code, state or token masked
        self.difference = difference  # how they differ, in a short phrase


class UnsendableValueError(ConfigurationError):
    """A GraphQL variable cannot be sent as JSON. `path` locates it, such as ``variables.ids[3]``."""

    def __init__(self, message: str, *, path: str) -> None:
        super().__init__(message)
        self.path = path


class SessionStateError(AniListOAuthError, RuntimeError):
    """The session is not open, is closed, or belongs to another event loop."""


class CallbackError(AniListOAuthError):
    """The callback does not complete a login."""


class InvalidCallbackError(CallbackError):
    """The callback is malformed, repeats a parameter, has no code, or contains a token instead of a code."""


class StateMismatchError(CallbackError):
    """The callback's state matches no open login, or (`reason` ``binding``) the login of another browser or user."""

    def __init__(self, message: str, *, reason: StateMismatchReason) -> None:
        super().__init__(message)
        self.reason = reason


class AccessDeniedError(CallbackError):
    """The user declined. Unless `verified` is true, the state was not checked, and anybody may have forged this."""

    def __init__(self, message: str, *, verified: bool) -> None:
        super().__init__(message)
        self.verified = verified


class AuthorizationError(CallbackError):
    """The authorization endpoint reported an error other than a denial (RFC 6749 section 4.1.2.1)."""

    def __init__(
        self, message: str, *, error: str, verified: bool, description: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.error = error  # the error code, such as "invalid_scope"
        self.description = description
        self.hint = hint
        self.verified = verified  # whether the state was correct; if not, anybody may have forged this


class ExchangeError(AniListOAuthError):
    """The token endpoint refused the exchange (RFC 6749 section 5.2)."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        error: str | None = None,
        description: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status  # the HTTP status, or None if no request was made
        self.error = error  # the error code, such as "invalid_client"
        self.description = description  # the response's error_description, or else its message
        self.hint = hint  # the response's hint, which often names the real cause


class InvalidClientError(ExchangeError):
    """The client id, the client secret or the redirect URI is wrong. AniList does not say which."""


class InvalidCodeError(ExchangeError):
    """The code cannot be exchanged. Start a new login. `reason` ``sent``: this session has already sent the code."""

    def __init__(
        self,
        message: str,
        *,
        reason: InvalidCodeReason,
        status: int | None = None,
        error: str | None = None,
        description: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, status=status, error=error, description=description, hint=hint)
        self.reason = reason


class TokenMismatchError(AniListOAuthError):
    """A pasted or implicit token is not a JWT, or belongs to another application or user, as `reason` says."""

    def __init__(self, message: str, *, reason: TokenMismatchReason) -> None:
        super().__init__(message)
        self.reason = reason


class ServiceError(AniListOAuthError):
    """The network or AniList failed. The user and the application did nothing wrong."""

    _harmless = False  # the default of `retryable` for this class

    def __init__(self, message: str, *, retry_after: float | None = None, retryable: bool | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds, or None if unknown
        self.retryable: bool = self._harmless if retryable is None else retryable  # repeating the call does no harm


class ConnectionFailedError(ServiceError):
    """The request was never sent, so the call may be repeated."""

    _harmless = True


class OutcomeUnknownError(ServiceError):
    """The request may have reached AniList. A code in it is spent, and a mutation may have been carried out."""


class RateLimitedError(ServiceError):
    """AniList answered 429, or the wait would be longer than `max_wait`. AniList did not process the request."""

    _harmless = True


class ServiceUnavailableError(ServiceError):
    """AniList is down (5xx) or has disabled its API (403), or Cloudflare answered in its place."""


class UnexpectedResponseError(ServiceError):
    """The response is not one that AniList is known to send."""


class GraphQLError(AniListOAuthError):
    """AniList answered the query with errors."""

    def __init__(self, message: str, *, errors: Errors, status: int, data: JSONObject | None = None) -> None:
        super().__init__(message)
        self.errors = errors  # as AniList sent them, with texts cut to 300 characters
        self.status = status  # the status in the body, or else the HTTP status
        self.data = data  # the partial data in the response


class InvalidTokenError(GraphQLError):
    """The access token has expired or was revoked. The user must log in again."""


class GraphQLNotFoundError(GraphQLError):
    """The requested item does not exist or is private."""


class GraphQLForbiddenError(GraphQLError):
    """The user is not allowed to do this. The token is still valid."""


class GraphQLValidationError(GraphQLError):
    """AniList refused a mutation's input. `fields` maps each field to what is wrong with it."""

    def __init__(
        self, message: str, *, fields: dict[str, list[str]], errors: Errors, status: int, data: JSONObject | None = None
    ) -> None:
        super().__init__(message, errors=errors, status=status, data=data)
        self.fields = fields


class QueryTooComplexError(GraphQLError):
    """The query's complexity is `actual`, which is more than the `allowed` complexity."""

    def __init__(
        self, message: str, *, allowed: int, actual: int, errors: Errors, status: int, data: JSONObject | None = None
    ) -> None:
        super().__init__(message, errors=errors, status=status, data=data)
        self.allowed = allowed
        self.actual = actual


class LoginRequiredError(AniListOAuthError):
    """There is no valid token for `subject`. The user must log in."""

    def __init__(self, message: str, *, subject: str) -> None:
        super().__init__(message)
        self.subject = subject


class LoginTimeoutError(AniListOAuthError, TimeoutError):
    """The login was not finished in time, or was canceled. `reason` ``refused``: the visitor chose "not me"."""

    def __init__(self, message: str, *, reason: LoginTimeoutReason) -> None:
        super().__init__(message)
        self.reason = reason


class ReceiverError(AniListOAuthError, OSError):
    """The `port` on `host` cannot be opened."""

    def __init__(self, message: str, *, host: str, port: int) -> None:
        super().__init__(message)
        self.host = host
        self.port = port


class StorageError(AniListOAuthError):
    """A store failed. If `retryable` is true, repeating the call does no harm."""

    full = False  # whether the store is full, so that an immediate retry cannot help

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable


class SealError(StorageError):
    """An encrypted record cannot be decrypted with the given keys."""


class InsecureRedirectURIWarning(UserWarning):
    """The redirect URI is an http address of another machine, so codes are sent unencrypted."""
