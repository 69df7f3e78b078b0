"""The command ``anilist-oauth whoami``."""

import json
from datetime import timedelta

from anilist_oauth.sandbox import Fault
from tests.cli.desk import BROWSER, FIELDS, Desk


def test_whoami_asks_anilist(home: Desk) -> None:
    """It shows name, id, address and expiry."""
    user = home.sandbox.user
    ran = home.run("whoami")
    assert ran.stdout.startswith(f"mika (AniList user {user.id}), token valid until ")
    assert user.site_url in ran.stdout
    shown = json.loads(home.run("whoami", "--json").stdout)
    assert set(shown) == FIELDS | {"unread"}
    assert (shown["subject"], shown["user_id"], shown["user_name"]) == ("cli", user.id, "mika")


def test_whoami_fills_the_record_of_a_login_without_a_viewer(empty: Desk) -> None:
    """The login could not request the viewer; until then the name is null in JSON."""
    empty.sandbox.next("graphql", Fault(status=503))
    user = empty.sandbox.user
    ran = empty.run("login", BROWSER=BROWSER)
    assert ran.stdout.startswith(f"Logged in as AniList user {user.id}, until ")
    (stored,) = json.loads(empty.run("tokens", "--json").stdout)
    assert (stored["user_id"], stored["user_name"]) == (user.id, None)
    assert empty.run("tokens").stdout.splitlines()[1].split()[:4] == ["cli", "AniList", "user", str(user.id)]
    assert json.loads(empty.run("whoami", "--json").stdout)["user_name"] == "mika"
    assert json.loads(empty.run("tokens", "--json").stdout)[0]["user_name"] == "mika"


def test_whoami_needs_a_login(empty: Desk) -> None:
    """It says so, and creates no file."""
    ran = empty.run("whoami", expect=1)
    assert ran.stderr.startswith(f"there is no store at {empty.folder}/data/tokens.db, so nobody is logged in\n")
    assert "Log in with `anilist-oauth login`" in ran.stderr
    assert not list(empty.folder.rglob("*.db"))


def test_whoami_needs_no_secret(home: Desk) -> None:
    """The client ID is enough to find the token."""
    assert "mika" in home.run("whoami", ANILIST_CLIENT_SECRET="", ANILIST_REDIRECT_URI="").stdout


def test_a_user_without_an_address_is_shown_without(home: Desk) -> None:
    """AniList may return no address."""
    home.sandbox.next("graphql", Fault(body={"data": {"Viewer": {"id": 1, "name": "mika"}}}))
    assert len(home.run("whoami").stdout.splitlines()) == 1


def test_a_refused_token_is_marked(home: Desk) -> None:
    """The refusal is shown, also in the list from then on."""
    home.sandbox.advance(timedelta(days=366))
    assert "Invalid token" in home.run("whoami", expect=1).stderr
    assert home.run("tokens").stdout.splitlines()[1].endswith("  yes")
