"""AniList's GraphQL API without HTTP: the whole schema, one resolver for all of it, and one overlay for all changes.

Nothing outside this room loads graphql-core at import: `endpoint` and `findings` do so at the first query.
Reading order: `schema` (names and types), `nodes` (the objects), `view` (how one request sees them), `made_up` (values
that nobody set, by the recipes of ``made_up.json``), then the rules that keep values consistent: `media`, `relations`,
`accounts`, `media_lists`, `statistics`; then `rows` and `selection` (which rows, filtered and sorted), `mutations`,
`validation` (what is refused at once), `execution` and `endpoint`.
The sandbox's README says what is modelled, made up and inferred.
"""
