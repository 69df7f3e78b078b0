"""AniList's schema."""

from graphql import GraphQLObjectType, assert_valid_schema, print_schema

from anilist_oauth.sandbox.graphql.nodes import kinds_of, schema_text, space_of
from anilist_oauth.sandbox.graphql.schema import anilist_schema, field_type, has_id
from tests.sandbox.graphql.write_schema import written

DESCRIBED = {
    "objects": {
        "Query": {
            "a": {"type": "[Int!]!", "args": {"of": "Kind", "to": "In"}},
            "b": {"type": "Either", "deprecated": True},
        },
        "One": {"id": {"type": "Int!"}},
        "Two": {"when": {"type": "Day"}},
    },
    "enums": {"Kind": {"A": {}, "B": {"deprecated": True}}},
    "inputs": {"In": {"name": "String!"}},
    "unions": {"Either": ["One", "Two"]},
    "scalars": ["Day"],
}
WRITTEN = """\
scalar Day

union Either = One | Two

enum Kind {
  A
  B @deprecated
}

input In {
  name: String!
}

type One {
  id: Int!
}

type Query {
  a(of: Kind, to: In): [Int!]!
  b: Either @deprecated
}

type Two {
  when: Day
}
"""


def test_the_schema_is_whole_and_valid() -> None:
    """127 objects with 982 fields, as of August 2026; the sandbox itself does not spend the time to look."""
    schema = anilist_schema()
    assert_valid_schema(schema)
    objects = [
        kind for name, kind in schema.type_map.items() if isinstance(kind, GraphQLObjectType) and name[:2] != "__"
    ]
    assert (len(objects), sum(len(kind.fields) for kind in objects)) == (127, 982)
    assert print_schema(schema).count("@deprecated") == schema_text().count("@deprecated") > 10


def test_a_described_schema_is_written_in_graphqls_language() -> None:
    """So that the file can be made again from a newer description."""
    assert written(DESCRIBED) == WRITTEN


def test_fields_are_described() -> None:
    """By kind, list, leaf, enum and what a connection connects to; None for one that there is not."""
    genres, status, studios = (field_type("Media", name) for name in ("genres", "status", "studios"))
    assert genres
    assert status
    assert studios
    assert (genres.kind, genres.is_list, genres.is_leaf) == ("String", True, True)
    assert "RELEASING" in status.options
    assert (studios.kind, studios.connected, studios.is_leaf) == ("StudioConnection", "Studio", False)
    assert field_type("Media", "nope") is field_type("MediaStatus", "nope") is None


def test_some_kinds_share_their_ids() -> None:
    """Activities and notifications do; a part of something has no id of its own."""
    assert space_of("TextActivity") == "ActivityUnion"
    assert space_of("Media") == "Media"
    assert len(kinds_of("NotificationUnion")) == 20
    assert has_id("ActivityUnion")
    assert not has_id("FuzzyDate")
    assert not has_id("MediaEdge")
