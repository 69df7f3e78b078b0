"""The errors of a database are converted."""

import asyncpg
import pytest

from anilist_oauth.storage.sql.failures import storage_error


@pytest.mark.requirement("R6")
def test_a_connection_that_broke_in_the_middle_of_its_work_may_be_replaced() -> None:
    """A restart of a pooler makes asyncpg raise this error, which may be retried."""
    broken = asyncpg.InternalClientError("cannot switch to state 11; another operation (2) is in progress")
    assert storage_error(broken, database="postgresql", secrets=()).retryable
    assert not storage_error(ValueError("of ours"), database="postgresql", secrets=()).retryable
