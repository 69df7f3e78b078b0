"""The SQL store, beyond the tests for every store."""

import asyncio
import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import attrs
import pytest

from anilist_oauth.errors import ConfigurationError, StorageError
from anilist_oauth.storage import Outcome, SQLStore, sql
from anilist_oauth.storage.sql import database, failures, runner, sqlite, statements, tables, upgrade
from anilist_oauth.storage.sql import logins as sql_logins
from anilist_oauth.storage.sql import postgresql as sql_postgresql
from tests.services import PostgreSQLServer
from tests.storage.openers import Clock
from tests.storage.raw import raw
from tests.storage.records import key, pending, stored

ALL_OF_SQL = (database, failures, sql_postgresql, runner, sqlite, statements, tables, upgrade)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a SQLite file that does not exist."""
    return f"sqlite:///{tmp_path}/data/tokens.db"


@pytest.fixture
async def store(url: str) -> AsyncIterator[SQLStore]:
    """An open SQLite store."""
    async with SQLStore(url, clock=Clock()) as opened:
        yield opened


async def rows(store: SQLStore, statement: str) -> list[tuple[object, ...]]:
    """Run a statement on the database itself."""
    return [tuple(row.values()) for row in await raw(store, statement)]


async def test_a_copy_of_the_file_alone_has_every_token(store: SQLStore, tmp_path: Path) -> None:
    """A backup, or a container that only keeps this file, has every written token."""
    await store.tokens.put(stored("a"))
    assert copied(tmp_path) == [("a", 0)]
    await store.tokens.update(attrs.evolve(stored("a"), needs_login=True), was=stored("a"))
    assert copied(tmp_path) == [("a", 1)]
    await store.tokens.put(stored("a", token="token-2"), over=stored("a").token_id)
    assert copied(tmp_path) == [("a", 0)]


async def test_a_token_is_moved_to_the_file_after_another_process_has_read_it(
    store: SQLStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While an older version of the file is read, SQLite cannot move the log. So this is tried again."""
    await store.tokens.put(stored("a"))
    with closing(old_reader(tmp_path)) as reader:
        connection = store._runner._database._connection
        run = connection.execute_fetchall

        async def run_and_end_the_reading(statement: str, *values: object) -> object:
            found = await run(statement, *values)
            if "wal_checkpoint" in statement:
                reader.execute("COMMIT")
                monkeypatch.undo()
            return found

        monkeypatch.setattr(connection, "execute_fetchall", run_and_end_the_reading)
        await store.tokens.put(stored("b"))
    assert copied(tmp_path) == [("a", 0), ("b", 0)]


