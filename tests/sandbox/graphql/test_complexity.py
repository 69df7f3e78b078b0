"""How much a query asks for."""

import pytest
from graphql import parse

from anilist_oauth.sandbox.graphql.complexity import complexity


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("{ a }", 1),
        ("{ a { b c { d } } }", 4),
        ("{ ...F ...F } fragment F on Query { a { b } }", 4),
        ("{ ... on Query { a b } }", 2),
        ("query A { a } query B { b }", 2),
    ],
)
def test_every_field_counts(query: str, fields: int) -> None:
    """Fragments count as often as they are used."""
    assert complexity(parse(query)) == fields


def test_fragments_of_fragments_take_no_time() -> None:
    """Two to the hundredth fields are counted at once."""
    fragments = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(100))
    assert complexity(parse(f"{{ ...F0 }} {fragments} fragment F100 on Query {{ a }}")) == 2**100
