"""GraphQL requests and AniList's responses to them, as values without I/O.

`request` builds a request, `response` reads the response to it, `error_response` finds the error that it means, and
`pagination` iterates over pages. `pacing` decides when a request may start, and `session` sends it.
"""

from anilist_oauth.graphql.request import graphql_request
from anilist_oauth.graphql.response import parse_graphql_response

__all__ = ["graphql_request", "parse_graphql_response"]
