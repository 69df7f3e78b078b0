"""What the sandbox needs, and whom it knows."""

import ast
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import anilist_oauth.sandbox

FOLDER = Path(anilist_oauth.sandbox.__file__).parent
KNOWN = {"anilist_oauth.oauth.endpoints", "anilist_oauth.oauth.application", "anilist_oauth.html_page"}


def test_a_missing_extra_is_one_line_to_paste() -> None:
    """The error says what is missing, and ends in the command that installs it."""
    code = "import sys; sys.modules['jwt'] = None; import anilist_oauth.sandbox"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    said = "The sandbox needs jwt, which is not installed. pip install 'anilist-oauth[sandbox]'"
    assert ran.stderr.splitlines()[-1] == f"ImportError: {said}"


def test_graphql_core_is_loaded_at_the_first_query() -> None:
    """Importing the sandbox, opening one and logging in do without it and without the rules for AniList's data."""
    code = """import asyncio, sys
from anilist_oauth.sandbox import Sandbox, findings, schema_text
from anilist_oauth import parse_callback

def loaded():
    return [name for name in ("graphql", "anilist_oauth.sandbox.graphql.media") if name in sys.modules]

async def main():
    async with Sandbox() as sandbox, sandbox.session() as anilist:
        url = anilist.authorize_url()
        code = parse_callback(await sandbox.approve(url), expected_state=url.query["state"])
        await anilist.exchange_code(code)
        print(loaded())
        await anilist.graphql("{ Media(id: 1) { id } }")
        print(loaded())

asyncio.run(main())"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stdout.splitlines() == ["[]", "['graphql', 'anilist_oauth.sandbox.graphql.media']"], ran.stderr


@pytest.mark.parametrize("missing", ["jwt", "cryptography.hazmat.primitives.asymmetric", "graphql"])
def test_each_part_of_the_extra_is_named(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the extra, whichever of its packages is missing."""
    for name in [name for name in sys.modules if name.startswith("anilist_oauth.sandbox.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ImportError, match="pip install"):
        runpy.run_path(str(FOLDER / "__init__.py"))


def test_another_missing_module_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken installation is not reported as a missing extra."""
    monkeypatch.setitem(sys.modules, "anilist_oauth.sandbox.people", None)
    with pytest.raises(ModuleNotFoundError, match="people"):
        runpy.run_path(str(FOLDER / "__init__.py"))


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: str(path.relative_to(FOLDER)))
def test_the_sandbox_cannot_share_the_client_s_mistakes(path: Path) -> None:
    """It only imports the endpoints, the application and the pages from the rest of the package."""
    tree = ast.parse(path.read_text())
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    ours = {name for name in imported if name.startswith("anilist_oauth") and ".sandbox" not in name}
    allowed = KNOWN | {"anilist_oauth.session"} if path.name == "client.py" else KNOWN  # it hands a session over
    assert ours <= allowed
    assert not any(isinstance(node, ast.Import) and "anilist" in ast.unparse(node) for node in ast.walk(tree))
