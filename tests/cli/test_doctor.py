"""The output of ``anilist-oauth doctor``."""

import json
import platform

from anilist_oauth.version import __version__
from tests.cli.desk import SECRET, Desk, ended


def test_a_healthy_set_up_ends_well(empty: Desk) -> None:
    """Each check has a line, and the exit code is 0."""
    lines = empty.run("doctor").stdout.splitlines()
    assert lines[0].startswith(
        f"✓  version        anilist-oauth {__version__}, Python {platform.python_version()}, aiohttp "
    )
    assert lines[1] == "✓  client_id      12345"
    assert lines[-1] == "Nothing is wrong."
    assert len(lines) == 12


def test_one_problem_is_shown_with_its_remedy(empty: Desk) -> None:
    """It is named again at the end, and the exit code is 1."""
    ran = empty.run("doctor", expect=1, ANILIST_CLIENT_SECRET=f"{SECRET[:9]} {SECRET[9:]}")
    lines = ran.stdout.splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("✗"))
    assert lines[place].startswith("✗  client_secret  it contains a space or control character")
    assert lines[place + 1] == " " * 18 + "→ fix ANILIST_CLIENT_SECRET"
    assert lines[-1] == "One thing is wrong: client_secret."


def test_the_three_settings_are_listed(empty: Desk) -> None:
    """Similar redirect URIs are listed below, indented."""
    ran = empty.run("doctor", expect=1, ANILIST_CLIENT_ID="54321")
    uri = empty.environment["ANILIST_REDIRECT_URI"]
    for line in ("client id      54321", "client secret  40 characters", f"redirect URI   {uri}", f"{uri}/"):
        assert f"{' ' * 20}{line}\n" in ran.stdout


def test_scripts_read_json(empty: Desk) -> None:
    """JSON has the same findings, and whether all is well."""
    shown = json.loads(empty.run("doctor", "--json").stdout)
    assert shown["ok"] is True
    assert set(shown["findings"][0]) == {"name", "level", "text", "remedy"}
    shown = json.loads(empty.run("doctor", "--json", expect=1, ANILIST_CLIENT_ID="", ANILIST_REDIRECT_URI="").stdout)
    assert shown["ok"] is False
    assert [one["name"] for one in shown["findings"] if one["level"] == "problem"] == ["client_id", "redirect_uri"]


def test_several_problems_are_counted(empty: Desk) -> None:
    """They are all named."""
    ran = empty.run("doctor", expect=1, ANILIST_CLIENT_ID="", ANILIST_CLIENT_SECRET="")
    assert ran.stdout.endswith("2 things are wrong: client_id, client_secret.\n")


def test_good_and_bad_differ_in_an_old_encoding_too(empty: Desk) -> None:
    """Without check marks and crosses, other characters are used instead of question marks."""
    with empty.terminal("doctor", PYTHONIOENCODING="ascii", NO_COLOR="1", ANILIST_CLIENT_ID="x") as child:
        shown = ended(child, code=1)
    assert "x  client_id " in shown
    assert "-> copy the ID from" in shown
    assert "+  client_secret" in shown
