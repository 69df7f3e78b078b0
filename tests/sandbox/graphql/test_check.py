"""What is told of a query before it is sent."""

import pytest

from anilist_oauth.sandbox import Finding, findings


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
    message = "The query's complexity is 501, and AniList allows 500: request fewer fields."
    assert findings(f"{{ Media(id: 1) {{ {fields} }} }}") == [Finding(kind="complexity", message=message)]
