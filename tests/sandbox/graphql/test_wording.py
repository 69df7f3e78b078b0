"""The words of AniList's GraphQL library."""

import pytest

from tests.sandbox.graphql.world import Asker


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
