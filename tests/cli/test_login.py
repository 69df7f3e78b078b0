"""The command ``anilist-oauth login``, in this process."""

import json
import socket
from pathlib import Path

import pytest
from yarl import URL

from tests.cli.desk import BROWSER, Desk, desk


def code(empty: Desk) -> str:
    """Approve, and return the code from the pin page."""
    url = f"{empty.sandbox.endpoints.authorization}?client_id=12345&response_type=code"
    return URL(empty.sandbox.approve(url)).query["code"]


def token(empty: Desk) -> str:
    """Approve the implicit grant, and return the fragment."""
    url = f"{empty.sandbox.endpoints.authorization}?client_id=12345&response_type=token"
    return empty.sandbox.approve(url).partition("#")[2]


def test_it_logs_in_through_the_browser(empty: Desk) -> None:
    """The address is on stderr, and the account on stdout."""
    ran = empty.run("login", "--subject", "mine", BROWSER=BROWSER)
    assert ran.stdout.startswith("Logged in as mika (AniList user ")
    assert f"{empty.sandbox.url}/api/v2/oauth/authorize?" in ran.stderr
    assert "mine" in empty.run("tokens").stdout


def test_its_result_can_be_json(empty: Desk) -> None:
    """It has the user and the expiry, without the token."""
    ran = empty.run("login", "--json", BROWSER=BROWSER)
    assert set(json.loads(ran.stdout)) == {"subject", "user_id", "user_name", "site_url", "expires_at"}


def test_a_denial_ends_the_command(empty: Desk) -> None:
    """It ends at once with exit code 1."""
    ran = empty.run("login", expect=1, BROWSER=BROWSER, PERSON="deny")
    assert "the user declined" in ran.stderr
    assert ran.stdout == ""


def test_a_wait_has_an_end(empty: Desk) -> None:
    """After the timeout, the message names the command that finds out why."""
    ran = empty.run("login", "--timeout", "1", expect=1)
    assert "Open this address in your browser:" in ran.stderr
    assert "Run `anilist-oauth doctor` to find out why" in ran.stderr


def test_a_busy_port_is_an_error(empty: Desk) -> None:
    """No other port is tried."""
    with socket.create_server(("127.0.0.1", empty.port)):
        ran = empty.run("login", expect=1)
    assert f"127.0.0.1:{empty.port} cannot be opened: another program uses it" in ran.stderr


def test_missing_settings_are_named(empty: Desk) -> None:
    """The error names all of them."""
    ran = empty.run("login", expect=1, ANILIST_CLIENT_ID="", ANILIST_CLIENT_SECRET=" ")
    assert "set ANILIST_CLIENT_ID and ANILIST_CLIENT_SECRET in the environment" in ran.stderr


def test_a_redirect_uri_elsewhere_is_an_error(empty: Desk) -> None:
    """The error says what to do."""
    ran = empty.run("login", expect=1, ANILIST_REDIRECT_URI="https://bot.example/callback")
    assert "not an http address of this machine" in ran.stderr
    assert "--pin" in ran.stderr
    assert "bind=" not in ran.stderr


def test_a_user_without_a_name_can_log_in(empty: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container, the user may have no name."""
    monkeypatch.setattr("getpass.getuser", lambda: (_ for _ in ()).throw(KeyError("uid")))
    monkeypatch.setattr("platform.node", lambda: "")
    empty.run("login", BROWSER=BROWSER)


@pytest.mark.parametrize(
    "around", ["{}", " '{}' \n", "code={}", "```\n{}\n```", "https://anilist.co/api/v2/oauth/pin?code={}"]
)
def test_a_pin_is_pasted(pin: Desk, around: str) -> None:
    """It is pasted as people copy it, and the redirect URI shows that it is a pin."""
    ran = pin.run("login", stdin=around.format(code(pin)))
    assert ran.stdout.startswith("Logged in as mika")


def test_a_callback_address_can_be_pasted(empty: Desk) -> None:
    """The browser of another machine has arrived at this address."""
    ran = empty.run("login", "--pin", stdin=code(empty))
    assert ran.stdout.startswith("Logged in as mika")


@pytest.mark.requirement("S29")
def test_a_token_pasted_by_mistake_is_told_apart_and_verified(pin: Desk) -> None:
    """It is verified with AniList before it is stored."""
    ran = pin.run("login", stdin=f"https://anilist.co/api/v2/oauth/pin#{token(pin)}")
    assert "That is a token, not a code. Asking AniList whose it is." in ran.stderr
    assert ran.stdout.startswith("Logged in as mika")


def test_another_applications_token_is_refused(pin: Desk, tmp_path: Path) -> None:
    """AniList's viewer query would accept it."""
    with desk(tmp_path, pin=True) as other:
        foreign = token(other)
    ran = pin.run("login", expect=1, stdin=foreign, ANILIST_CLIENT_ID="54321")
    assert "issued to another application" in ran.stderr
    pin.run("whoami", expect=1)


@pytest.mark.parametrize("pasted", ["", "\n\n", "a/b", "https://anilist.co/api/v2/oauth/pin"])
def test_a_wrong_paste_is_an_error(pin: Desk, pasted: str) -> None:
    """It consumes nothing."""
    ran = pin.run("login", expect=1, stdin=pasted)
    assert "there is no code in this" in ran.stderr


def test_usage_errors_have_exit_code_2(empty: Desk) -> None:
    """Nothing is opened."""
    empty.run("login", "--timeout", "0", expect=2)
    empty.run("login", "--endpoints", "http://anilist.example", expect=2)
    empty.run("login", "--store", "nonsense:", expect=2)
    empty.run("login", "--nonsense", expect=2)
