"""The refusals of an authorization server."""

import pytest

from anilist_oauth.sandbox.oauth.error_responses import access_denied, invalid_client
from anilist_oauth.sandbox.oauth.server_versions import GenerationName, generation_named

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
    assert list(access_denied().fields(generation_named(generation)).items()) == fields


def test_a_refusal_without_a_hint_has_no_such_key() -> None:
    """And a challenge only where HTTP Basic was tried."""
    assert "hint" not in invalid_client().fields(generation_named("7.3.2"))
    assert invalid_client().headers == {}
    assert invalid_client(challenge=True).headers == {"WWW-Authenticate": 'Basic realm="OAuth"'}
