"""Names that strangers chose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anilist_oauth.receiver.display_name import LIMIT, display_name


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("@mika on Discord", "@mika on Discord"),
        ("  two\n\tlines ", "two lines"),
        ("\u202eakim\u2066\x1b[31m", "akim[31m"),
        ("👩\u200d🎤 a\u200cb", "👩\u200d🎤 a\u200cb"),
        ("\u200b \u200d\x00", "nobody"),
        ("", "nobody"),
        (None, "nobody"),
        ("a" * 80, "a" * 80),
        ("a" * 81, "a" * 79 + "…"),
        ("\ud800lone", "lone"),
    ],
)
def test_what_is_left_of_a_name(name: str | None, seen: str) -> None:
    """Visible characters, joiners of emoji and Persian, 80 at most."""
    assert display_name(name, instead="nobody") == seen


@given(st.text())
def test_nothing_that_moves_text_is_left(name: str) -> None:
    """No control character, no bidi mark, no line break, never empty."""
    seen = display_name(name, instead="?")
    assert 0 < len(seen) <= LIMIT
    assert all(character.isprintable() or character in "\u200c\u200d" for character in seen)
