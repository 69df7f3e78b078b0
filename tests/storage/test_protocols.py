"""The record of a token."""

import pickle

import pytest

from tests.storage.records import stored


@pytest.mark.requirement("S19")
def test_a_record_keeps_its_token_to_itself() -> None:
    """It is neither shown nor pickled."""
    record = stored(token="canary")
    assert "canary" not in repr(record)
    with pytest.raises(TypeError, match="StoredToken holds a secret"):
        pickle.dumps(record)