async def test_a_reader_that_never_ends_holds_up_no_login(
    store: SQLStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token is in SQLite's log, and the next one takes it along to the file."""
    monkeypatch.setattr(sqlite, "CHECKPOINT_TIME", 0.05)
    await store.tokens.put(stored("a"))
    with closing(old_reader(tmp_path)):
        assert await store.tokens.put(stored("b"))
        assert await store.tokens.get("b", client_id="12345") == stored("b")
    await store.tokens.put(stored("c"))
    assert copied(tmp_path) == [("a", 0), ("b", 0), ("c", 0)]


def old_reader(tmp_path: Path) -> sqlite3.Connection:
    """Begin to read the file as another process does, and do not end."""
    reader = sqlite3.connect(tmp_path / "data" / "tokens.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT subject FROM anilist_oauth_tokens").fetchall()
    return reader


def copied(tmp_path: Path) -> list[tuple[str, int]]:
    """Copy the file without SQLite's other files, and read the copy."""
    shutil.copy(tmp_path / "data" / "tokens.db", tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        return copy.execute("SELECT subject, needs_login FROM anilist_oauth_tokens").fetchall()


@pytest.mark.requirement("S18")
@pytest.mark.requirement("V27")
async def test_every_file_is_its_owners_alone(tmp_path: Path) -> None:
    """With umask 000 and an existing file of mode 0644, all files become 0600 and a new folder 0700."""
    umask = os.umask(0)
    try:
        for name in ("new", "old"):
            path = tmp_path / name / "tokens.db"
            if name == "old":
                path.parent.mkdir(mode=0o700)
                path.touch(mode=0o644)
            async with SQLStore(f"sqlite:///{path}", clock=Clock()) as store:
                await store.tokens.put(stored())
                modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
            assert modes == {"tokens.db": 0o600, "tokens.db-wal": 0o600, "tokens.db-shm": 0o600}
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    finally:
        os.umask(umask)


async def test_an_acknowledged_write_is_on_disk(store: SQLStore) -> None:
    """The store uses the write-ahead log with synchronous FULL."""
    assert await rows(store, "PRAGMA journal_mode") == [("wal",)]
    assert await rows(store, "PRAGMA synchronous") == [(2,)]


async def test_tokens_and_logins_outlive_the_store(url: str) -> None:
    """They are still there when the store is opened again."""
    store = SQLStore(url)
    for _ in range(2):
        assert await store.open() is store
        assert await store.open() is store
        await store.tokens.put(stored())
        await store.logins.add(key(), pending())
        await store.aclose()
        await store.aclose()
    async with SQLStore(url, clock=Clock()) as again:
        assert await again.tokens.get("discord:42", client_id="12345") == stored()
        assert await again.logins.look(key()) == pending()


async def test_a_store_that_is_not_open_says_so(url: str) -> None:
    """This holds before it is opened and after it is closed."""
    store = SQLStore(url)
    with pytest.raises(StorageError, match="not open"):
        await store.logins.look(key())


async def test_it_may_be_opened_twice_at_once(url: str) -> None:
    """Two parts of a program may open the same store."""
    store = SQLStore(url, clock=Clock())

    async def part(number: int) -> None:
        await store.open()
        await store.logins.add(key(number), pending())

    await asyncio.gather(*map(part, range(3)))
    assert await store.logins.look(key(2)) == pending()
    await store.aclose()


async def test_a_store_that_cannot_be_opened_is_not_open(tmp_path: Path) -> None:
    """It can be opened later."""
    (tmp_path / "tokens.db").write_bytes(b"this is not a database" * 1000)
    store = SQLStore(f"sqlite:///{tmp_path}/tokens.db")
    with pytest.raises(StorageError, match="not a database"):
        await store.open()
    (tmp_path / "tokens.db").write_bytes(b"")
    async with store:
        assert await store.logins.look(key()) is None


@pytest.mark.parametrize("url", ["mysql://u:canary@host/x", "canary", "redis://:canary@host"])
def test_another_database_is_refused(url: str) -> None:
    """The error does not show the URL."""
    with pytest.raises(ConfigurationError, match="sqlite:///") as caught:
        SQLStore(url)
    assert "canary" not in str(caught.value)


def test_the_repr_does_not_show_the_url() -> None:
    """The URL may contain a password."""
    assert repr(SQLStore("postgresql://u:canary@127.0.0.1/x")) == "<SQLStore postgresql>"


@pytest.mark.parametrize(
    ("url", "missing", "extra"),
    [
        ("sqlite:///x.db", "sqlalchemy", "sql"),
        ("sqlite:///x.db", "aiosqlite", "sql"),
        ("postgresql://localhost/x", "sqlalchemy", "postgres"),
        ("postgres://localhost/x", "asyncpg", "postgres"),
    ],
)
async def test_missing_extra_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, missing: str, extra: str
) -> None:
    """When the store is opened, the error has one line with the command."""
    monkeypatch.chdir(tmp_path)
    for module in ALL_OF_SQL:
        monkeypatch.delitem(sys.modules, module.__name__)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ImportError, match=rf"pip install 'anilist-oauth\[{extra}\]'$"):
        await SQLStore(url).open()


def test_the_tables_need_sqlalchemy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that imports them gets an error with the command to install it."""
    monkeypatch.delitem(sys.modules, tables.__name__)
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(ImportError, match=r"pip install 'anilist-oauth\[sql\]'$"):
        _ = sql.metadata
    with pytest.raises(AttributeError, match="no attribute 'metadatas'"):
        _ = sql.metadatas


async def test_statements_are_kept_up_to_a_number(
    postgresql: PostgreSQLServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statements with lists of different lengths differ, and beyond the number they are prepared each time."""
    monkeypatch.setattr(sql_postgresql, "MOST_STATEMENTS", 1)
    async with SQLStore(postgresql.database(), clock=Clock()) as store:
        for _ in range(2):
            await store.tokens.put(stored())
            assert await store.tokens.get("discord:42", client_id="12345") == stored()
        [link] = store._runner._database._idle
        assert len(link.statements) == 1


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_stores_that_start_at_once_make_the_tables_once(request: pytest.FixtureRequest, kind: str) -> None:
    """No store fails."""
    url: str = request.getfixturevalue("url") if kind == "sqlite" else request.getfixturevalue("postgresql").database()
    stores = [SQLStore(url) for _ in range(8)]
    await asyncio.gather(*(store.open() for store in stores))
    assert await stores[0].logins.look(key()) is None
    await asyncio.gather(*(store.aclose() for store in stores))


