"""The structure of the package: which rooms may import which, the size of modules, the names of requirements."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import anilist_oauth

ROOT = Path(__file__).parent.parent
SOURCE = sorted((ROOT / "anilist_oauth").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LAYERS, WIRELESS = (
    next(contract for contract in SETTINGS["tool"]["importlinter"]["contracts"] if part in contract["name"])
    for part in ("point only down", "nothing of the wire")
)


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the package in a folder."""
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return a folder with a copy of the package, which a test may change."""
    shutil.copytree(ROOT / "anilist_oauth", tmp_path / "anilist_oauth")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.requirement("V13")
def test_imports_point_only_down() -> None:
    """The import-linter contracts are kept."""
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("errors", "import anilist_oauth.tokens", LAYERS),
        ("tokens/access_token", "from anilist_oauth.oauth import application", LAYERS),
        ("oauth/exchange", "import anilist_oauth.graphql", LAYERS),
        ("tokens/claims", "import aiohttp", WIRELESS),
        ("oauth/redirect_uri", "def later():\n    from asyncio import sleep", WIRELESS),
        ("stray", "", LAYERS),
    ],
)
def test_a_broken_contract_is_found(copied: Path, module: str, line: str, contract: dict[str, str]) -> None:
    """An import of a room above, an import of I/O, and a file without a room are each refused."""
    with (copied / "anilist_oauth" / f"{module}.py").open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    done = lint(copied)
    assert done.returncode != 0
    assert f"{contract['name']} BROKEN" in done.stdout


def test_every_low_room_is_kept_from_the_wire() -> None:
    """The contract against aiohttp, asyncio, socket and ssl lists every room from the protocol down.

    Not `storage`, which keeps things, nor `clock` and what serves those who wait in `pacing`.
    """
    layers = [re.findall(r"\w+", layer) for layer in LAYERS["layers"]]
    protocol = next(place for place, layer in enumerate(layers) if "oauth" in layer)
    low = {f"anilist_oauth.{name}" for layer in layers[protocol:] for name in layer}
    pacing = {f"anilist_oauth.pacing.{path.stem}" for path in (ROOT / "anilist_oauth" / "pacing").glob("[a-z]*.py")}
    waits = {f"anilist_oauth.pacing.{name}" for name in ("pace", "loop_clock", "shared_pace", "turn_queue")}
    free = waits | {"anilist_oauth.storage", "anilist_oauth.clock", "anilist_oauth.pacing"}
    assert (low | pacing) - free == set(WIRELESS["source_modules"])


def test_every_module_is_under_300_lines() -> None:
    """A longer module must be split."""
    assert [str(path) for path in SOURCE if len(path.read_text(encoding="utf-8").splitlines()) >= 300] == []


def test_the_package_has_at_most_22_entries() -> None:
    """A new module must go into an existing room."""
    entries = [path.name for path in (ROOT / "anilist_oauth").iterdir() if path.name != "__pycache__"]
    assert len(entries) <= 22, sorted(entries)


def test_all_extras_are_in_the_extra_all() -> None:
    """`all` contains each extra but `dev`, `dev` contains `all`, and each package has one lowest version."""
    extras = SETTINGS["project"]["optional-dependencies"]
    assert extras["all"] == [f"anilist-oauth[{','.join(sorted(set(extras) - {'all', 'dev'}))}]"]
    assert "anilist-oauth[all]" in extras["dev"]
    floors: dict[str, set[str]] = {}
    for requirement in {one for extra in extras.values() for one in extra}:
        floors.setdefault(re.split(r"[^\w.-]", requirement)[0], set()).add(requirement)
    assert [found for name, found in floors.items() if name != "anilist-oauth" and len(found) > 1] == []


def test_imports_hide_no_cycle() -> None:
    """No import is only made for type checkers."""
    assert [str(path) for path in SOURCE if "TYPE_CHECKING" in path.read_text(encoding="utf-8")] == []


def test_every_public_name_exists() -> None:
    """`__all__` lists each name once, each name exists, and no module shadows one."""
    offered = anilist_oauth.__all__
    assert len(offered) == len(set(offered))
    assert not {path.stem for path in SOURCE} & set(offered)
    assert [name for name in offered if not hasattr(anilist_oauth, name)] == []


def test_each_exemption_has_its_reason() -> None:
    """Exemptions from a checker are named, explained and rare."""
    marks = [
        line
        for path in (*SOURCE, *TESTS)
        if path != Path(__file__) and path.parent.name != "typing"  # there an ignored error is the test
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"# (noqa|type: ignore|pragma)", line)
    ]
    assert len(marks) < 25
    explained = r"# (noqa: [A-Z0-9, ]+|type: ignore\[[a-z-]+\]|pragma: no (cover|branch)) +\W*\w+"
    assert [line.strip() for line in marks if not re.search(explained, line)] == []


def test_every_requirement_has_its_tests() -> None:
    """Every marker names a known requirement, and each requirement has a test."""
    known = {f"S{number}" for number in range(1, 31)} | {f"V{number}" for number in range(1, 28)}
    known |= {"S31", "S32", "S33", "S34", "S35", "S36", "S38", "S39", "S40", "S41"}
    known |= {"V28", "V29", "V30", "V31", "V32", "V33"}
    known |= {"R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15", "R16"}
    known |= {"S37", "S42", "R17"}  # the stores'
    used = set()
    for path in TESTS + SOURCE:  # the web's suite is shipped
        used.update(re.findall(r"mark\.requirement\(\"(\w*)\"\)", path.read_text(encoding="utf-8")))
    assert used == known
