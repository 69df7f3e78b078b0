"""How the values look to a type checker; checked, never run."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal, assert_type

from yarl import URL

from anilist_oauth.errors import (
    GraphQLValidationError,
    InvalidCodeError,
    RateLimitedError,
    RedirectURIMismatchError,
    StateMismatchError,
)
from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import ANILIST, Endpoints
from anilist_oauth.oauth.redirect_uri import RedirectGuard
from anilist_oauth.oauth.state import new_state, states_match
from anilist_oauth.tokens.access_token import Token, bearer_headers
from anilist_oauth.tokens.claims import UnverifiedClaims, peek_claims
from anilist_oauth.tokens.viewer import Verified, Viewer

application = Application(client_id=12345, redirect_uri="https://bot.example/callback")
assert_type(application.client_id, str)
assert_type(application.client_secret, str | None)
assert_type(application.guard, RedirectGuard)
assert_type(application.guard.check("https://bot.example/callback"), str)
assert_type(Application.from_env(), Application)
Application(1, "https://bot.example/callback")  # type: ignore[call-arg]  # keyword-only
Application(client_id=1.5, redirect_uri="https://bot.example")  # type: ignore[arg-type]  # neither str nor int
application.client_id = "6"  # type: ignore[misc]  # frozen

assert_type(ANILIST.token, URL)
assert_type(Endpoints(authorization="https://h/", token=URL("https://h/"), graphql="https://h/").graphql, URL)

token = Token(access_token="a", expires_at=datetime.now(UTC))
assert_type(token.expires_at, datetime | None)
assert_type(token.expired(datetime.now(UTC)), bool)
assert_type(token.expires_within(timedelta(days=30), now=datetime.now(UTC)), bool)
assert_type(token.user_id, int | None)
assert_type(token.client_id, str | None)
assert_type(Token.from_dict(token.to_dict()), Token)
assert_type(Token.from_access_token("a"), Token)
assert_type(bearer_headers(token), dict[str, str])
assert_type(bearer_headers("a"), dict[str, str])
Token(access_token="a")  # type: ignore[call-arg]  # the expiry is said, if only to be unknown

assert_type(peek_claims("a"), UnverifiedClaims | None)
assert_type(new_state(), str)
assert_type(states_match("a", "b"), bool)
assert_type(Verified(token, Viewer(5, "Mika", None, None, None)).viewer.id, int)


def read(
    mismatch: RedirectURIMismatchError,
    state: StateMismatchError,
    code: InvalidCodeError,
    limited: RateLimitedError,
    invalid: GraphQLValidationError,
) -> None:
    """Read what the errors carry."""
    assert_type(mismatch.difference, str)
    assert_type(state.reason, Literal["missing", "unknown", "expired", "used", "binding"])
    assert_type(code.reason, Literal["sent", "used", "expired", "garbled", "other_client", "unknown"])
    assert_type(code.hint, str | None)
    assert_type(limited.retry_after, float | None)
    assert_type(invalid.fields, dict[str, list[str]])
    assert_type(invalid.data, dict[str, Any] | None)
