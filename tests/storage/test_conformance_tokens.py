"""Every token store passes these tests."""

import asyncio
from datetime import timedelta
from typing import Any

import attrs
import pytest

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.storage import StoredToken
from anilist_oauth.storage.digests import digest
from tests.storage.openers import Stores
from tests.storage.records import NOON, stored


async def test_a_token_is_read_as_it_was_stored(stores: Stores) -> None:
    """Every field is the same, also in other processes."""
    full = attrs.evolve(stored(), needs_login=True, refused_at=NOON, told_expiring=True, told_invalid=True)
    unknown = attrs.evolve(stored(), viewer=None, issued_at=NOON)
    for record in (stored(), stored(days=None), full, unknown):
        assert await stores.tokens.put(record)
        assert await stores.other_tokens.get("discord:42", client_id="12345") == record


@pytest.mark.requirement("S19")
async def test_no_library_logs_a_token(stores: Stores, caplog: pytest.LogCaptureFixture) -> None:
    """Drivers log the values that they write at DEBUG."""
    caplog.set_level(1)
    await stores.tokens.put(stored())
    await stores.tokens.update(attrs.evolve(stored(), needs_login=True), was=stored())
    assert await stores.tokens.get("discord:42", client_id="12345")
    assert "token-1" not in caplog.text


async def test_an_unknown_subject_has_no_token(stores: Stores) -> None:
    """Nothing is found or deleted."""
    await stores.tokens.delete("discord:42", client_id="12345")
    assert await stores.tokens.get("discord:42", client_id="12345") is None


@pytest.mark.requirement("V7")
@pytest.mark.requirement("V14")
async def test_applications_and_subjects_do_not_touch_one_another(stores: Stores) -> None:
    """Client id and subject are both part of the key."""
    records = [
        stored("a:b", client_id="1", token="one"),
        stored("b", client_id="1:a", token="two"),
        stored("A:b", client_id="1", token="three"),
        stored("a:b ", client_id="1", token="four"),
        stored("a:b", client_id="2", token="five"),
    ]
    for record in records:
        await stores.tokens.put(record)
    for record in records:
        assert await stores.other_tokens.get(record.subject, client_id=record.client_id) == record
    await stores.tokens.delete("a:b", client_id="1")
    assert await stores.tokens.get("a:b", client_id="1") is None
    for record in records[1:]:
        assert await stores.tokens.get(record.subject, client_id=record.client_id) == record


async def test_a_new_login_replaces_the_token(stores: Stores) -> None:
    """Its marks are replaced as well."""
    await stores.tokens.put(attrs.evolve(stored(), needs_login=True, told_invalid=True))
    assert await stores.tokens.put(stored(token="token-2"))
    assert await stores.tokens.get("discord:42", client_id="12345") == stored(token="token-2")


async def test_over_writes_only_over_that_token(stores: Stores) -> None:
    """With another token id, nothing is written."""
    first, second = stored(), stored(token="token-2")
    assert not await stores.tokens.put(first, over=first.token_id)
    await stores.tokens.put(first)
    assert not await stores.tokens.put(second, over=digest("another"))
    assert await stores.tokens.get("discord:42", client_id="12345") == first
    assert await stores.tokens.put(second, over=first.token_id)
    assert not await stores.tokens.put(first, over=first.token_id)
    assert await stores.tokens.get("discord:42", client_id="12345") == second


@pytest.mark.requirement("R8")
async def test_a_newer_token_is_never_replaced(stores: Stores) -> None:
    """This holds with `over` and without."""
    second = timedelta(seconds=1)
    first, later, unknown = (
        attrs.evolve(stored(token=name), issued_at=issued_at)
        for name, issued_at in (("token-1", NOON), ("token-2", NOON + second), ("token-3", None))
    )
    await stores.tokens.put(later)
    assert not await stores.other_tokens.put(first)
    assert not await stores.tokens.put(first, over=later.token_id)
    assert not await stores.tokens.update(first, was=later)
    assert await stores.tokens.get("discord:42", client_id="12345") == later
    assert await stores.tokens.put(unknown)
    assert await stores.tokens.put(first)
    assert await stores.tokens.put(later)


@pytest.mark.requirement("R8")
async def test_of_two_tokens_of_one_second_the_later_write_stands(stores: Stores) -> None:
    """AniList's clock has a resolution of one second."""
    start = NOON.replace(microsecond=0)
    last, early = (attrs.evolve(stored(), issued_at=start + timedelta(microseconds=us)) for us in (999_999, 0))
    await stores.tokens.put(last)
    assert await stores.tokens.put(early)
    assert await stores.tokens.put(last, over=early.token_id)
    assert await stores.tokens.update(early, was=last)
    assert await stores.other_tokens.get("discord:42", client_id="12345") == early


async def test_put_does_not_compare_marks(stores: Stores) -> None:
    """Only `update` compares them."""
    marked = attrs.evolve(stored(), told_invalid=True)
    await stores.tokens.put(marked)
    assert not await stores.tokens.update(stored(), was=stored())
    assert await stores.tokens.put(stored(), over=stored().token_id)
    assert await stores.tokens.update(marked, was=stored())


