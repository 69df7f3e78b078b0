"""Random valid documents over AniList's whole schema, for Hypothesis to draw."""

from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    ast_from_value,
    get_named_type,
    is_leaf_type,
    print_ast,
)
from hypothesis import strategies as st

from anilist_oauth.sandbox.graphql.schema import anilist_schema

DEPTH = 5
_NUMBERS = {"page": st.integers(1, 4), "perPage": st.integers(1, 60), "chunk": st.integers(1, 3)}
_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "Int": st.integers(-1, 200) | st.integers(-(2**31), 2**31 - 1),
    "Float": st.floats(-10, 200),
    "String": st.sampled_from(["mika", "made-up", "a", "", "%a%", "Cats", "雪"]) | st.text("ab% _\\", max_size=4),
    "Boolean": st.booleans(),
    "FuzzyDateInt": st.integers(19900101, 20351231),
    "CountryCode": st.sampled_from(["JP", "KR"]),
    "Json": st.none(),
}


def _value(kind: GraphQLInputType, name: str, *, nullable: bool = True) -> st.SearchStrategy[Any]:
    """Draw a value of an input type, as JSON; null now and then where it may be."""
    if isinstance(kind, GraphQLNonNull):
        return _value(kind.of_type, name, nullable=False)
    if isinstance(kind, GraphQLList):
        found: st.SearchStrategy[Any] = st.lists(_value(kind.of_type, name), max_size=3)
    elif isinstance(kind, GraphQLEnumType):
        found = st.sampled_from(sorted(kind.values))
    elif isinstance(kind, GraphQLInputObjectType):
        found = st.fixed_dictionaries(
            {key: _value(field.type, key, nullable=False) for key, field in kind.fields.items()}
        )
    else:
        found = _NUMBERS[name] if name in _NUMBERS else _SCALARS[get_named_type(kind).name]
    return found if not nullable else st.one_of(found, found, found, st.none())


class _Writer:
    """Writes one document, whose arguments are variables or values, and whose every field has a name of its own."""

    def __init__(self, draw: st.DrawFn, fields: int) -> None:
        self.draw, self.left = draw, fields
        self.variables: dict[str, tuple[str, Any]] = {}
        self.names = 0

    def selection(self, kind: GraphQLNamedType, depth: int) -> str:
        if isinstance(kind, GraphQLUnionType):
            members = self.draw(st.lists(st.sampled_from(kind.types), min_size=1, max_size=2, unique=True))
            parts = [f"... on {member.name} {self.selection(member, depth)}" for member in members]
            return "{ __typename " + " ".join(parts) + " }"
        assert isinstance(kind, GraphQLObjectType)
        fields = {
            name: field for name, field in kind.fields.items() if depth or is_leaf_type(get_named_type(field.type))
        }
        if not fields:
            return "{ __typename }"
        size = 3 if depth < DEPTH else 2
        names = self.draw(st.lists(st.sampled_from(sorted(fields)), min_size=1, max_size=size, unique=True))
        return "{ " + " ".join(self.field(name, fields[name], depth) for name in names) + " }"

    def field(self, name: str, field: GraphQLField, depth: int) -> str:
        self.names += 1
        self.left -= 1
        required = [key for key, argument in field.args.items() if isinstance(argument.type, GraphQLNonNull)]
        optional = sorted(set(field.args) - set(required))
        drawn = self.draw(st.lists(st.sampled_from(optional), max_size=3, unique=True)) if optional else []
        given = ", ".join(f"{key}: {self.argument(key, field.args[key].type)}" for key in [*required, *drawn])
        head = f"f{self.names}: {name}" + (f"({given})" if given else "")
        kind = get_named_type(field.type)
        if is_leaf_type(kind):
            return head
        return f"{head} {self.selection(kind, depth - 1 if self.left > 0 else 0)}"

    def argument(self, name: str, kind: GraphQLInputType) -> str:
        """Write a value where it stands, or a variable that has it."""
        drawn = self.draw(_value(kind, name))
        literal = ast_from_value(drawn, kind)
        if literal is not None and self.draw(st.booleans()):
            return print_ast(literal)
        variable = f"v{len(self.variables)}"
        self.variables[variable] = (str(kind), drawn)
        return f"${variable}"


@st.composite
def documents(draw: st.DrawFn, root: str = "Query") -> tuple[str, dict[str, Any]]:
    """Draw a document, and values of its variables; some variables are left out."""
    writer = _Writer(draw, fields=60)
    body = writer.selection(anilist_schema().type_map[root], DEPTH)
    head = ", ".join(f"${name}: {kind}" for name, (kind, _) in writer.variables.items())
    values = {
        name: value for name, (kind, value) in writer.variables.items() if kind.endswith("!") or draw(st.booleans())
    }
    return f"{root.lower()}{f' ({head})' if head else ''} {body}", values
