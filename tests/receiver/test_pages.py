"""The pages of a receiver: every failure in a person's words."""

import inspect

import pytest

from anilist_oauth import errors
from anilist_oauth.errors import AniListOAuthError
from anilist_oauth.receiver.pages import failed, nothing_here

CLASSES = [kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, AniListOAuthError)]


@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_has_a_page(kind: type[AniListOAuthError]) -> None:
    """None shows the error's own text, which is the program's business; each is an error to programs as well."""
    error = kind.restore(
        "canary message", {"verified": False, "error": "e", "description": None, "hint": None, "reason": None}
    )
    page = failed(error)
    assert 400 <= page.status < 600
    assert b"canary" not in page.body
    assert b"<h1>" in page.body


@pytest.mark.parametrize("status", [400, 403, 404, 405])
def test_what_is_no_callback_is_turned_away(status: int) -> None:
    """With a page."""
    page = nothing_here(status)
    assert page.status == status
    assert b"only takes people back from AniList" in page.body
