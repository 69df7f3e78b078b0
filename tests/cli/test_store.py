"""The commands ``anilist-oauth store`` and ``store key``."""

import json
import sqlite3
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from anilist_oauth.cli.store import key
from tests.cli.desk import Desk

RECORDED = Path(__file__).parents[1] / "storage" / "recorded" / "0_1_sqlite.sql"


def test_the_store_is_described(home: Desk) -> None:
    """Its kind, version, numbers of records and response time are shown."""
    text = home.run("store").stdout
    for word in ("sqlite", "Version", "Tokens", "ms"):
        assert word in text
    shown = json.loads(home.run("store", "--json").stdout)
    assert (shown["kind"], shown["version"], shown["tokens"]) == ("sqlite", 2, 1)


@pytest.mark.requirement("R16")
def test_an_older_store_is_upgraded(empty: Desk) -> None:
    """The command shows the old version."""
    connection = sqlite3.connect(empty.folder / "old.db")
    connection.executescript(RECORDED.read_text())
    connection.close()
    url = f"sqlite:///{empty.folder}/old.db"
    assert "upgraded from 1" in empty.run("store", "--store", url).stdout
    assert "upgraded" not in empty.run("store", "--store", url).stdout


def test_a_missing_store_is_not_created(empty: Desk) -> None:
    """The command fails and says which command creates one."""
    ran = empty.run("store", "--store", f"sqlite:///{empty.folder}/none.db", expect=1)
    assert "anilist-oauth login" in ran.stderr
    assert not (empty.folder / "none.db").exists()


def test_a_key_is_made(empty: Desk) -> None:
    """Each key is new, alone on stdout, and encrypts."""
    keys = {empty.run("store", "key").stdout.strip() for _ in range(2)}
    assert len(keys) == 2
    for made in keys:
        Fernet(made)


def test_without_cryptography_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error ends in the command to install it."""
    monkeypatch.setitem(sys.modules, "cryptography.fernet", None)
    with pytest.raises(ImportError, match=r"^sealed tokens need cryptography: pip install 'anilist-oauth\[seal\]'$"):
        key()
