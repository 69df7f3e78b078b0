"""Unreadable records are skipped and reported."""

import pytest

from anilist_oauth.errors import SealError, StorageError
from anilist_oauth.storage.skipped import Skipped


def test_an_outage_is_not_skipped() -> None:
    """It is raised at once."""
    skipped = Skipped()
    with pytest.raises(StorageError, match="away"), skipped.unreadable("1", "a"):
        raise StorageError("the database is away", retryable=True)
    skipped.report()


@pytest.mark.parametrize(("last", "kind"), [(SealError("no key"), SealError), (StorageError("odd"), StorageError)])
def test_skipped_records_are_reported_at_the_end(last: StorageError, kind: type[StorageError]) -> None:
    """The first three are named, in a SealError if keys would help with all of them."""
    skipped = Skipped()
    for error, subject in ((SealError("no key"), "a"), (SealError("no key"), "b"), (last, "c"), (last, "d")):
        with skipped.unreadable("1", subject):
            raise error
    with pytest.raises(StorageError, match=r"4 were skipped .*: a of application 1, b .*, c .* and others$") as caught:
        skipped.report()
    assert type(caught.value) is kind
