"""The refusals of an authorization server."""

import pytest

from anilist_oauth.sandbox.oauth.server_versions import GenerationName, generation_named, refused

TEXT = "The resource owner or authorization server denied the request."
HINT = "The user denied the request"


@pytest.mark.parametrize(
    ("generation", "fields"),
    [
        ("7.3.2", [("error", "access_denied"), ("message", TEXT), ("hint", HINT)]),
        (
            "8.5.5",
            [("error", "access_denied"), ("error_description", TEXT), ("hint", HINT), ("message", TEXT)],
        ),
        ("9.4.1", [("error", "access_denied"), ("error_description", TEXT), ("hint", HINT)]),
    ],
)
def test_each_generation_has_its_own_keys_in_its_own_order(
    generation: GenerationName, fields: list[tuple[str, str]]
) -> None:
    """The text is `message`, `error_description`, or both; the hint stands where it stood."""
    assert list(refused("access_denied").fields(generation_named(generation)).items()) == fields


def test_a_refusal_without_a_hint_has_no_such_key() -> None:
    """And no challenge: whether HTTP Basic was tried is for the token endpoint to say."""
    assert "hint" not in refused("invalid_client").fields(generation_named("7.3.2"))
    assert refused("invalid_client").headers == {}
