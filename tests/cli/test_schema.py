"""The command ``anilist-oauth schema``."""

from graphql import build_schema

from tests.cli.desk import Desk


def test_the_schema_can_be_read_by_any_tool(empty: Desk) -> None:
    """It is GraphQL's schema language, and no application is needed."""
    empty.forget_application()
    schema = build_schema(empty.run("schema").stdout)
    assert schema.query_type is not None
    assert len(schema.query_type.fields) == 27
