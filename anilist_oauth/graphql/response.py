"""AniList's GraphQL answer, read: its data, or the error that it means."""

from datetime import datetime
from typing import Any

from anilist_oauth.graphql.error_response import GraphQLErrorResponse
from anilist_oauth.http_messages import Response
from anilist_oauth.pacing.rate_limit import retry_after
from anilist_oauth.redaction import clean

_KEPT_DEPTH, _KEPT_PARTS = 8, 50  # of what an error keeps of an answer; AniList's own are smaller


_SHORTEST_SECRET = 8  # characters; masking a shorter one, which can be no token of AniList's, would garble every text


def parse_graphql_response(
    response: Response, *, with_token: bool, now: datetime, mutation: bool = False, secrets: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Read what AniList answered.

    Args:
        response: The answer.
        with_token: Whether a token was sent; without one, a 401 says nothing of any token.
        now: The present, aware; a ``Retry-After`` date is compared with it.
        mutation: Whether something was to be changed, which makes repeating it harmful after a 5xx.
        secrets: What no message may repeat: the access token, and a client secret that the same server knows.

    Returns:
        The ``data`` of an answer without errors.

    Raises:
        GraphQLError: AniList refused the query, or a part of it; partial data is in its `data`. Its classes:
            `InvalidTokenError`, `GraphQLForbiddenError`, `GraphQLNotFoundError`, `GraphQLValidationError`,
            `QueryTooComplexError`.
        RateLimitedError: Too many requests; `retry_after` is 60 where AniList names no time.
        ServiceUnavailableError: An outage; `retry_after` is None where only this one answer failed.
        UnexpectedResponseError: The answer is not GraphQL.
    """
    document = response.json()
    payload: dict[str, Any] = document if isinstance(document, dict) else {}
    data: dict[str, Any] | None = payload["data"] if isinstance(payload.get("data"), dict) else None
    if data is not None and response.status < 300 and payload.get("errors") in (None, []):
        return data
    secrets = tuple(secret for secret in secrets if len(secret) >= _SHORTEST_SECRET)
    errors: list[dict[str, Any]] = _tidy(_errors(payload.get("errors")), secrets)
    raise GraphQLErrorResponse(
        response=response,
        errors=errors,
        foreign=_tidy(_other_json(payload), secrets) if isinstance(document, dict) and not errors else None,
        older_api=isinstance(payload.get("error"), dict) and not errors,
        data=data,
        with_token=with_token,
        mutation=mutation,
        retry_after=retry_after(response.headers, now=now),
    ).error()


def _errors(value: Any) -> list[dict[str, Any]]:
    """Read the ``errors`` of an answer as a list of objects, whatever stands there."""
    entries = value if isinstance(value, list) else [] if value is None else [value]
    return [entry if isinstance(entry, dict) else {"message": str(entry)} for entry in entries]


def _other_json(payload: dict[str, Any]) -> dict[str, Any]:
    """Read what other JSON says, such as ``{"error": {"status": 400, "messages": ["SQL Error"]}}`` of the older API."""
    error = payload.get("error")
    inner = error if isinstance(error, dict) else payload
    messages = inner.get("messages")
    text = (
        messages[0] if isinstance(messages, list) and messages else inner.get("message") or inner.get("title") or error
    )
    return {"message": text if isinstance(text, str) else "", "status": inner.get("status")}


def _tidy(value: Any, secrets: tuple[str, ...], depth: int = 0) -> Any:
    """Make a part of an answer fit for an error: texts cleaned, sizes bounded."""
    if isinstance(value, str):
        return clean(value, secrets=secrets)
    if depth > _KEPT_DEPTH:
        return None
    if isinstance(value, list):
        return [_tidy(item, secrets, depth + 1) for item in value[:_KEPT_PARTS]]
    if isinstance(value, dict):
        kept = list(value.items())[:_KEPT_PARTS]
        return {clean(key, secrets=secrets): _tidy(item, secrets, depth + 1) for key, item in kept}
    return value
