"""The findings of `doctor` as values."""

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
def test_similar_uris_have_common_mistakes(uri: str, expected: list[str]) -> None:
    """They differ in a slash, the scheme, the host's other name, the port or the letter case."""
    assert list(similar_uris(uri)) == expected
