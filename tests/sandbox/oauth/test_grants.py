"""Codes and tokens."""

from datetime import UTC, datetime

import pytest

from anilist_oauth.sandbox.oauth.clients import default_application
from anilist_oauth.sandbox.oauth.grants import Grants, Question, signing_key
from anilist_oauth.sandbox.oauth.server_versions import generation_named
from anilist_oauth.sandbox.people import User

MIKA, RIN = User(id=1, name="mika"), User(id=2, name="rin")


@pytest.fixture
def grants() -> Grants:
    """No grants yet."""
    return Grants(generation=generation_named("7.3.2"), now=lambda: datetime(2026, 9, 1, tzinfo=UTC))


def test_a_code_has_anilist_s_length_and_look(grants: Grants) -> None:
    """Some 712 hexadecimal digits that begin with the version of the encryption."""
    application = default_application()
    question = Question(
        application=application,
        is_implicit=False,
        redirect_uri=application.redirect_uri,
        repeated=None,
        state=None,
    )
    codes = {grants.new_code(question, MIKA) for _ in range(100)}
    assert len(codes) == 100
    assert all(code.startswith("def50200") and 708 <= len(code) <= 720 for code in codes)


async def test_revoking_takes_back_one_application_s_tokens_of_one_user(grants: Grants) -> None:
    """All of them, and nobody else's; a token's repr does not show it."""
    given = [
        await grants.new_token(client_id=client_id, user=user)
        for client_id, user in (("1", MIKA), ("1", MIKA), ("2", MIKA), ("1", RIN))
    ]
    grants.revoke(MIKA, "1")
    assert [grants.live_token(token.value) is not None for token in given] == [False, False, True, True]
    assert not grants.approved(MIKA, "1")
    assert grants.approved(MIKA, "2")
    assert grants.approved(RIN, "1")
    assert given[0].value not in repr(given)


def test_the_key_is_made_once() -> None:
    """Half a second a process, not a sandbox; and of AniList's size."""
    assert signing_key() is signing_key()
    assert signing_key().result().key_size == 4096
