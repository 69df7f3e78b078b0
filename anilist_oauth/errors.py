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
    │   ├── ServiceUnavailableError             5xx, the "temporarily disabled" 403, a Cloudflare page
    │   └── UnexpectedResponseError             an answer that is none of the known shapes
    ├── GraphQLError                            AniList answered the query with errors
    │   ├── InvalidTokenError                   expired or revoked: the user logs in again
    │   ├── GraphQLNotFoundError
    │   ├── GraphQLForbiddenError
    │   ├── GraphQLValidationError              a mutation's input, by field
    │   └── QueryTooComplexError
    ├── LoginRequiredError                      no live token for the subject
    ├── LoginTimeoutError(TimeoutError)         nobody came back in time
    ├── ReceiverError(OSError)                  the port is taken
    └── StorageError                            a store failed
        └── SealError                           the key does not open it
The message is positional, and holds no secret. The data are keyword-only and pure JSON, so that each error pickles.
"""

from typing import Any, Literal, Self

StateMismatchReason = Literal["missing", "unknown", "expired", "used", "binding"]
InvalidCodeReason = Literal["sent", "used", "expired", "garbled", "other_client", "unknown"]
TokenMismatchReason = Literal["not_a_jwt", "other_application", "other_user"]
LoginTimeoutReason = Literal["timeout", "expired", "cancelled", "refused"]
JSONObject = dict[str, Any]
Errors = list[JSONObject]


class AniListOAuthError(Exception):
    """The root of every error raised here."""

    def __init__(self, message: str) -> None:
        super().__init__(message)

    @classmethod
    def restore(cls, message: str, data: JSONObject) -> Self:
        """Build the error again from its text and its attributes, as pickle and the login stores keep it."""
        error = cls.__new__(cls, message)
        error.args = (message,)
        error.__dict__.update(data)
        return error

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self).restore, (str(self), dict(self.__dict__)))


class ConfigurationError(AniListOAuthError, ValueError):
    """The application is set up wrong, or a call was given a value that cannot be right."""


class RedirectURIError(ConfigurationError):
    """The value cannot be a redirect URI at all (RFC 6749 section 3.1.2)."""


class RedirectURIMismatchError(ConfigurationError):
    """The redirect URI is not, byte for byte, the registered one."""

    def __init__(self, message: str, *, registered: str, given: str, difference: str) -> None:
        super().__init__(message)
        self.registered = registered  # the redirect URI of the application's settings
        self.given = given  # the one that was passed; a code, state or token in it is masked
        self.difference = difference  # one sentence that says how they differ


class UnsendableValueError(ConfigurationError):
    """A GraphQL variable is not JSON; `path` says where it lies, such as ``variables.ids[3]``."""

    def __init__(self, message: str, *, path: str) -> None:
        super().__init__(message)
        self.path = path


class SessionStateError(AniListOAuthError, RuntimeError):
    """The session is not open, is closed, or belongs to another event loop."""


class CallbackError(AniListOAuthError):
    """What the browser brought back does not complete a login."""


class InvalidCallbackError(CallbackError):
    """The callback is malformed: a repeated parameter, no code, or an implicit token where a code was due."""


class StateMismatchError(CallbackError):
    """The callback does not belong to the login it claims; `reason` ``binding`` is another browser or user."""

    def __init__(self, message: str, *, reason: StateMismatchReason) -> None:
        super().__init__(message)
        self.reason = reason


class AccessDeniedError(CallbackError):
    """The user declined; unless `verified` (the right state came along), anybody may have made this up."""

    def __init__(self, message: str, *, verified: bool) -> None:
        super().__init__(message)
        self.verified = verified


class AuthorizationError(CallbackError):
    """The authorization endpoint sent an error other than a denial (RFC 6749 section 4.1.2.1)."""

    def __init__(
        self, message: str, *, error: str, verified: bool, description: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.error = error  # the error code, such as "invalid_scope"
        self.description = description
        self.hint = hint
        self.verified = verified  # whether the right state came along; if not, anybody may have made this up


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
        self.hint = hint  # the server's hint, which is often the true diagnosis


class InvalidClientError(ExchangeError):
    """The client id, the client secret or the redirect URI is wrong: AniList does not say which."""


class InvalidCodeError(ExchangeError):
    """The code cannot be exchanged and the user starts again; `reason` ``sent``: by this session, before."""

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
    """A pasted or implicit token is no JWT, another application's, or another user's; `reason` says which."""

    def __init__(self, message: str, *, reason: TokenMismatchReason) -> None:
        super().__init__(message)
        self.reason = reason


class ServiceError(AniListOAuthError):
    """The network or AniList failed; nothing is wrong with the user or the application."""

    _harmless = False  # whether an error of this class is `retryable` unless it says otherwise

    def __init__(self, message: str, *, retry_after: float | None = None, retryable: bool | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds, or None where nobody said
        self.retryable: bool = self._harmless if retryable is None else retryable  # the same call may be made again


class ConnectionFailedError(ServiceError):
    """The request never left this machine: the same call may be made again."""

    _harmless = True


class OutcomeUnknownError(ServiceError):
    """The request may have arrived: a code it carried is spent, a mutation may have happened."""


class RateLimitedError(ServiceError):
    """AniList said 429, or the wait for a turn would exceed what the caller allows: nothing was looked at."""

    _harmless = True


class ServiceUnavailableError(ServiceError):
    """AniList is down, disabled its API, or stands behind a Cloudflare page."""


class UnexpectedResponseError(ServiceError):
    """The answer is none of the known shapes."""


class GraphQLError(AniListOAuthError):
    """AniList answered the query with errors."""

    def __init__(self, message: str, *, errors: Errors, status: int, data: JSONObject | None = None) -> None:
        super().__init__(message)
        self.errors = errors  # as AniList sent them, texts cut to 300 characters
        self.status = status  # the status the body names, else the HTTP status
        self.data = data  # the partial data that came along


class InvalidTokenError(GraphQLError):
    """The access token has expired or was revoked: the user logs in again."""


class GraphQLNotFoundError(GraphQLError):
    """There is no such thing, or it is private."""


class GraphQLForbiddenError(GraphQLError):
    """The user may not do this; the token is alive."""


class GraphQLValidationError(GraphQLError):
    """AniList refused a mutation's input; `fields` holds the complaints by field."""

    def __init__(
        self, message: str, *, fields: dict[str, list[str]], errors: Errors, status: int, data: JSONObject | None = None
    ) -> None:
        super().__init__(message, errors=errors, status=status, data=data)
        self.fields = fields


class QueryTooComplexError(GraphQLError):
    """The query asks for too much at once; `allowed` and `actual` are its complexity."""

    def __init__(
        self, message: str, *, allowed: int, actual: int, errors: Errors, status: int, data: JSONObject | None = None
    ) -> None:
        super().__init__(message, errors=errors, status=status, data=data)
        self.allowed = allowed
        self.actual = actual


class LoginRequiredError(AniListOAuthError):
    """There is no live token for the `subject`: the user logs in (again)."""

    def __init__(self, message: str, *, subject: str) -> None:
        super().__init__(message)
        self.subject = subject


class LoginTimeoutError(AniListOAuthError, TimeoutError):
    """The login did not end in time, or was called off; `reason` ``refused``: its visitor said "that is not me"."""

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
    """A store failed; `retryable`: the same call may be made again without harm."""

    full = False  # True where a store has no room at present, so that calling again at once does not help

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable


class SealError(StorageError):
    """A sealed record does not open with the keys at hand."""


class InsecureRedirectURIWarning(UserWarning):
    """The redirect URI is http to a host that is not this machine: a code travels in the clear."""
