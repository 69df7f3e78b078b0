"""Names are made safe to show."""

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
def test_a_name_is_cleaned(name: str | None, seen: str) -> None:
    """At most 80 visible characters are kept, and the joiners of emoji and Persian."""
    assert display_name(name, instead="nobody") == seen


@given(st.text())
def test_a_name_cannot_move_the_text_around_it(name: str) -> None:
    """It has no control character, bidi mark or line break, and is never empty."""
    seen = display_name(name, instead="?")
    assert 0 < len(seen) <= LIMIT
    assert all(character.isprintable() or character in "\u200c\u200d" for character in seen)
