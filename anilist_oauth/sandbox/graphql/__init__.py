"""AniList's GraphQL API without HTTP: the whole schema, one resolver for all of it, and one overlay for all changes.

`endpoint`, `errors` and `nodes` can be imported without graphql-core, which is loaded at the first query.

Reading order: `nodes` (the objects), `schema` (their types), `view` (how one request sees them), `made_up` (values that
nobody set), `media`, `relations`, `selection` (filters, sorts and pages), `users` (and their lists), `statistics`,
`rows` (the fields of ``Query`` and ``Page``), `mutations`, `errors`, `validation`, `execution` and `endpoint`.
The sandbox's README says what is modelled, made up and inferred.
"""
