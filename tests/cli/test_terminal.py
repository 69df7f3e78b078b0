"""Commands in this process and in a real terminal."""

import asyncio
import io
import json
import os
import re
import socket
import sys
import termios
import warnings
from typing import Any, Literal

import pexpect
import pytest
import typer
from yarl import URL

from anilist_oauth.cli import terminal
from anilist_oauth.cli.terminal import can_show, counted_down, how_to_install, say, show, show_json, well_ended
from anilist_oauth.errors import ConfigurationError, InsecureRedirectURIWarning
from anilist_oauth.sandbox import Fault
from tests.cli.desk import BROWSER, Desk, ended, wait_until
from tests.cli.person import visit

ADDRESS = r"(http://127\.0\.0\.1:\d+/api/v2/oauth/authorize\?\S+)\r\n"
STYLED = re.compile(r"\x1b\[[0-9;]*m")
INTERRUPT, END_OF_INPUT = "\x03", "\x04"


def is_free(port: int) -> bool:
    """Return whether a program can listen at a port of 127.0.0.1."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def code(pin: Desk) -> str:
    """Approve, and return the code from the pin page."""
    url = f"{pin.sandbox.endpoints.authorization}?client_id=12345&response_type=code"
    return URL(pin.sandbox.approve(url)).query["code"]


class TestInARealTerminal:
    """The command runs in another process with a pseudo-terminal and a program as browser."""

    def test_from_login_to_logout(self, empty: Desk) -> None:
        """The browser opens, the time counts down, the account is named; then list, query and logout work."""
        with empty.terminal("login", BROWSER=BROWSER) as child:
            child.expect(ADDRESS)
            child.expect(r"Waiting for you to come back \(Ctrl\+C to stop\), 10:00 left")
            assert "Logged in as mika (AniList user " in ended(child, code=0)
        assert is_free(empty.port)
        with empty.terminal("tokens", NO_COLOR="1") as child:
            child.expect(r"SUBJECT +USER +EXPIRES +DAYS LEFT +NEEDS LOGIN\r\n")
            child.expect(r"cli +mika +20\d\d-\d\d-\d\d +36[45] +no\r\n")
            ended(child, code=0)
        with empty.terminal("query", "-", "--variables", '{"a": 1}') as child:
            child.send("{ Viewer { name } }\n" + END_OF_INPUT)
            assert '{\r\n  "Viewer": {\r\n    "name": "mika"\r\n  }\r\n}' in ended(child, code=0)
        with empty.terminal("whoami") as child:
            assert "mika (AniList user " in ended(child, code=0)
        with empty.terminal("logout") as child:
            assert "Logged out: the token of mika was deleted." in ended(child, code=0)
        with empty.terminal("whoami") as child:
            assert "the user must log in" in ended(child, code=1)

    def test_without_a_browser_the_address_is_opened_elsewhere(self, empty: Desk) -> None:
        """The address is alone on its line."""
        with empty.terminal("login", "--no-browser", NO_COLOR="1") as child:
            child.expect_exact("Open this address in your browser:\r\n\r\n")
            child.expect(ADDRESS)
            assert "is now linked" in visit(child.match[1])
            assert "Logged in as mika" in ended(child, code=0)

    def test_a_busy_port_and_a_store_that_does_not_open(self, empty: Desk) -> None:
        """Each has a message of one sentence."""
        with socket.create_server(("127.0.0.1", empty.port)), empty.terminal("login") as child:
            assert "another program uses it" in ended(child, code=1)
        (empty.folder / "plain").write_text("a file")
        with empty.terminal("login", "--store", f"sqlite:///{empty.folder}/plain/tokens.db") as child:
            assert "cannot be created or protected" in " ".join(ended(child, code=1).split())

    @pytest.mark.requirement("S23")
    def test_ctrl_c_while_waiting_closes_the_port(self, empty: Desk) -> None:
        """The exit code is 130, nobody is logged in, and only the store's file is left."""
        with empty.terminal("login") as child:
            child.expect(ADDRESS)
            child.expect("left")
            assert not is_free(empty.port)
            child.send(INTERRUPT)
            ended(child, code=130)
        assert is_free(empty.port)
        assert {file.name for file in empty.folder.rglob("*") if file.is_file()} == {"tokens.db"}

    @pytest.mark.parametrize("command", [["whoami"], ["query", "query"], ["doctor"]])
    def test_ctrl_c_while_asking_ends_the_command(self, empty: Desk, command: list[str]) -> None:
        """The command ends at once, however slow AniList is."""
        empty.log_in()
        (empty.folder / "query").write_text("{ Viewer { id } }")
        empty.sandbox.next("graphql", Fault(delay=3600))
        before = len(empty.sandbox.requests)
        with empty.terminal(*command) as child:
            wait_until(child, lambda: len(empty.sandbox.requests) > before)
            child.send(INTERRUPT)
            ended(child, code=130)

    @pytest.mark.parametrize("where", ["token", "graphql"])
    @pytest.mark.parametrize("presses", [1, 2])
    def test_ctrl_c_during_the_exchange(self, pin: Desk, where: Literal["token", "graphql"], presses: int) -> None:
        """The code is spent, nothing is left, and the command does not wait for AniList."""
        pin.sandbox.next(where, Fault(delay=3600))
        with pin.terminal("login") as child:
            child.expect_exact("(it stays hidden): ")
            child.send(f"{code(pin)}\n")
            wait_until(child, lambda: any(request.path.endswith(f"/{where}") for request in pin.sandbox.requests))
            for _ in range(presses):
                child.send(INTERRUPT)
                child.expect_exact("^C")
            ended(child, code=130)

    def test_ctrl_c_at_the_prompt_gives_the_terminal_back(self, pin: Desk) -> None:
        """Input is read in the main thread, and afterwards echo and line editing work as before."""
        with pin.terminal("login", "--pin") as child:
            before = termios.tcgetattr(child.child_fd)
            child.expect_exact("(it stays hidden): ")
            assert termios.tcgetattr(child.child_fd) != before
            child.send("half a co")
            child.send(INTERRUPT)
            child.expect(pexpect.EOF)
            assert termios.tcgetattr(child.child_fd) == before
            assert "half" not in child.before
            ended(child, code=130)

    def test_the_end_of_input_gives_up(self, pin: Desk) -> None:
        """Ctrl+D on an empty line ends the login."""
        with pin.terminal("login") as child:
            child.expect_exact("(it stays hidden): ")
            child.send(END_OF_INPUT)
            assert "there is no code in this" in ended(child, code=1)

    def test_a_paste_is_longer_than_a_terminals_line(self, pin: Desk) -> None:
        """A terminal keeps 4,096 characters of a line; ten times that is read, and not shown."""
        with pin.terminal("login") as child:
            child.expect_exact("(it stays hidden): ")
            child.send(f"https://anilist.co/api/v2/oauth/pin?x={'x' * 40_000}&code={code(pin)}\n")
            last = ended(child, code=0)
        assert "Logged in as mika" in last
        assert "xxx" not in last

    def test_a_paste_of_several_lines_is_one(self, pin: Desk) -> None:
        """It may be a chat's code block with the code broken into two lines."""
        text = code(pin)
        with pin.terminal("login") as child:
            child.expect_exact("(it stays hidden): ")
            child.send(f"\n```\n{text[:300]}\n{text[300:]}\n```\n")
            assert "Logged in as mika" in ended(child, code=0)

    def test_a_wrong_paste_may_be_corrected(self, pin: Desk) -> None:
        """Backspace works, and after a paste without a code the user is asked again."""
        with pin.terminal("login") as child:
            child.expect_exact("(it stays hidden): ")
            child.send("a/b\n")
            child.expect_exact("there is no code in this")
            child.expect_exact("(it stays hidden): ")
            child.send(f"oops\x7f\x7f\x7f\x7f{code(pin)}\n")
            assert "Logged in as mika" in ended(child, code=0)

    def test_three_wrong_pastes_are_enough(self, pin: Desk) -> None:
        """Then the login ends."""
        with pin.terminal("login") as child:
            for _ in range(3):
                child.expect_exact("(it stays hidden): ")
                child.send("a/b\n")
            assert "there is no code in this" in ended(child, code=1)

    def test_colors_can_be_switched_off(self, empty: Desk) -> None:
        """NO_COLOR turns them off."""
        with empty.terminal("login", "--timeout", "1") as child:
            assert STYLED.search(ended(child, code=1))
        with empty.terminal("login", "--timeout", "1", NO_COLOR="1") as child:
            assert not STYLED.search(ended(child, code=1))

    def test_the_demo_goes_through_the_systems_browser(self, empty: Desk) -> None:
        """The sandbox's pages and the receiver's question are shown, and the account is named."""
        with empty.terminal("demo", "--browser", BROWSER=BROWSER) as child:
            child.expect_exact("A sandbox stands in for AniList")
            child.expect(ADDRESS)
            assert "Linked mika (AniList user " in ended(child, code=0)

    def test_the_shell_completes_commands(self, empty: Desk) -> None:
        """Bash completes their names."""
        environment = {
            "_ANILIST_OAUTH_COMPLETE": "complete_bash",
            "COMP_WORDS": "anilist-oauth who",
            "COMP_CWORD": "1",
        }
        with empty.terminal(**environment) as child:
            assert ended(child, code=0).split() == ["whoami"]


