"""Calls of a database end in time, and their errors are safe."""

import asyncio
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from anilist_oauth.errors import ConfigurationError, StorageError
from anilist_oauth.storage import SQLStore
from anilist_oauth.storage import calls as store_calls
from anilist_oauth.storage.sql import postgresql as sql_postgresql
from anilist_oauth.storage.sql import runner as sql_runner
from anilist_oauth.storage.sql import sqlite as sql_sqlite
from anilist_oauth.storage.sql.failures import storage_error
from anilist_oauth.storage.sql.url import postgresql_address
from tests.services import PASSWORD, PostgreSQLServer, free_port, postgresql_server
from tests.storage.openers import Clock
from tests.storage.raw import raw
from tests.storage.records import key, pending, stored


async def failure(store: SQLStore) -> StorageError:
    """Try to open a store, and return the error."""
    with pytest.raises(StorageError) as caught:
        await store.open()
    return caught.value


@pytest.fixture(scope="module")
def own_postgresql() -> Iterator[PostgreSQLServer]:
    """A PostgreSQL server that tests stop and start."""
    with postgresql_server() as server:
        yield server


@pytest.fixture
async def store(own_postgresql: PostgreSQLServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SQLStore]:
    """A store with short time limits."""
    monkeypatch.setattr(sql_postgresql, "WAIT", 0.2)
    async with SQLStore(own_postgresql.database(), pool_size=2, clock=Clock()) as opened:
        yield opened


async def test_a_server_that_is_not_there_may_be_tried_again() -> None:
    """The server does not listen at the port."""
    error = await failure(SQLStore(f"postgresql://anilist:{PASSWORD}@127.0.0.1:{free_port()}/x"))
    assert error.retryable
    assert "ConnectionRefusedError" in str(error)


@pytest.mark.requirement("S19")
@pytest.mark.parametrize(
    ("change", "text"),
    [
        ((PASSWORD, "canary%2Fpassword"), "password authentication failed"),
        (("/postgres", "/canary"), "does not exist"),
    ],
)
async def test_a_refusal_does_not_show_the_url(
    postgresql: PostgreSQLServer, change: tuple[str, str], text: str
) -> None:
    """It is not retryable, and neither text nor cause contains a password."""
    error = await failure(SQLStore(postgresql.database().replace(*change)))
    assert not error.retryable
    assert text in str(error)
    assert error.__cause__ is error.__context__ is None
    assert "password@" not in str(error)
    assert PASSWORD not in str(error)


async def test_another_driver_in_the_url_is_ignored(postgresql: PostgreSQLServer) -> None:
    """Our driver is used."""
    async with SQLStore(postgresql.database().replace("postgresql:", "postgresql+x:")) as store:
        assert await store.logins.look(key()) is None


@pytest.mark.requirement("S19")
def test_the_password_is_masked_where_a_driver_repeats_it() -> None:
    """No message of a driver shows the password or the URL."""
    address = postgresql_address("postgresql://u:canary%2Fpassword@127.0.0.1/x")
    error = RuntimeError("postgresql+asyncpg://u:canary%2Fpassword@host/x, canary/password\nDETAIL: row")
    said = storage_error(error, database="postgresql", secrets=address.secrets)
    assert "canary" not in str(said)
    assert "DETAIL" not in str(said)


@pytest.mark.parametrize("url", ["postgresql://u:canary@host:canary/x", "postgresql://u:canary@[::1/x"])
async def test_a_url_that_cannot_be_read_is_refused(url: str) -> None:
    """The error shows no part of it."""
    with pytest.raises(ConfigurationError, match="cannot be read") as caught:
        await SQLStore(url).open()
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is caught.value.__context__ is None


async def test_an_unknown_option_is_our_error(postgresql: PostgreSQLServer) -> None:
    """The driver's TypeError is not raised."""
    with pytest.raises(ConfigurationError, match="canary"):
        SQLStore(postgresql.database() + "?canary=1")


@pytest.mark.parametrize(("mode", "works"), [("disable", True), ("prefer", True), ("require", False)])
async def test_sslmode_is_understood(postgresql: PostgreSQLServer, mode: str, works: bool) -> None:  # noqa: FBT001  a parameter
    """It works as in libpq; the test server has no TLS."""
    store = SQLStore(f"{postgresql.database()}?sslmode={mode}")
    if works:
        async with store:
            assert await store.logins.look(key()) is None
    else:
        assert "SSL" in str(await failure(store))


