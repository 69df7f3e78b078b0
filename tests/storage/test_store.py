"""Stores are opened by their URLs."""

import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from anilist_oauth.errors import ConfigurationError, StorageError
from anilist_oauth.pacing.pace import Pace
from anilist_oauth.pacing.shared_pace import SharedPace
from anilist_oauth.storage import MemoryLoginStore, MemoryTokenStore, RedisStore, SealedTokenStore, SQLStore, open_store
from anilist_oauth.storage.redis.logins import RedisLoginStore
from anilist_oauth.storage.sql.logins import SQLLoginStore
from tests.storage.openers import KEY
from tests.storage.records import key, pending, stored

OTHER_KEY = "YW5vdGhlciBrZXkgb2YgdGhlIHRlc3RzIGFuZCBub24="


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANILIST_STORE", raising=False)
    monkeypatch.delenv("ANILIST_STORE_KEYS", raising=False)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("memory:", MemoryLoginStore),
        ("memory://", MemoryLoginStore),
        ("sqlite:///tokens.db", SQLLoginStore),
        ("sqlite+aiosqlite:////srv/tokens.db", SQLLoginStore),
        ("sqlite+pysqlite:///tokens.db", SQLLoginStore),
        ("postgresql://u:p@localhost/name", SQLLoginStore),
        ("postgresql+asyncpg://u:p@127.0.0.1/name", SQLLoginStore),
        ("postgresql+psycopg://u:p@[::1]/name", SQLLoginStore),
        (" postgres://u:p@host/name?sslmode=require\n", SQLLoginStore),
        ("redis://localhost", RedisLoginStore),
        ("rediss://u:p@host:6379/1", RedisLoginStore),
    ],
)
def test_the_scheme_names_the_store(url: str, kind: type) -> None:
    """A driver in it is accepted, and nothing is opened."""
    store = open_store(url)
    assert isinstance(store.logins, kind)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "memory",
        "tokens.db",
        "mysql://u:canary@host/name",
        "sqlite",
        "mysql://host?password=canary",
        ":",
        "http://x",
    ],
)
def test_another_url_is_refused(url: str) -> None:
    """The error says what is needed, and does not show a URL that may contain a password."""
    with pytest.raises(ConfigurationError, match="redis://") as caught:
        open_store(url)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///file:x",
        "sqlite:///x?mode=ro",
        "sqlite://x.db",
        "sqlite://u:canary@host/x.db",
        "sqlite:///.",
        "sqlite:////",
        "sqlite:///a\0b",
    ],
)
def test_sqlite_without_a_file_is_refused(url: str) -> None:
    """For memory, the URL is memory:, and SQLite's own options are refused."""
    with pytest.raises(ConfigurationError, match="must name a file"):
        open_store(url)


async def test_memory_works_at_once() -> None:
    """Opening and closing it do nothing."""
    async with open_store("memory:") as store:
        await store.logins.add(key(), pending())
        assert await store.logins.look(key()) == pending()
        assert isinstance(store.tokens, MemoryTokenStore)


async def test_nothing_is_touched_before_it_is_opened(tmp_path: Path) -> None:
    """A web application creates the store at import, and opens it when it starts."""
    path = tmp_path / "tokens.db"
    store = open_store(f"sqlite:///{path}")
    with pytest.raises(StorageError, match="not open"):
        await store.tokens.get("discord:42", client_id="12345")
    assert not path.exists()
    assert await store.open() is store
    await store.tokens.put(stored())
    await store.aclose()
    with pytest.raises(StorageError, match="not open"):
        await store.tokens.get("discord:42", client_id="12345")
    async with store:
        assert await store.tokens.get("discord:42", client_id="12345") == stored()


@pytest.mark.parametrize(
    "keys", [[KEY, OTHER_KEY], f"{KEY},{OTHER_KEY}", f" {KEY}\n{OTHER_KEY} ", (KEY.encode(),), KEY.encode()]
)
async def test_keys_seal_the_tokens(keys: str | bytes | list[str | bytes]) -> None:
    """The keys may be a list, or one string."""
    store = open_store("memory:", keys=keys)
    assert isinstance(store.tokens, SealedTokenStore)
    await store.tokens.put(stored())
    assert await SealedTokenStore(store.tokens, [KEY]).get("discord:42", client_id="12345") == stored()


