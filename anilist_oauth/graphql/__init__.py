"""GraphQL requests and AniList's answers to them, as values without I/O.

`request` builds a request, `response` reads the answer, `error_response` classifies refusals, and `pagination` walks
through pages. `pacing` decides when a request may start; `session` sends it.
"""

from anilist_oauth.graphql.request import graphql_request
from anilist_oauth.graphql.response import parse_graphql_response

__all__ = ["graphql_request", "parse_graphql_response"]
