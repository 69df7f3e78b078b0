"""The README's claims are true."""

import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import anilist_oauth
from tests.readme import README, ROOMS, ROOT, blocks

EXECUTED = {  # where the examples under each heading are run
    "In fifteen lines": "tests/test_readme.py",
    "A bot": "tests/receiver/test_readme.py",
    "A web application": "tests/web/test_snippet.py",
    "Your tests": "tests/sandbox/test_pytest_plugin.py",
    "Act for the user": "tests/login/test_act_for_the_user.py",
}


def test_the_first_example_logs_a_user_in(tmp_path: Path) -> None:
    """The first example runs unchanged in its own process, without a warning."""
    program = tmp_path / "example.py"
    (source,) = blocks()["In fifteen lines"]
    program.write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", program], capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "Hello, mika\n", "")
    assert len([line for line in source.splitlines() if line.strip()]) <= 15


def test_every_example_is_run_by_a_test() -> None:
    """Each example in the README is read and run by a test."""
    assert set(blocks()) == set(EXECUTED)
    for heading, path in EXECUTED.items():
        assert heading in (README.parent / path).read_text(encoding="utf-8")


def test_a_sandbox_to_try_it_with_leaves_the_programs_port_free() -> None:
    """Whoever pastes such a command can open the program's redirect URI on the same machine."""
    texts = [path.read_text(encoding="utf-8") for path in (*ROOMS, README, ROOT / "tests" / "examples" / "README.md")]
    commands = [found for text in texts for found in re.findall(r"anilist-oauth sandbox( --[^`\n]+)", text)]
    assert len(commands) >= 3
    for command in commands:
        host, port = re.findall(r"--redirect-uri http://([\w.]+):(\d+)/", command)[0]
        assert host == "127.0.0.1"
        assert port not in (re.findall(r"--port (\d+)", command) or ["8080"])


def test_the_two_commands_stand_alone() -> None:
    """Each of the two commands is in a block of its own, word for word."""
    assert blocks("") == {
        "In fifteen lines": [
            "python3 -m venv .venv && .venv/bin/pip install -q '.[cli,sandbox]' && .venv/bin/anilist-oauth demo\n"
        ],
        "Contributing": [
            "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && .venv/bin/python -m pytest\n"
        ],
    }


def test_every_room_s_examples_are_run() -> None:
    """Each README with Python in it has a test module that reads it."""
    tests = {path: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    for readme in ROOMS:
        if blocks(readme=readme):
            called = f'room("{readme.parent.relative_to(ROOT / "anilist_oauth")}")'
            assert any(called in text for text in tests.values()), readme


def test_every_link_leads_somewhere() -> None:
    """The files to which the READMEs link exist."""
    for readme in (README, *ROOMS):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", readme.read_text(encoding="utf-8")):
            assert (readme.parent / target).is_file(), (readme, target)


def test_it_is_short_and_says_it_is_unofficial() -> None:
    """It has under 200 lines and a title that AniList's terms allow."""
    text = README.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 200
    assert re.match(r"# .*unofficial", text)


def test_every_error_it_names_exists() -> None:
    """The table only names classes that exist."""
    named = set(re.findall(r"`(\w+Error)`", README.read_text(encoding="utf-8")))
    assert len(named) > 10
    assert [name for name in named if not hasattr(anilist_oauth, name)] == []


def test_its_pictures_show_wherever_it_is_read() -> None:
    """Pictures have absolute addresses, because PyPI shows the same text."""
    addresses = re.findall(r"<img[^>]* src=\"([^\"]*)|!\[[^]]*\]\(([^)]*)", README.read_text(encoding="utf-8"))
    assert [address for address in map("".join, addresses) if not address.startswith("https://")] == []


def test_every_name_in_the_changelog_exists() -> None:
    """Every name in the changelog exists, and no line occurs twice."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    names = set(re.findall(r"`(anilist_oauth(?:\.\w+)+)", text))
    assert len(names) > 30
    for name in names:
        pkgutil.resolve_name(name)
    lines = re.findall(r"^- .*$", text, re.MULTILINE)
    assert len(lines) == len(set(lines))
