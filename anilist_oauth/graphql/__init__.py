"""GraphQL requests and AniList's answers to them, as values, without I/O.

`request` makes one, `response` reads the answer, `error_response` tells refusals apart, `pagination` walks over pages.
When a request may start is decided in `pacing`; what sends it is in `session`.
"""

from anilist_oauth.graphql.request import graphql_request
from anilist_oauth.graphql.response import parse_graphql_response

__all__ = ["graphql_request", "parse_graphql_response"]