async def test_no_countdown_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log would have a thousand lines of it."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    assert await counted_down(asyncio.sleep(0, "done"), seconds=60, text="Waiting,") == "done"
    assert stream.getvalue() == ""


class Screen(io.StringIO):
    """A terminal that records its output."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """Return True."""
        return True


@pytest.mark.parametrize(
    ("columns", "line"), [(19, "Waiting, 1:00 left"), (18, "1:00 left"), (0, "Waiting, 1:00 left")]
)
async def test_a_countdown_stays_in_its_line(columns: int, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a narrow terminal only the time is shown, because a wrapped line could not be cleared."""
    stream = Screen()
    monkeypatch.setattr(stream, "fileno", lambda: 2)
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((columns, 24)))
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("NO_COLOR", "1")
    await counted_down(asyncio.sleep(0), seconds=60, text="Waiting,")
    assert stream.getvalue() == f"\r\x1b[K{line}\r\x1b[K"


async def test_a_countdown_leaves_a_clean_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """This also holds if the awaited work fails or is cancelled."""
    stream = Screen()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("NO_COLOR", "1")

    async def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await counted_down(fail(), seconds=61, text="Waiting,")
    assert stream.getvalue() == "\r\x1b[KWaiting, 1:01 left\r\x1b[K"