@pytest.mark.requirement("S19")
@pytest.mark.requirement("V15")
@pytest.mark.parametrize(
    ("logger", "level"), [("aiosqlite", "DEBUG"), ("sqlalchemy.engine.Engine.anilist_oauth", "INFO")]
)
async def test_no_log_shows_a_value(logger: str, level: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """No library logs the values of statements, at any level."""
    async with SQLStore(f"sqlite:///{tmp_path}/tokens.db") as store:
        caplog.set_level(level, logger)
        await store.tokens.put(stored(token="canary"))
        assert await store.tokens.get("discord:42", client_id="12345")
        await store.aclose()
        await store.open()
    assert "canary" not in caplog.text


@pytest.mark.requirement("S19")
async def test_a_refused_row_is_not_shown(store: SQLStore) -> None:
    """If a column is too small or a constraint fails, neither text nor cause contains the token."""
    await raw(store, "ALTER TABLE anilist_oauth_tokens ADD CHECK (told_invalid = 0 AND length(access_token) < 100)")
    with pytest.raises(StorageError, match="CheckViolation") as caught:
        await store.tokens.put(stored())
    error = caught.value
    assert not error.retryable
    assert "token-1" not in str(error)
    assert error.__cause__ is error.__context__ is None


async def test_text_that_the_database_cannot_hold_is_our_error(store: SQLStore) -> None:
    """PostgreSQL cannot store NUL, and no database half a surrogate pair."""
    for subject in ("a\0b", "a\ud800b"):
        with pytest.raises(StorageError) as caught:
            await store.tokens.put(stored(subject))
        assert not caught.value.retryable


async def test_a_restarted_server_is_found_again(store: SQLStore, own_postgresql: PostgreSQLServer) -> None:
    """While it is down the error is retryable, and then the next call works."""
    await store.tokens.put(stored())
    own_postgresql.stop()
    try:
        with pytest.raises(StorageError) as caught:
            await store.tokens.get("discord:42", client_id="12345")
        assert caught.value.retryable
    finally:
        own_postgresql.start_again()
    assert await store.tokens.get("discord:42", client_id="12345") == stored()


async def test_a_frozen_server_does_not_hang_a_call(
    store: SQLStore, own_postgresql: PostgreSQLServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each call ends with a retryable error, closing ends too, and later the next call works."""
    monkeypatch.setattr(store_calls, "LIMIT", 0.5)
    monkeypatch.setattr(store_calls, "WAIT", 0.2)
    monkeypatch.setattr(sql_runner, "WAIT", 0.2)
    await store.logins.add(key(), pending())
    own_postgresql.signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        calls = [store.logins.look(key()) for _ in range(6)]
        errors = await asyncio.gather(*calls, return_exceptions=True)
        assert time.monotonic() - began < 5
        assert all(isinstance(error, StorageError) and error.retryable for error in errors)
        monkeypatch.setattr(store_calls, "LIMIT", 10)
        call = asyncio.ensure_future(store.logins.look(key()))
        async with asyncio.timeout(8):
            await asyncio.gather(store.aclose(), asyncio.wait((call,)))
        with pytest.raises(StorageError):
            call.result()
    finally:
        own_postgresql.signal(signal.SIGCONT)
    await store.open()
    assert await store.logins.look(key()) == pending()


async def test_a_frozen_server_does_not_hang_closing(
    store: SQLStore, own_postgresql: PostgreSQLServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All its idle connections are closed."""
    monkeypatch.setattr(sql_runner, "WAIT", 0.2)
    await asyncio.gather(store.logins.look(key(1)), store.logins.look(key(2)))
    own_postgresql.signal(signal.SIGSTOP)
    try:
        async with asyncio.timeout(8):
            await store.aclose()
    finally:
        own_postgresql.signal(signal.SIGCONT)


async def test_a_locked_file_may_be_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process writes for longer than the time limit."""
    monkeypatch.setattr(sql_sqlite, "WAIT", 0.05)
    async with SQLStore(f"sqlite:///{tmp_path}/tokens.db", clock=Clock()) as store:
        other = sqlite3.connect(tmp_path / "tokens.db")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="locked") as caught:
            await store.tokens.put(stored())
        assert caught.value.retryable
        other.rollback()
        other.close()
        assert await store.tokens.put(stored())


async def test_a_fresh_file_that_another_process_writes_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite itself does not wait for the lock when it switches to the write-ahead log."""
    other = sqlite3.connect(tmp_path / "tokens.db")
    other.execute("BEGIN IMMEDIATE")
    pauses = iter(range(3))

    async def pause(seconds: float) -> None:
        if next(pauses) == 1:
            other.rollback()
        await turn(seconds and 0)

    turn = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", pause)
    async with SQLStore(f"sqlite:///{tmp_path}/tokens.db", clock=Clock()) as store:
        monkeypatch.undo()
        assert await store.tokens.put(stored())
    assert next(pauses) == 2
    other.close()


async def test_a_fresh_file_is_not_waited_for_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If another process has the lock for longer, opening raises a retryable error."""
    monkeypatch.setattr(sql_sqlite, "WAIT", 0.05)
    other = sqlite3.connect(tmp_path / "tokens.db")
    other.execute("BEGIN IMMEDIATE")
    error = await failure(SQLStore(f"sqlite:///{tmp_path}/tokens.db"))
    assert error.retryable
    other.close()


async def test_a_cancelled_call_leaves_the_store_usable(tmp_path: Path) -> None:
    """The next call works."""
    async with SQLStore(f"sqlite:///{tmp_path}/tokens.db", clock=Clock()) as store:
        calls = [asyncio.ensure_future(store.logins.add(key(number), pending(None))) for number in range(20)]
        for call in calls[:10]:
            await asyncio.sleep(0)
            call.cancel()
        await asyncio.wait(calls)
        assert all(call.cancelled() for call in calls[:10])
        assert await store.logins.look(key(19)) == pending(None)
