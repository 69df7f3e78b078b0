"""Every error this package raises.

    AniListOAuthError
    ├── ConfigurationError(ValueError)          the application is set up wrong
    │   ├── RedirectURIError                    not usable as a redirect URI at all
    │   ├── RedirectURIMismatchError            not the registered one
    │   └── UnsendableValueError                a GraphQL variable that is not JSON
    ├── SessionStateError(RuntimeError)         the session is not open, is closed, or belongs to another event loop
    ├── CallbackError                           what the browser brought back
    │   ├── InvalidCallbackError                malformed, repeated parameter, no code, an implicit token
    │   ├── StateMismatchError                  the state is missing, unknown, expired, used, or another browser's
    │   ├── AccessDeniedError                   the user declined
    │   └── AuthorizationError                  any other error=… of the authorization endpoint
    ├── ExchangeError                           AniList refused the exchange
    │   ├── InvalidClientError                  client id, client secret or redirect URI
    │   └── InvalidCodeError                    the code was sent, used, expired, garbled, or another client's
    ├── TokenMismatchError                      a pasted token is not this application's, or not this user's
    ├── ServiceError                            the network or AniList failed
    │   ├── ConnectionFailedError               the request never left
    │   ├── OutcomeUnknownError                 it may have arrived
    │   ├── RateLimitedError                    429, or max_wait would be exceeded
    │   ├── ServiceUnavailableError             5xx, the "temporarily disabled" 403, a page of Cloudflare's
    │   └── UnexpectedResponseError             the answer has none of the known forms
    ├── GraphQLError                            AniList answered the query with errors
    │   ├── InvalidTokenError                   expired or revoked: the user must log in again
    │   ├── GraphQLNotFoundError
    │   ├── GraphQLForbiddenError
    │   ├── GraphQLValidationError              a mutation's input, by field
    │   └── QueryTooComplexError
    ├── LoginRequiredError                      no live token for the subject
    ├── LoginTimeoutError(TimeoutError)         nobody finished the login in time
    ├── ReceiverError(OSError)                  the port is taken
    └── StorageError                            a store failed
        └── SealError                           the keys cannot decrypt it
The message is positional and never holds a secret. The other data are keyword-only and plain JSON: every error pickles.
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
    """The application is set up wrong, or a call was given an invalid value."""


class RedirectURIError(ConfigurationError):
    """The value cannot be a redirect URI at all (RFC 6749 section 3.1.2)."""


class RedirectURIMismatchError(ConfigurationError):
    """The redirect URI differs from the registered one."""

    def __init__(self, message: str, *, registered: str, given: str, difference: str) -> None:
        super().__init__(message)
        self.registered = registered  # the redirect URI of the application's settings
        self.given = given  # the one that was passed; a code, state or token in it is masked
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
    """The callback is malformed, has a repeated parameter or no code, or holds a token where a code was expected."""


class StateMismatchError(CallbackError):
    """The callback's state does not fit the login. The `reason` ``binding`` means another browser or user."""

    def __init__(self, message: str, *, reason: StateMismatchReason) -> None:
        super().__init__(message)
        self.reason = reason


class AccessDeniedError(CallbackError):
    """The user declined. Anybody can forge this callback unless `verified` is true (its state was the right one)."""

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
        self.verified = verified  # whether the state was right; if not, anybody may have forged this


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
        self.status = status  # the HTTP status, or None where no request was made
        self.error = error  # the error code, such as "invalid_client"
        self.description = description  # the server's text: error_description, else message
        self.hint = hint  # the server's hint, which often names the real cause


class InvalidClientError(ExchangeError):
    """The client id, the client secret or the redirect URI is wrong: AniList does not say which."""


class InvalidCodeError(ExchangeError):
    """The code cannot be exchanged; start a new login. The `reason` ``sent`` means this session already sent it."""

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
    """A pasted or implicit token is not a JWT, or belongs to another application or user. `reason` says which."""

    def __init__(self, message: str, *, reason: TokenMismatchReason) -> None:
        super().__init__(message)
        self.reason = reason


class ServiceError(AniListOAuthError):
    """The network or AniList failed. The user and the application did nothing wrong."""

    _harmless = False  # the default of `retryable` for this class

    def __init__(self, message: str, *, retry_after: float | None = None, retryable: bool | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds, or None if unknown
        self.retryable: bool = self._harmless if retryable is None else retryable  # the same call may be repeated


class ConnectionFailedError(ServiceError):
    """The request was never sent. The same call may be repeated."""

    _harmless = True


class OutcomeUnknownError(ServiceError):
    """The request may have reached AniList: its code is spent, and its mutation may have been carried out."""


class RateLimitedError(ServiceError):
    """AniList answered 429, or the next turn is further away than the caller allows. Nothing was processed."""

    _harmless = True


class ServiceUnavailableError(ServiceError):
    """AniList is down, has disabled its API, or Cloudflare answered in its place."""


class UnexpectedResponseError(ServiceError):
    """The answer has none of the known forms."""


class GraphQLError(AniListOAuthError):
    """AniList answered the query with errors."""

    def __init__(self, message: str, *, errors: Errors, status: int, data: JSONObject | None = None) -> None:
        super().__init__(message)
        self.errors = errors  # as AniList sent them, texts cut to 300 characters
        self.status = status  # the status the body names, else the HTTP status
        self.data = data  # the partial data of the answer


class InvalidTokenError(GraphQLError):
    """The access token has expired or was revoked. The user must log in again."""


class GraphQLNotFoundError(GraphQLError):
    """The requested item does not exist or is private."""


class GraphQLForbiddenError(GraphQLError):
    """The user is not allowed to do this. The token is still valid."""


class GraphQLValidationError(GraphQLError):
    """AniList refused a mutation's input. `fields` lists the complaints by field."""

    def __init__(
        self, message: str, *, fields: dict[str, list[str]], errors: Errors, status: int, data: JSONObject | None = None
    ) -> None:
        super().__init__(message, errors=errors, status=status, data=data)
        self.fields = fields


class QueryTooComplexError(GraphQLError):
    """The query is too complex: its complexity is `actual`, and AniList allows `allowed`."""

    def __init__(
        self, message: str, *, allowed: int, actual: int, errors: Errors, status: int, data: JSONObject | None = None
    ) -> None:
        super().__init__(message, errors=errors, status=status, data=data)
        self.allowed = allowed
        self.actual = actual


class LoginRequiredError(AniListOAuthError):
    """There is no live token for `subject`. The user must log in."""

    def __init__(self, message: str, *, subject: str) -> None:
        super().__init__(message)
        self.subject = subject


class LoginTimeoutError(AniListOAuthError, TimeoutError):
    """The login was not finished in time, or was called off. `reason` ``refused``: its visitor said "not me"."""

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
    """A store failed. If `retryable`, the same call may be repeated without harm."""

    full = False  # whether the store is full, so that an immediate retry cannot help

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable


class SealError(StorageError):
    """A sealed record cannot be decrypted with the given keys."""


class InsecureRedirectURIWarning(UserWarning):
    """The redirect URI is plain http to another machine, so codes travel unencrypted."""
