"""The command ``anilist-oauth logout``."""

from tests.cli.desk import Desk


def test_logout_deletes_the_token(home: Desk) -> None:
    """The token stays valid at AniList until the user revokes it, and the command says so."""
    ran = home.run("logout")
    assert ran.stdout == "Logged out: the token of mika was deleted.\n"
    assert "https://anilist.co/settings/apps" in ran.stderr
    assert home.run("logout", expect=1).stderr == "Nobody is logged in as cli.\n"
    assert home.run("tokens").stdout == ""


def test_logout_needs_no_secret(home: Desk) -> None:
    """The client ID is enough to find the token, and without it there is an error."""
    home.environment.update({"ANILIST_CLIENT_SECRET": "", "ANILIST_REDIRECT_URI": ""})
    assert "ANILIST_CLIENT_ID is not set" in home.run("logout", expect=1, ANILIST_CLIENT_ID=" ").stderr
    home.run("logout")


def test_logout_creates_no_store(empty: Desk) -> None:
    """Without a file, nobody is logged in."""
    ran = empty.run("logout", expect=1)
    assert ran.stderr == "Nobody is logged in as cli.\n"
    assert not list(empty.folder.rglob("*.db"))
