"""AniList's whole schema, from ``schema.graphql``. It is built when it is first needed."""

from functools import cache

import attrs
import graphql

from anilist_oauth.sandbox.graphql.nodes import kinds_of, schema_text


@cache
def anilist_schema() -> graphql.GraphQLSchema:
    """Build the schema. It is not validated here, which would take 100 ms; the tests do that."""
    return graphql.build_schema(schema_text(), assume_valid=True, assume_valid_sdl=True, no_location=True)


@attrs.frozen(kw_only=True)
class FieldType:
    """The type of a field.

    Attributes:
        kind: The name of its type, without ``[]`` and ``!``.
        is_list: Whether the field is a list.
        is_leaf: Whether the type is a scalar or an enum.
        options: The values of an enum; empty for other types.
        connected: The kind of a connection's nodes; empty for other types.
        edge: The kind of a connection's edges; empty for other types.
    """

    kind: str
    is_list: bool
    is_leaf: bool
    options: tuple[str, ...] = ()
    connected: str = ""
    edge: str = ""


@cache
def field_type(kind: str, name: str) -> FieldType | None:
    """Return the type of a field, or None if the schema has no such field."""
    owner = anilist_schema().type_map.get(kind)
    if not isinstance(owner, graphql.GraphQLObjectType) or name not in owner.fields:
        return None
    declared = owner.fields[name].type
    named = graphql.get_named_type(declared)
    edges = field_type(named.name, "edges") if named.name.endswith("Connection") else None
    node = field_type(edges.kind, "node") if edges else None
    return FieldType(
        kind=named.name,
        is_list=graphql.is_list_type(graphql.get_nullable_type(declared)),
        is_leaf=graphql.is_leaf_type(named),
        options=tuple(named.values) if isinstance(named, graphql.GraphQLEnumType) else (),
        connected=node.kind if node else "",
        edge=edges.kind if edges else "",
    )


@cache
def has_id(kind: str) -> bool:
    """Return whether the nodes of a kind have ids. Otherwise they are parts of other objects."""
    fields = getattr(anilist_schema().type_map[kinds_of(kind)[0]], "fields", {})
    return "id" in fields and graphql.is_non_null_type(fields["id"].type)
