"""What AniList refuses of a document before it looks anything up."""

import pytest
from graphql import parse

from anilist_oauth.sandbox import Finding, findings
from anilist_oauth.sandbox.graphql.validation import complexity
from tests.sandbox.graphql.world import Asker


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


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("{ Media(id: 1) { id } }", []),
        ("{", [("invalid", 1, 2)]),
        ("{ Media(id: 1) { idd } }", [("invalid", 1, 18)]),
        ("{ Media(id: 1) {\n seasonInt } }", [("deprecated", 2, 2)]),
        ("{ Page(page: 101, perPage: 50) { media { id } } }", [("page", 1, 3)]),
        (
            "{ Page(perPage: 51) { media { characters(perPage: 26) { nodes { id } } } } }",
            [("page", 1, 3), ("page", 1, 31)],
        ),
        ('{ MediaListCollection(userName: "a", perChunk: 501) { hasNextChunk } }', [("page", 1, 3)]),
        ("query ($n: Int) { Page(perPage: $n) { notifications { __typename } } }", [("token", 1, 39)]),
        ("mutation { ToggleFollow(userId: 1) { id } }", [("token", 1, 12)]),
    ],
)
def test_each_finding_has_its_kind_and_place(query: str, found: list[tuple[str, int, int]]) -> None:
    """What AniList refuses, cuts, may drop one day, or answers to users alone."""
    assert [(one.kind, one.line, one.column) for one in findings(query)] == found


def test_a_query_that_is_too_complex_is_told_by_its_figure() -> None:
    """The same figure that AniList names."""
    fields = " ".join(f"f{number}: id" for number in range(500))
    message = "Max query complexity should be 500 but got 501."
    assert findings(f"{{ Media(id: 1) {{ {fields} }} }}") == [Finding(kind="complexity", message=message)]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("{ Nope }", 'Cannot query field "Nope" on type "Query".'),
        ("{ Media(id: 1) { id { x } } }", 'Field "id" of type "Int!" must not have a sub selection.'),
        (
            "{ Markdown { html } }",
            'Field "Markdown" argument "markdown" of type "String!" is required but not provided.',
        ),
        ("{ Media(id: 1) { id @nope } }", 'Unknown directive "nope".'),
        ("{ Media(x: 1) { id } }", 'Unknown argument "x" on field "Media" of type "Query".'),
    ],
)
def test_what_is_not_valid_is_told_in_its_words(anilist: Asker, query: str, text: str) -> None:
    """As webonyx/graphql-php says it, in double quotation marks."""
    status, message, data = anilist.refused(query)
    assert (status, message, data) == (400, text, None)
