"""AniList's GraphQL API without HTTP: the whole schema, one resolver for all of it, and one overlay for all changes.

Reading order: `schema` (names and types), `nodes` (the objects), `view` (how one request sees them), `made_up` (values
that nobody set), then the rules that keep values consistent: `media`, `relations`, `accounts`, `media_lists`,
`statistics`; then `rows` and `selection` (which rows, filtered and sorted), `mutations` and `endpoint`. The sandbox's
README says what is modelled, made up and inferred.
"""

from anilist_oauth.sandbox.graphql import mutations, statistics

__all__ = ["mutations", "statistics"]
