"""GraphQL requests to AniList, and what its answers mean.

AniList's errors mean other than they say: HTTP 400 is a dead token as well as a malformed query, 403 is an outage, 404
a private profile, and 401 inside a 200 a refusal that says nothing of the token. So the body decides, then the status.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yarl import URL

from anilist_oauth.errors import UnexpectedResponseError
from anilist_oauth.graphql_errors import Refusal
from anilist_oauth.messages import GRAPHQL_BODY_LIMIT, Request, Response
from anilist_oauth.ratelimit import retry_after
from anilist_oauth.redaction import clean
from anilist_oauth.tokens import Token, bearer_headers
from anilist_oauth.variables import checked_text, plain_variables, refuse
from anilist_oauth.viewer import Viewer

VIEWER_QUERY = "query { Viewer { id name siteUrl unreadNotificationCount avatar { large } } }"

_HEADERS = {"Accept": "application/json", "Content-Type": "application/json"}
_encode = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode
_KEPT_DEPTH, _KEPT_PARTS = 8, 50  # of what an error keeps of an answer; AniList's own are smaller
_SHORTEST_SECRET = 8  # characters; masking a shorter one, which can be no token of AniList's, would garble every text
_LEXEME = re.compile(r'"""(?:\\"""|.)*?"""|"(?:\\.|[^"\\\n])*"|#[^\n\r]*|[{}()]|[_A-Za-z][_0-9A-Za-z]*', re.DOTALL)


def graphql_request(
    endpoint: URL,
    query: str,
    variables: Mapping[str, Any] | None = None,
    *,
    token: Token | str | None = None,
    operation_name: str | None = None,
    timeout: float | None = None,
) -> Request:
    """Make the POST of one GraphQL request (AniList: Getting started, Authenticated requests).

    Args:
        endpoint: Where it goes; the token goes nowhere else (RFC 6750 section 5.3).
        query: The GraphQL document.
        variables: JSON types only.
        token: Whose request it is; None for a public query.
        operation_name: Which operation of the document to run, where it has several.
        timeout: Seconds for one try, or None for the session's own.

    Raises:
        UnsendableValueError: A variable is not JSON, or a text cannot be sent; `path` says which.
        ConfigurationError: The token cannot be one, or the timeout is no positive number.
    """
    body: dict[str, Any] = {"query": checked_text(query, "query")}
    if not query.strip():
        refuse("query", "it is empty; write a GraphQL document")
    if variables is not None:
        body["variables"] = plain_variables(variables)
    if operation_name is not None:
        body["operationName"] = checked_text(operation_name, "operation_name")
    return Request(
        url=endpoint,
        headers=_HEADERS if token is None else _HEADERS | bearer_headers(token),
        body=_encode(body).encode("ascii"),
        body_limit=GRAPHQL_BODY_LIMIT,
        timeout=timeout,
    )


def has_mutation(query: str) -> bool:
    """Tell whether a document holds a mutation, which must not be sent twice (GraphQL section 2.3).

    Any ``mutation`` at the top of the document counts, whichever operation is named: in doubt it is one.
    """
    if "mutation" not in query:
        return False
    depth = 0
    for match in _LEXEME.finditer(query):
        lexeme = match.group()
        if lexeme in {"{", "("}:
            depth += 1
        elif lexeme in {"}", ")"}:
            depth -= 1
        elif lexeme == "mutation" and depth <= 0:
            return True
    return False


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
        UnexpectedResponseError: The answer is no GraphQL.
    """
    document = response.json()
    payload: dict[str, Any] = document if isinstance(document, dict) else {}
    data: dict[str, Any] | None = payload["data"] if isinstance(payload.get("data"), dict) else None
    if data is not None and response.status < 300 and payload.get("errors") in (None, []):
        return data
    secrets = tuple(secret for secret in secrets if len(secret) >= _SHORTEST_SECRET)
    errors: list[dict[str, Any]] = _tidy(_errors(payload.get("errors")), secrets)
    raise Refusal(
        response=response,
        errors=errors,
        foreign=_tidy(_foreign(payload), secrets) if isinstance(document, dict) and not errors else None,
        data=data,
        with_token=with_token,
        mutation=mutation,
        retry_after=retry_after(response.headers, now=now),
    ).error()


def parse_viewer(data: Mapping[str, Any]) -> Viewer:
    """Read the answer to `VIEWER_QUERY`; without an id and a name in it, it is an `UnexpectedResponseError`."""
    viewer = data.get("Viewer")
    if not isinstance(viewer, dict):
        viewer = {}
    user_id, name, avatar = viewer.get("id"), viewer.get("name"), viewer.get("avatar")
    if type(user_id) is not int or user_id <= 0 or not isinstance(name, str) or not name:
        raise UnexpectedResponseError("AniList answered without saying who the user is; try again later")
    unread = viewer.get("unreadNotificationCount")
    return Viewer(
        id=user_id,
        name=name,
        avatar=_text(avatar.get("large")) if isinstance(avatar, dict) else None,
        site_url=_text(viewer.get("siteUrl")),
        unread=unread if type(unread) is int else None,
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _errors(value: Any) -> list[dict[str, Any]]:
    """Read the ``errors`` of an answer as a list of objects, whatever stands there."""
    entries = value if isinstance(value, list) else [] if value is None else [value]
    return [entry if isinstance(entry, dict) else {"message": str(entry)} for entry in entries]


def _foreign(payload: dict[str, Any]) -> dict[str, Any]:
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
