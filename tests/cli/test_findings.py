"""What `doctor` finds, as values."""

import pytest

from anilist_oauth.cli.findings import similar_uris


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        (
            "http://127.0.0.1:8080/callback",
            [
                "http://127.0.0.1:8080/callback/",
                "https://127.0.0.1:8080/callback",
                "http://localhost:8080/callback",
                "http://127.0.0.1/callback",
            ],
        ),
        (
            "https://www.bot.example/Callback/",
            [
                "https://www.bot.example/Callback",
                "http://www.bot.example/Callback/",
                "https://bot.example/Callback/",
                "https://www.bot.example/callback/",
            ],
        ),
        ("https://bot.example/cb?x=1", ["http://bot.example/cb?x=1", "https://www.bot.example/cb?x=1"]),
        ("app://callback", []),
    ],
)
def test_the_usual_slips_are_those_of_this_uri(uri: str, expected: list[str]) -> None:
    """A slash, the scheme, the host's other name, the port, the letter case."""
    assert list(similar_uris(uri)) == expected