async def test_a_role_that_may_not_create_tables_finds_those_of_a_migration(postgresql: PostgreSQLServer) -> None:
    """It only needs SELECT, INSERT, UPDATE and DELETE."""
    url = postgresql.database()
    async with SQLStore(url, clock=Clock()) as owner:
        await raw(owner, "CREATE ROLE application LOGIN PASSWORD 'application'")
        await raw(
            owner,
            "GRANT SELECT, INSERT, UPDATE, DELETE ON anilist_oauth_logins, anilist_oauth_tokens TO application",
        )
    async with SQLStore(
        "postgresql+psycopg://application:application@" + url.rpartition("@")[2], clock=Clock()
    ) as store:
        await store.logins.add(key(), pending())
        assert await store.logins.look(key()) == pending()


async def test_additional_columns_do_no_harm(store: SQLStore) -> None:
    """They need a default."""
    for table in ("logins", "tokens"):
        await raw(store, f"ALTER TABLE anilist_oauth_{table} ADD COLUMN mine TEXT DEFAULT 'x'")
    await store.logins.add(key(), pending())
    await store.tokens.put(stored())
    assert await store.logins.look(key()) == pending()
    assert await store.tokens.get("discord:42", client_id="12345") == stored()


async def test_one_query_at_a_time_serves_all_who_wait(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database is queried once a second, however many logins a process waits for."""
    monkeypatch.setattr(sql_logins, "LOOK_EVERY", 0.05)
    async with SQLStore(url, clock=Clock()) as store, SQLStore(url, clock=Clock()) as other:
        for number in range(40):
            await store.logins.add(key(number), pending(f"discord:{number}"))
        looks: list[int] = []
        first_looks = asyncio.Event()
        read = store._own_logins._waiters._read

        async def counted(keys: list[str]) -> dict[str, Outcome | None]:
            looks.append(len(keys))
            if looks.count(1) == 40:
                first_looks.set()
            return await read(keys)

        monkeypatch.setattr(store._own_logins._waiters, "_read", counted)
        waits = asyncio.gather(*(store.logins.settled(key(number), timeout=30) for number in range(40)))
        async with asyncio.timeout(30):
            await first_looks.wait()
        for number in range(40):
            await other.logins.settle(key(number), Outcome(subject=f"discord:{number}"))
        assert await waits == [Outcome(subject=f"discord:{number}") for number in range(40)]
        together = [count for count in looks if count > 1]
        assert together[0] == 40  # one look for all of them
        assert looks.count(1) <= 41  # and one of each waiter's own, at first


async def test_more_keys_than_a_statement_takes_are_asked_in_turn(
    store: SQLStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several statements are used."""
    monkeypatch.setattr(sql_logins, "KEYS_AT_ONCE", 2)
    for number in range(5):
        await store.logins.add(key(number), pending(subject=None))
    found = await store._own_logins._outcomes([key(number) for number in range(6)])
    assert found == {key(number): None for number in range(5)}


@pytest.mark.requirement("R7")
@pytest.mark.requirement("R8")
async def test_a_statement_that_timed_out_during_a_lock_is_not_run(store: SQLStore, url: str) -> None:
    """Its caller got an error, and statements that still wait are run."""
    await store.tokens.put(stored())  # it has looked whether there are sealed ones
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waits, given_up, behind = [
            asyncio.create_task(store.tokens.put(stored(subject=subject))) for subject in ("a", "b", "c")
        ]
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.wait((given_up,))
        other.execute("ROLLBACK")
        assert await waits
        assert await behind
    found = [await store.tokens.get(subject, client_id=stored().client_id) for subject in ("a", "b", "c")]
    assert [record is not None for record in found] == [True, False, True]


async def test_closing_ends_waits(store: SQLStore) -> None:
    """Waiting calls raise `StorageError`."""
    await store.logins.add(key(), pending())
    waiting = asyncio.ensure_future(store.logins.settled(key(), timeout=60))
    await asyncio.sleep(0)
    await store.aclose()
    with pytest.raises(StorageError):
        await waiting
