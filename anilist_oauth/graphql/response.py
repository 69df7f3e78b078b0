"""Read AniList's response to a GraphQL request: its data, or the error that it means."""

from datetime import datetime
from itertools import islice
from typing import Any

from anilist_oauth.graphql.error_response import GraphQLErrorResponse
from anilist_oauth.http_messages import GRAPHQL_BODY_LIMIT, MEMORY, Response
from anilist_oauth.pacing.rate_limit import retry_after
from anilist_oauth.redaction import Masked, MaskedText, clean

_KEPT_DEPTH, _KEPT_PARTS, _KEPT_VALUES = 8, 50, 1000  # the most that an error keeps of an answer; AniList's are smaller
_SHORTEST_SECRET = 8  # characters; a shorter one cannot be a token, and masking it would garble every text


def parse_graphql_response(
    response: Response, *, with_token: bool, now: datetime, mutation: bool = False, secrets: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return the data in AniList's response to a GraphQL request.

    Args:
        response: The response.
        with_token: Whether a token was sent. If not, a 401 does not mean an invalid token.
        now: The current time (aware). A ``Retry-After`` date is compared with it.
        mutation: Whether the request was a mutation. After a 5xx, repeating it could do harm.
        secrets: Strings that must not appear in an error: the access token, and the client secret, which the server
            knows too.

    Returns:
        The ``data`` of a response without errors.

    Raises:
        GraphQLError: AniList refused the query or a part of it. Its `data` contains the partial data. The subclasses
            are `InvalidTokenError`, `GraphQLForbiddenError`, `GraphQLNotFoundError`, `GraphQLValidationError` and
            `QueryTooComplexError`.
        RateLimitedError: There were too many requests. `retry_after` is 60 if AniList does not say how long to wait.
        ServiceUnavailableError: AniList is down. `retry_after` is None if only this one request failed.
        UnexpectedResponseError: The response is not GraphQL.
    """
    document = Masked(response.json(memory=MEMORY * GRAPHQL_BODY_LIMIT))
    if (
        response.status < 300
        and isinstance(document.value, dict)
        and isinstance(document.value.get("data"), dict)
        and document.value.get("errors") in (None, [])
    ):
        granted: dict[str, Any] = document.value["data"]
        return granted
    excerpt = _Excerpt(tuple(MaskedText(secret) for secret in secrets if len(secret) >= _SHORTEST_SECRET))
    del secrets
    raise _refusal(
        response,
        document.value,
        excerpt,
        with_token=with_token,
        mutation=mutation,
        retry_after=retry_after(response.headers, now=now),
    ).error()


def _refusal(
    response: Response,
    document: Any,
    excerpt: "_Excerpt",
    *,
    with_token: bool,
    mutation: bool,
    retry_after: float | None,
) -> GraphQLErrorResponse:
    payload: dict[str, Any] = document if isinstance(document, dict) else {}
    errors: list[dict[str, Any]] = excerpt.of(_errors(payload.get("errors")))
    return GraphQLErrorResponse(
        response,
        errors=errors,
        foreign=excerpt.of(_other_json(payload)) if isinstance(document, dict) and not errors else None,
        older_api=isinstance(payload.get("error"), dict) and not errors,
        data=payload["data"] if isinstance(payload.get("data"), dict) else None,
        with_token=with_token,
        mutation=mutation,
        retry_after=retry_after,
    )


def _errors(value: Any) -> list[dict[str, Any]]:
    """Read ``errors`` in a response as a list of objects, whatever the server has sent."""
    entries = value[:_KEPT_PARTS] if isinstance(value, list) else [] if value is None else [value]
    return [entry if isinstance(entry, dict) else {"message": str(entry)} for entry in entries]


def _other_json(payload: dict[str, Any]) -> dict[str, Any]:
    """Read JSON that is not GraphQL, such as the older API's ``{"error": {"status": 400, "messages": ["…"]}}``."""
    error = payload.get("error")
    inner = error if isinstance(error, dict) else payload
    messages = inner.get("messages")
    text = (
        messages[0] if isinstance(messages, list) and messages else inner.get("message") or inner.get("title") or error
    )
    return {"message": text if isinstance(text, str) else "", "status": inner.get("status")}


class _Excerpt:
    """Makes parts of a response safe to keep in an error. Texts are cleaned, and the size of the parts is limited."""

    def __init__(self, secrets: tuple[MaskedText, ...]) -> None:
        self._secrets = secrets
        self._left = _KEPT_VALUES

    def of(self, value: Any, depth: int = 0) -> Any:
        """Return the part of a value that is kept."""
        self._left -= 1
        if isinstance(value, str):
            return clean(value, secrets=self._secrets)
        if depth > _KEPT_DEPTH:
            return None
        if isinstance(value, list):
            return [self.of(item, depth + 1) for item in value[:_KEPT_PARTS] if self._left > 0]
        if isinstance(value, dict):
            parts = islice(value.items(), _KEPT_PARTS)
            return {self.of(key): self.of(item, depth + 1) for key, item in parts if self._left > 0}
        return value
