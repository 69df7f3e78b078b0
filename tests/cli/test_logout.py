"""``anilist-oauth logout``."""

from tests.cli.desk import Desk


def test_logout_forgets_and_says_what_it_cannot_do(home: Desk) -> None:
    """AniList keeps the token until it is revoked there."""
    ran = home.run("logout")
    assert ran.stdout == "Logged out: mika's token is forgotten.\n"
    assert "https://anilist.co/settings/apps" in ran.stderr
    assert home.run("logout", expect=1).stderr == "Nobody is logged in as cli.\n"
    assert home.run("tokens").stdout == ""
