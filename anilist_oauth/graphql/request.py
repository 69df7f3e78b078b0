"""GraphQL requests to AniList, and what its answers mean.

AniList's errors mean other than they say: HTTP 400 is a dead token as well as a malformed query, 403 is an outage, 404
a private profile, and 401 inside a 200 a refusal that says nothing of the token. So the body decides, then the status.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from yarl import URL

from anilist_oauth.graphql.variables import checked_text, plain_variables, refuse
from anilist_oauth.http_messages import GRAPHQL_BODY_LIMIT, Request
from anilist_oauth.redaction import MaskedText
from anilist_oauth.tokens.access_token import Token, bearer_headers

_HEADERS = {"Accept": "application/json", "Content-Type": "application/json"}
_encode = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode
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
        ConfigurationError: The token cannot be one, or the timeout is not a positive number.
    """
    token = MaskedText(token) if isinstance(token, str) else token
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
