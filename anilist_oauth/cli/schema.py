"""``schema``: prints AniList's GraphQL schema, for an editor, gql or ariadne-codegen."""

from anilist_oauth.cli.terminal import show


def schema() -> None:
    """Print AniList's GraphQL schema. AniList is not contacted.

    Use it with an editor, gql or ariadne-codegen: `anilist-oauth schema > schema.graphql`.
    """
    from anilist_oauth.sandbox import schema_text

    show(schema_text().rstrip("\n"))
