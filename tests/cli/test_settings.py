"""The options that several commands have in common."""

import pytest

from anilist_oauth.cli.settings import missing_file
from tests.cli.desk import BROWSER, Desk


def test_the_default_store_is_in_the_users_data_folder(empty: Desk) -> None:
    """Only this user can read it."""
    data = empty.folder / "share"
    empty.run("login", BROWSER=BROWSER, ANILIST_STORE="", XDG_DATA_HOME=str(data))
    assert "mika" in empty.run("tokens", ANILIST_STORE="", XDG_DATA_HOME=str(data)).stdout
    (file,) = data.rglob("tokens.db")
    assert file == data / "anilist-oauth" / "tokens.db"
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_wrong_store_is_reported_with_its_source(empty: Desk) -> None:
    """The keys are not an option, because a list of processes would show them."""
    assert "Invalid value for --store" in empty.run("tokens", "--store", "nonsense:", expect=2).stderr
    ran = empty.run("tokens", expect=2, ANILIST_STORE_KEYS="too-short")
    assert "Invalid value for ANILIST_STORE_KEYS" in ran.stderr
    assert "too-short" not in ran.stderr


@pytest.mark.parametrize("url", ["memory:", "redis://127.0.0.1:1/0"])
def test_a_store_without_a_file_has_no_missing_file(url: str) -> None:
    """Whether it exists is only known when it is opened."""
    assert missing_file(url) is None