@pytest.mark.requirement("S42")
async def test_the_environment_says_what_no_argument_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """ANILIST_STORE and ANILIST_STORE_KEYS are used unless there are arguments."""
    monkeypatch.setenv("ANILIST_STORE", "memory:")
    assert isinstance(open_store().tokens, MemoryTokenStore)
    monkeypatch.setenv("ANILIST_STORE_KEYS", f"{KEY} {OTHER_KEY}")
    for store, first in ((open_store(), KEY), (open_store(keys=[OTHER_KEY]), OTHER_KEY)):
        assert isinstance(store.tokens, SealedTokenStore)
        await store.tokens.put(stored())
        assert await SealedTokenStore(store.tokens, [first]).get("discord:42", client_id="12345") == stored()
    assert isinstance(open_store("memory:").tokens, SealedTokenStore)


def test_the_names_are_there_without_the_extras() -> None:
    """Importing them imports none of SQLAlchemy, redis-py and cryptography."""
    program = (
        "import sys\n"
        "for name in ('sqlalchemy', 'aiosqlite', 'asyncpg', 'redis', 'cryptography'): sys.modules[name] = None\n"
        "from anilist_oauth import SQLStore, RedisStore, SealedTokenStore, open_store\n"
        "for url in ('sqlite:///x.db', 'postgresql:///x', 'redis://host'): open_store(url)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_a_database_s_modules_are_imported_when_it_is_used() -> None:
    """A program without SQL or Redis does not import them."""
    program = (
        "import sys, anilist_oauth\n"
        "names = [getattr(anilist_oauth, name) for name in anilist_oauth.__all__]\n"
        "rooms = ('anilist_oauth.storage.sql.', 'anilist_oauth.storage.redis.')\n"
        "print(sorted(name for name in sys.modules if name.startswith(rooms)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, timeout=60, stdout=subprocess.PIPE, text=True)
    assert done.stdout == "['anilist_oauth.storage.redis.store', 'anilist_oauth.storage.sql.store']\n"


@pytest.mark.parametrize("url", [5, b"sqlite:///hidden.db", Path("hidden.db")])
def test_a_url_is_a_str(url: Any) -> None:
    """Another type raises our error, which does not show the value."""
    for make in (open_store, SQLStore, RedisStore):
        with pytest.raises(ConfigurationError, match=r"^url: a str is needed") as caught:
            make(url)
        assert "hidden" not in str(caught.value)


@pytest.mark.requirement("S42")
@pytest.mark.parametrize(
    ("keys", "said"), [([], "empty"), ("", "empty"), (" , ", "empty"), (5, "Fernet keys are needed")]
)
def test_keys_are_text_or_a_list(keys: Any, said: str) -> None:
    """An empty setting must not lead to plain tokens."""
    with pytest.raises(ConfigurationError, match=rf"^keys: .*{said}"):
        open_store("memory:", keys=keys)


def test_the_bound_of_memory_is_a_number() -> None:
    """A wrong type is refused at once, not at the first login."""
    with pytest.raises(ConfigurationError, match=r"^max_logins: a whole number"):
        MemoryLoginStore(max_logins=cast("int", "100"))


def test_a_pace_is_right_for_all_processes_that_may_use_the_store(tmp_path: Path) -> None:
    """Memory has one process, Redis shares a budget, and a database says what to do."""
    assert type(open_store("memory:").pace()) is Pace
    shared = open_store("redis://127.0.0.1:1/0").pace(20)
    assert isinstance(shared, SharedPace)
    assert shared.limit == 20
    with pytest.raises(ConfigurationError, match=r"Pace\(processes=4\)"):
        open_store(f"sqlite:///{tmp_path}/tokens.db").pace()


@pytest.mark.parametrize("value", [None, "0", "", 1])
def test_whether_the_folder_is_checked_is_true_or_false(value: Any) -> None:
    """The text of an environment variable is refused, because "0" would be true."""
    with pytest.raises(ConfigurationError, match=r"^check_folder: True or False is needed, not "):
        open_store("sqlite:///tokens.db", check_folder=value)
