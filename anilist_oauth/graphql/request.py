"""Build GraphQL requests to AniList.

AniList's statuses are ambiguous: 400 means an invalid token or a malformed query, 403 an outage, and 404 a private
profile. A 401 inside a response with status 200 says nothing about the token. So the kind of an error is found from the
body first, and then from the status.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from yarl import URL

from anilist_oauth.arguments import expect
from anilist_oauth.graphql.variables import checked_text, plain_variables, refuse
from anilist_oauth.http_messages import GRAPHQL_BODY_LIMIT, Request
from anilist_oauth.redaction import masked_text
from anilist_oauth.tokens.access_token import Token, bearer_headers

_HEADERS = {"Accept": "application/json", "Content-Type": "application/json"}
_encode = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode
_LEXEME = r'(?s)"""(?:\\"""|.)*?"""|"(?:\\.|[^"\\\n])*"|#[^\n\r]*|[{}()]|[_A-Za-z][_0-9A-Za-z]*'


def graphql_request(
    endpoint: URL,
    query: str,
    variables: Mapping[str, Any] | None = None,
    *,
    token: Token | str | None = None,
    operation_name: str | None = None,
    timeout: float | None = None,
) -> Request:
    """Return a GraphQL request (AniList: Getting started, Authenticated requests).

    Args:
        endpoint: The GraphQL endpoint. The token is not sent to any other address (RFC 6750 section 5.3).
        query: The GraphQL document.
        variables: The variables, of JSON types only.
        token: The user's token, or None for a public query.
        operation_name: The operation of the document to run, if there are several.
        timeout: Seconds for one try, or None for the session's timeout.

    Raises:
        UnsendableValueError: A variable is not JSON, or a string cannot be encoded. `path` locates it.
        ConfigurationError: `token` cannot be a token, the timeout is not a positive number, or an argument has another
            type.
    """
    token = masked_text(token)
    expect(endpoint, URL, "endpoint: a yarl.URL is needed")
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
    """Return whether a document contains a mutation, which must not be sent twice (GraphQL section 2.3).

    Any ``mutation`` at the top level counts, whichever operation is run. The result is True if it is not certain.
    """
    if "mutation" not in query:
        return False
    depth = 0
    for match in re.finditer(_LEXEME, query):
        lexeme = match.group()
        if lexeme in {"{", "("}:
            depth += 1
        elif lexeme in {"}", ")"}:
            depth -= 1
        elif lexeme == "mutation" and depth <= 0:
            return True
    return False
