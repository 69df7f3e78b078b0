"""``anilist-oauth logout``."""

from tests.cli.desk import Desk


def test_logout_forgets_and_says_what_it_cannot_do(home: Desk) -> None:
    """AniList keeps the token until it is revoked there."""
    ran = home.run("logout")
    assert ran.stdout == "Logged out: the token of mika was deleted.\n"
    assert "https://anilist.co/settings/apps" in ran.stderr
    assert home.run("logout", expect=1).stderr == "Nobody is logged in as cli.\n"
    assert home.run("tokens").stdout == ""


def test_logout_needs_no_secret(home: Desk) -> None:
    """The client ID says which application's token it is; without it, that is told."""
    home.environment.update({"ANILIST_CLIENT_SECRET": "", "ANILIST_REDIRECT_URI": ""})
    assert "set ANILIST_CLIENT_ID" in home.run("logout", expect=1, ANILIST_CLIENT_ID=" ").stderr
    home.run("logout")


def test_logout_makes_no_store(empty: Desk) -> None:
    """Nobody is logged in if there is no file."""
    ran = empty.run("logout", expect=1)
    assert ran.stderr == "Nobody is logged in as cli.\n"
    assert not list(empty.folder.rglob("*.db"))
