"""Unofficial asyncio OAuth client for AniList: log users in, and make requests for them.

Reading order: `Application` holds the settings of your application at AniList. `OAuthSession` makes the requests: its
`authorize_url` starts a login, and its `exchange_code` exchanges the code for a token. In between, `parse_callback`
reads the address that AniList sends the browser back to. `LoginFlow` does all of this, and keeps logins and tokens in
a store that `open_store` opens. `errors` defines every error.
"""

from anilist_oauth.clock import utc_now
from anilist_oauth.errors import (
    AccessDeniedError,
    AniListOAuthError,
    AuthorizationError,
    CallbackError,
    ConfigurationError,
    ConnectionFailedError,
    ExchangeError,
    GraphQLError,
    GraphQLForbiddenError,
    GraphQLNotFoundError,
    GraphQLValidationError,
    InsecureRedirectURIWarning,
    InvalidCallbackError,
    InvalidClientError,
    InvalidCodeError,
    InvalidTokenError,
    LoginRequiredError,
    LoginTimeoutError,
    OutcomeUnknownError,
    QueryTooComplexError,
    RateLimitedError,
    ReceiverError,
    RedirectURIError,
    RedirectURIMismatchError,
    SealError,
    ServiceError,
    ServiceUnavailableError,
    SessionStateError,
    StateMismatchError,
    StorageError,
    TokenMismatchError,
    UnexpectedResponseError,
    UnsendableValueError,
)
from anilist_oauth.graphql.request import graphql_request
from anilist_oauth.graphql.response import parse_graphql_response
from anilist_oauth.html_page import Pages
from anilist_oauth.http_messages import Request, Response
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.login.login import CompletedLogin, Login
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.authorize import authorization_url
from anilist_oauth.oauth.callback import callback_state, parse_callback, parse_implicit, parse_pin
from anilist_oauth.oauth.endpoints import ANILIST, PIN_REDIRECT_URI, Endpoints
from anilist_oauth.oauth.exchange import parse_token_response, token_request
from anilist_oauth.oauth.redirect_uri import RedirectGuard
from anilist_oauth.oauth.state import new_state, states_match
from anilist_oauth.pacing.pace import Pace
from anilist_oauth.pacing.rate_limit import RateLimit
from anilist_oauth.session.session import OAuthSession
from anilist_oauth.session.transport import DEFAULT_TIMEOUT, AiohttpTransport
from anilist_oauth.storage import (
    LoginStore,
    MemoryLoginStore,
    MemoryTokenStore,
    Outcome,
    RedisStore,
    SealedTokenStore,
    SQLStore,
    Store,
    StoredToken,
    TokenStore,
    open_store,
)
from anilist_oauth.storage.records import PendingLogin, Taken
from anilist_oauth.tokens.access_token import Token, bearer_headers
from anilist_oauth.tokens.claims import UnverifiedClaims, peek_claims
from anilist_oauth.tokens.viewer import Verified, Viewer
from anilist_oauth.version import __version__

__all__ = [
    "ANILIST",
    "DEFAULT_TIMEOUT",
    "PIN_REDIRECT_URI",
    "AccessDeniedError",
    "AiohttpTransport",
    "AniListOAuthError",
    "Application",
    "AuthorizationError",
    "CallbackError",
    "CompletedLogin",
    "ConfigurationError",
    "ConnectionFailedError",
    "Endpoints",
    "ExchangeError",
    "GraphQLError",
    "GraphQLForbiddenError",
    "GraphQLNotFoundError",
    "GraphQLValidationError",
    "InsecureRedirectURIWarning",
    "InvalidCallbackError",
    "InvalidClientError",
    "InvalidCodeError",
    "InvalidTokenError",
    "Login",
    "LoginFlow",
    "LoginRequiredError",
    "LoginStore",
    "LoginTimeoutError",
    "MemoryLoginStore",
    "MemoryTokenStore",
    "OAuthSession",
    "Outcome",
    "OutcomeUnknownError",
    "Pace",
    "Pages",
    "PendingLogin",
    "QueryTooComplexError",
    "RateLimit",
    "RateLimitedError",
    "ReceiverError",
    "RedirectGuard",
    "RedirectURIError",
    "RedirectURIMismatchError",
    "RedisStore",
    "Request",
    "Response",
    "SQLStore",
    "SealError",
    "SealedTokenStore",
    "ServiceError",
    "ServiceUnavailableError",
    "SessionStateError",
    "StateMismatchError",
    "StorageError",
    "Store",
    "StoredToken",
    "Taken",
    "Token",
    "TokenMismatchError",
    "TokenStore",
    "UnexpectedResponseError",
    "UnsendableValueError",
    "UnverifiedClaims",
    "Verified",
    "Viewer",
    "__version__",
    "authorization_url",
    "bearer_headers",
    "callback_state",
    "graphql_request",
    "new_state",
    "open_store",
    "parse_callback",
    "parse_graphql_response",
    "parse_implicit",
    "parse_pin",
    "parse_token_response",
    "peek_claims",
    "states_match",
    "token_request",
    "utc_now",
]
