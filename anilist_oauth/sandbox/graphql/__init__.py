"""AniList's GraphQL API, without HTTP: the whole schema, one resolver for all of it, and one overlay for all changes.

Reading order: `schema` (names and types), `nodes` (what there is), `view` (how one request sees it), `made_up` (values
that nobody set), `media` and `users` (rules that keep those plausible), `media_lists`, `statistics`, `rows` and
`selection` (which rows, filtered and sorted), `mutations`, `endpoint`. What is modelled, made up and inferred stands
in the sandbox's README.
"""