def test_control_characters_are_not_shown(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """Names, queries and errors have none, and colors come from the command itself."""
    show("\x1b[2Jmika\r\u202e\x9b\ttab\nline")
    say("\x07bell", style="red")
    show_json({"name": "\x1b\x9b\u202e\ud800é"})
    seen = capsys.readouterr()
    assert seen.out == '[2Jmika\ttab\nline\n{\n  "name": "\\u001b\\u009b\\u202e\\ud800é"\n}\n'
    assert seen.err == "bell\n"
    assert json.loads(seen.out.partition("line\n")[2]) == {"name": "\x1b\x9b\u202e\ud800é"}
    stream = Screen()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.delenv("NO_COLOR", raising=False)
    say("\x1bbell", style="red")
    say("rung", style="bold")
    assert stream.getvalue() == "\x1b[31mbell\x1b[0m\n\x1b[1mrung\x1b[0m\n"


def test_an_old_encoding_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Characters that it does not have are question marks in text, and escapes in JSON."""
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    assert not can_show("✓")
    assert can_show("+")
    show("✓ é")
    show_json("é")
    assert written.getvalue() == b'? ?\n"\\u00e9"\n'


@pytest.mark.parametrize(
    ("error", "code"),
    [(None, None), (ConfigurationError("set it"), 1), (KeyboardInterrupt(), 130)],
)
def test_exit_codes(error: BaseException | None, code: int | None, capsys: Any) -> None:
    """The code is 0, or 1 with a message, or 130."""

    def command() -> None:
        if error is not None:
            raise error

    if code is None:
        well_ended(command)()
        return
    with pytest.raises(typer.Exit) as raised:
        well_ended(command)()
    assert raised.value.exit_code == code
    assert capsys.readouterr().err == f"{error}\n"


@pytest.mark.parametrize(
    ("missing", "what", "extras"),
    [
        ("pip install 'anilist-oauth[cli]'", "The extra cli is not installed.", "cli"),
        (
            "asyncpg is not installed: pip install 'anilist-oauth[postgres]'",
            "asyncpg is not installed.",
            "cli,postgres",
        ),
    ],
)
def test_a_missing_extra_is_told_for_each_installer(missing: str, what: str, extras: str, capsys: Any) -> None:
    """The last line is pip's command, and the others install the command line with the extra."""

    def command() -> None:
        raise ImportError(missing)

    with pytest.raises(typer.Exit):
        well_ended(command)()
    assert capsys.readouterr().err.splitlines() == [
        f"{what} Install it with one of:",
        f"pipx install --force 'anilist-oauth[{extras}]'",
        f"uv tool install 'anilist-oauth[{extras}]'",
        missing[missing.index("pip") :],
    ]
    assert how_to_install(missing).endswith(missing[missing.index("pip") :])


def test_words_stay_whole_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long address is not broken, so that it can be copied."""
    stream = Screen()
    monkeypatch.setattr(stream, "fileno", lambda: 2)
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((12, 24)))
    monkeypatch.setattr(sys, "stderr", stream)
    say("short\nsome longer words\nhttps://anilist.co/a?b=c-d")
    assert stream.getvalue() == "short\nsome longer\nwords\nhttps://anilist.co/a?b=c-d\n"


@pytest.mark.filterwarnings("always::anilist_oauth.InsecureRedirectURIWarning")
def test_a_warning_of_ours_is_a_sentence(capsys: Any) -> None:
    """It is shown without the line of code, and other warnings with it."""

    def command() -> None:
        warnings.warn("plain http", InsecureRedirectURIWarning, stacklevel=1)
        warnings.warn("something else", UserWarning, stacklevel=1)

    with pytest.warns(UserWarning, match="something else") as others:
        well_ended(command)()
    assert capsys.readouterr().err == "plain http\n"
    assert len(others) == 1


@pytest.mark.parametrize("error", [ModuleNotFoundError("no", name="typo"), LookupError("a bug")])
def test_a_bug_is_not_hidden(error: Exception) -> None:
    """An unexpected error keeps its traceback."""

    def command() -> None:
        raise error

    with pytest.raises(type(error)):
        well_ended(command)()


def test_the_terminal_is_what_stderr_is() -> None:
    """Under pytest, it is none."""
    assert terminal.is_interactive() is os.isatty(2)