async def test_a_mark_is_set_once(stores: Stores) -> None:
    """Of ten processes that set the same mark at once, exactly one gets True."""
    record = stored()
    await stores.tokens.put(record)
    marked = attrs.evolve(record, told_expiring=True)
    sides = (stores.tokens, stores.other_tokens)
    answers = await asyncio.gather(*(sides[n % 2].update(marked, was=record) for n in range(10)))
    assert sorted(answers) == [False] * 9 + [True]


@pytest.mark.parametrize(
    "marked",
    [
        attrs.evolve(stored(), needs_login=True),
        attrs.evolve(stored(), told_expiring=True),
        attrs.evolve(stored(), told_invalid=True),
        attrs.evolve(stored(), viewer=None),
    ],
)
async def test_no_mark_is_lost(stores: Stores, marked: StoredToken) -> None:
    """If another mark was set since the record was read, nothing is written."""
    await stores.tokens.put(stored())
    await stores.tokens.update(marked, was=stored())
    assert not await stores.other_tokens.update(attrs.evolve(stored(), refused_at=NOON), was=stored())
    assert await stores.tokens.get("discord:42", client_id="12345") == marked


async def test_a_mark_is_not_set_on_a_newer_token(stores: Stores) -> None:
    """The record must be the one that was read."""
    await stores.tokens.put(stored(token="token-2"))
    assert not await stores.tokens.update(attrs.evolve(stored(), needs_login=True), was=stored())


async def test_expiring_yields_users_who_must_log_in_again(stores: Stores) -> None:
    """Their token has expired, expires within the time, or was refused."""
    soon, dead, later = stored("soon", days=6), stored("dead", days=-1), stored("later", days=8)
    unknown, refused = stored("unknown", days=None), attrs.evolve(stored("refused"), needs_login=True)
    other = stored("soon", client_id="54321", days=6)
    for record in (soon, dead, later, unknown, refused, other):
        await stores.tokens.put(record)
    week = timedelta(days=7)

    async def subjects(within: timedelta | None, client_id: str | None = None) -> list[tuple[str, str]]:
        found = [record async for record in stores.other_tokens.expiring(within, client_id=client_id)]
        return sorted((record.client_id, record.subject) for record in found)

    mine = [("12345", "dead"), ("12345", "refused"), ("12345", "soon")]
    assert await subjects(week, "12345") == mine
    assert await subjects(week) == [*mine, ("54321", "soon")]
    assert await subjects(None, "54321") == [("54321", "soon")]
    assert len(await subjects(None)) == 6


async def test_expiring_yields_whole_records(stores: Stores) -> None:
    """Each record comes once, even if records are deleted meanwhile."""
    records = {f"user:{number}": stored(f"user:{number}", days=number / 100) for number in range(250)}
    for record in records.values():
        await stores.tokens.put(record)
    seen = []
    async for record in stores.tokens.expiring(timedelta(days=30)):
        assert record == records[record.subject]
        seen.append(record.subject)
        await stores.tokens.delete(record.subject, client_id=record.client_id)
    assert sorted(seen) == sorted(records)


@pytest.mark.requirement("S19")
@pytest.mark.requirement("V15")
async def test_no_log_contains_a_token(stores: Stores, caplog: pytest.LogCaptureFixture) -> None:
    """This includes the drivers' logs at DEBUG."""
    for name in ("", "aiosqlite", "asyncio", "asyncpg", "redis", "sqlalchemy", "sqlalchemy.engine", "sqlalchemy.pool"):
        caplog.set_level("DEBUG", name or None)
    await stores.tokens.put(stored())
    await stores.tokens.update(stored(), was=stored())
    assert await stores.other_tokens.get("discord:42", client_id="12345") == stored()
    assert [record async for record in stores.tokens.expiring(None)] == [stored()]
    assert "token-1" not in caplog.text


async def test_only_a_record_is_written(stores: Stores) -> None:
    """Anything else is refused."""
    record: Any = None
    with pytest.raises(ConfigurationError, match=r"^stored: a StoredToken is needed, not NoneType"):
        await stores.tokens.put(record)


@pytest.mark.parametrize("wrong", [5, b"a", ["a"]])
async def test_only_text_is_a_subject(stores: Stores, wrong: Any) -> None:
    """Client ids and token ids must be text as well."""
    tokens, record = stores.tokens, stored()
    calls: dict[str, list[Any]] = {
        "subject": [tokens.get(wrong, client_id="12345"), tokens.delete(wrong, client_id="12345")],
        "client_id": [
            *(tokens.get("a", client_id=wrong), tokens.delete("a", client_id=wrong)),
            anext(tokens.expiring(None, client_id=wrong)),
        ],
        "over": [tokens.put(record, over=wrong)],
        "stored": [tokens.put(wrong), tokens.update(wrong, was=record)],
        "was": [tokens.update(record, was=wrong)],
        "within": [anext(tokens.expiring(wrong))],
    }
    for name, made in calls.items():
        for call in made:
            with pytest.raises(
                ConfigurationError, match=rf"^{name}: .* is needed(, or None)?, not {type(wrong).__name__}$"
            ):
                await call
