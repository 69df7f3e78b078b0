"""AniList's GraphQL as the sandbox plays it: schema, resolvers, limits and errors, without HTTP."""
