"""The record of a token is secret, and a login has an end."""

import pickle
from datetime import UTC, datetime

import pytest

from anilist_oauth.errors import StorageError
from anilist_oauth.storage.protocols import forget_at
from tests.storage.records import NOON, pending, stored


@pytest.mark.requirement("S19")
def test_a_record_keeps_its_token_to_itself() -> None:
    """The token is not in the repr, and cannot be pickled."""
    record = stored(token="canary")
    assert "canary" not in repr(record)
    with pytest.raises(TypeError, match="StoredToken holds a secret"):
        pickle.dumps(record)


def test_a_login_ends_before_the_calendar() -> None:
    """A later time raises our error, which says what to do."""
    with pytest.raises(StorageError, match="after the year 9999; give it a shorter lifetime"):
        forget_at(pending(expires_at=datetime.max.replace(tzinfo=UTC)), now=NOON)
