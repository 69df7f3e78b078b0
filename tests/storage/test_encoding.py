"""Records are converted to their stored form and back."""

import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anilist_oauth.errors import StorageError
from anilist_oauth.storage import StoredToken
from anilist_oauth.storage.encoding import (
    due_before,
    login_from_json,
    login_to_json,
    to_microseconds,
    token_from_fields,
    token_to_fields,
)
from anilist_oauth.storage.records import PendingLogin, Taken
from anilist_oauth.tokens.access_token import Token
from anilist_oauth.tokens.viewer import Viewer
from tests.steps import steps_of
from tests.storage.records import pending, stored

TIMES = st.datetimes(timezones=st.just(UTC))
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=40)
LOGINS = st.builds(
    PendingLogin,
    client_id=TEXTS,
    subject=st.none() | TEXTS,
    binding_digest=st.none() | TEXTS,
    label=st.none() | TEXTS,
    return_to=st.none() | TEXTS,
    expires_at=TIMES,
)
TOKENS = st.builds(
    StoredToken,
    client_id=TEXTS,
    subject=TEXTS,
    token=st.builds(Token, access_token=st.just("abc"), expires_at=st.none() | TIMES),
    viewer=st.none()
    | st.builds(Viewer, st.just(7), TEXTS, st.none() | TEXTS, st.none() | TEXTS, st.none() | st.integers()),
    user_id=st.just(7),
    issued_at=st.none() | TIMES,
    stored_at=TIMES,
    needs_login=st.booleans(),
    refused_at=st.none() | TIMES,
    told_expiring=st.booleans(),
    told_invalid=st.booleans(),
)


@given(LOGINS)
def test_a_login_is_read_unchanged(login: PendingLogin) -> None:
    """It is exact to the microsecond with any texts, and stored as ASCII."""
    text = login_to_json(login)
    assert text.isascii()
    assert login_from_json(text, claim=None, code=None) == login
    assert login_from_json(text, claim="a", code="b") == attrs.evolve(login, taken=Taken(claim="a", code="b"))


@pytest.mark.requirement("S19")
def test_a_token_on_its_way_to_a_driver_is_masked() -> None:
    """Drivers log the repr of the values that they write."""
    fields = token_to_fields(stored(token="canary"))
    assert "canary" in str(fields["access_token"])
    assert "canary" not in repr(fields)


@given(TOKENS)
def test_a_token_is_read_unchanged(record: StoredToken) -> None:
    """It is read from columns, and from strings without the fields that are None."""
    fields = token_to_fields(record)
    assert token_from_fields(fields) == record
    assert token_from_fields({name: str(value) for name, value in fields.items() if value is not None}) == record


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"expires_at": 1}',
        '{"expires_at": "x", "client_id": "1"}',
        '{"expires_at": 1e400}',
        '{"expires_at": 9e99, "client_id": "1"}',
        "[" * 99999,
        '{"expires_at": 1, "client_id": "1", "binding_digest": 5}',
    ],
)
def test_another_login_record_is_a_storage_error(text: str) -> None:
    """A KeyError is never raised."""
    with pytest.raises(StorageError, match="did not write"):
        login_from_json(text, claim=None, code=None)


@pytest.mark.requirement("S19")
@pytest.mark.parametrize(
    "change",
    [
        {"viewer": "[]"},
        {"stored_at": "x"},
        {"needs_login": None},
        {"expires_at": str(2**62)},
        {"viewer": "[" * 99999},
        {"access_token": "canary token"},
        {"user_id": 8},
        {"user_id": "canary"},
        {"user_id": None, "viewer": None},
    ],
)
def test_another_token_record_is_a_storage_error(change: dict[str, str | None]) -> None:
    """Neither the error nor its cause shows the record."""
    with pytest.raises(StorageError, match="did not write") as caught:
        token_from_fields(token_to_fields(stored()) | change)
    assert caught.value.__cause__ is caught.value.__context__ is None


@pytest.mark.requirement("R16")
def test_a_record_of_version_0_1_is_read() -> None:
    """It has neither a user id nor the time of issue."""
    fields = token_to_fields(stored())
    del fields["user_id"], fields["issued_at"]
    assert token_from_fields(fields) == stored()


def test_a_record_without_a_token_is_a_storage_error() -> None:
    """This package never writes a record without that column."""
    fields = token_to_fields(stored())
    del fields["access_token"]
    with pytest.raises(StorageError):
        token_from_fields(fields)


def test_a_login_record_holds_no_more_than_was_asked() -> None:
    """Who has taken the login is stored separately, so that one statement can write it."""
    assert set(json.loads(login_to_json(pending()))) == {
        "client_id",
        "subject",
        "binding_digest",
        "label",
        "return_to",
        "expires_at",
    }


def test_times_are_exact() -> None:
    """They are whole microseconds, not floats."""
    assert to_microseconds(datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)) == 253402300799999999


@pytest.mark.requirement("S35")
@pytest.mark.parametrize(
    "row",
    [
        lambda n: {"viewer": json.dumps({"id": 7, "name": "n" * n})},
        lambda n: {"viewer": json.dumps({f"n{i}": i for i in range(n)})},
        lambda n: {"access_token": "a." * n},
        lambda n: {"subject": "s" * n},
    ],
    ids=["a long name", "many names", "a long token", "a long subject"],
)
def test_a_row_is_read_in_one_pass(row: Callable[[int], dict[str, str]]) -> None:
    """A user who can write to the database cannot keep a program busy."""

    def read(n: int) -> None:
        with contextlib.suppress(StorageError):
            token_from_fields(token_to_fields(stored()) | row(n))

    read(10)
    once, twice = steps_of(lambda: read(2_000)), steps_of(lambda: read(4_000))
    assert twice <= 2.2 * once + 200


@pytest.mark.parametrize(("within", "year"), [(timedelta.max, 9999), (timedelta.min, 1)])
def test_what_is_beyond_the_calendar_is_its_end(within: timedelta, year: int) -> None:
    """A million years include every expiry."""
    assert due_before(within, now=datetime(2026, 10, 1, tzinfo=UTC)).year == year


@pytest.mark.parametrize("change", [{"client_id": 5}, {"subject": None}, {"token_id": b"x"}])
def test_a_record_of_other_types_is_a_storage_error(change: dict[str, object]) -> None:
    """A database may have columns of other types."""
    with pytest.raises(StorageError, match="did not write"):
        token_from_fields(token_to_fields(stored()) | change)
