"""The fixture `anilist_sandbox`, here and in a project of its own that has the wheel installed."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import attrs
import pytest

from anilist_oauth.sandbox import SandboxThread
from anilist_oauth.sandbox.pytest_plugin import fail_for
from tests.readme import blocks
from tests.sandbox.moves import authorization_url, code_of

ROOT = Path(__file__).parents[2]
PROJECT = Path(__file__).parent / "project"
MARKED = "import pytest\n\npytestmark = pytest.mark.{mark}\n"
ANYIO = MARKED.format(mark="anyio") + '\n\n@pytest.fixture\ndef anyio_backend():\n    return "asyncio"\n'


def test_the_fixture_is_there(anilist_sandbox: SandboxThread) -> None:
    """A plain test needs no loop."""
    assert code_of(anilist_sandbox.approve_sync(authorization_url(anilist_sandbox)))


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment of its own: the wheel unpacked as an installer does, everything else from this one."""
    folder = tmp_path_factory.mktemp("wheel")
    built = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(built, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv")
    (site,) = (folder / "venv").glob("lib/python*/site-packages")
    zipfile.ZipFile(wheel).extractall(site)
    (site / "here.pth").write_text(sysconfig.get_path("purelib"))  # its own .pth files, such as ours, stay unread
    return folder / "venv" / "bin" / "python"


@attrs.frozen
class Case:
    """How a user runs their tests, and what stands ahead of them."""

    file: str
    passed: int
    options: list[str]
    ahead: str = ""


def _asyncio(mode: str) -> list[str]:
    return ["-o", f"asyncio_mode={mode}", "-o", "asyncio_default_fixture_loop_scope=function"]


def _run(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV", "PYTHON"))
    }
    command = [str(python), *arguments]
    return subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True, check=False)


def _tested(python: Path, folder: Path, options: list[str]) -> str:
    ran = _run(python, folder, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", *options)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(Case("test_bot.py", 3, _asyncio("auto")), id="pytest-asyncio, auto"),
        pytest.param(
            Case("test_bot.py", 3, _asyncio("strict"), MARKED.format(mark="asyncio")), id="pytest-asyncio, strict"
        ),
        pytest.param(Case("test_bot.py", 3, ["-p", "no:asyncio", "-p", "no:aiohttp"], ANYIO), id="anyio"),
        pytest.param(Case("test_web.py", 1, _asyncio("auto")), id="pytest-aiohttp"),
        pytest.param(
            Case("test_script.py", 1, ["-p", "no:asyncio", "-p", "no:aiohttp", "-p", "no:anyio"]), id="no plugin"
        ),
    ],
)
def test_a_user_s_tests_run_whatever_their_plugin(case: Case, python: Path, tmp_path: Path) -> None:
    """With pytest-asyncio in both modes, anyio, pytest-aiohttp, or nothing, and no warning from any of them."""
    shutil.copy(PROJECT / "conftest.py", tmp_path)
    docstring, _, rest = (PROJECT / case.file).read_text().partition("\n\n")
    (tmp_path / case.file).write_text(f"{docstring}\n\n{case.ahead}\n{rest}")
    found = _run(python, tmp_path, "-c", "import anilist_oauth; print(anilist_oauth.__file__)")
    assert found.stdout.startswith(str(python.parents[1]))
    assert f"{case.passed} passed" in _tested(python, tmp_path, case.options)


def test_complaints_fail_a_test_in_words() -> None:
    """All of them at once; without any, nothing happens."""
    fail_for([])
    with pytest.raises(pytest.fail.Exception, match="AniList would refuse or cut a query of this test:\none\ntwo"):
        fail_for(["one", "two"])


STRICT = """import asyncio

def ask(sandbox, query):
    async def asked():
        async with sandbox.session() as anilist:
            return await anilist.graphql(query)
    sandbox.strict = True
    return asyncio.run(asked())

def test_a_good_query(anilist_sandbox):
    assert ask(anilist_sandbox, "{ Media(id: 1) { id } }") == {"Media": {"id": 1}}

def test_a_bad_query_whose_error_is_swallowed(anilist_sandbox):
    try:
        ask(anilist_sandbox, "{ Page(perPage: 80) { media { id } } }")
    except Exception:
        pass

def test_a_bad_query_on_purpose(anilist_sandbox):
    try:
        ask(anilist_sandbox, "{ Nope }")
    except Exception as error:
        assert "Cannot query field" in str(error)
    anilist_sandbox.complaints.clear()
"""


def test_a_strict_fixture_fails_the_test_that_sent_a_bad_query(python: Path, tmp_path: Path) -> None:
    """Even if the application swallows the error: at the end of the test, in words and with the query."""
    shutil.copy(PROJECT / "conftest.py", tmp_path)
    (tmp_path / "test_strict.py").write_text(STRICT)
    ran = _run(python, tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", *_asyncio("auto"))
    assert "3 passed, 1 error" in ran.stdout
    assert "ERROR at teardown of test_a_bad_query_whose_error_is_swallowed" in ran.stdout
    assert "AniList would refuse or cut a query of this test:" in ran.stdout
    assert "perPage is 80: AniList returns at most 50, without saying so. (line 1, column 3)" in ran.stdout
    assert "{ Page(perPage: 80) { media { id } } }" in ran.stdout


def test_the_readme_s_example_runs(python: Path, tmp_path: Path) -> None:
    """Two files, word for word."""
    conftest, test = blocks()["Your tests"]
    (tmp_path / "conftest.py").write_text(conftest)
    (tmp_path / "test_bot.py").write_text(test)
    assert "1 passed" in _tested(python, tmp_path, _asyncio("auto"))
