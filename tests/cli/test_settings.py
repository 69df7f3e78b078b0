"""The options that several commands share."""

from tests.cli.desk import Desk


def test_the_default_store_is_in_the_users_data_folder(empty: Desk) -> None:
    """For this user's eyes only."""
    data = empty.folder / "share"
    empty.run("tokens", ANILIST_STORE="", XDG_DATA_HOME=str(data))
    (file,) = data.rglob("tokens.db")
    assert file == data / "anilist-oauth" / "tokens.db"
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
