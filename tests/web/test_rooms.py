"""All checks are in the core, so no adapter has a check that it could forget."""

import ast
import inspect
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from anilist_oauth.web import aiohttp, asgi, litestar, quart, starlette

ROOT = Path(__file__).parent.parent.parent
ADAPTERS = [aiohttp, starlette, quart, litestar]
NAMES = [adapter.__name__.rpartition(".")[2] for adapter in ADAPTERS]
CONTRACT = "Web adapters have no check of their own"
CHECKS = {"begin", "finish", "look", "cancel", "state", "code", "binding", "cookies", "return_to", "compare_digest"}


@pytest.mark.requirement("V13")
@pytest.mark.parametrize("adapter", NAMES)
@pytest.mark.parametrize(
    "module", ["anilist_oauth.oauth.state", "anilist_oauth.oauth.callback", "anilist_oauth.web.binding_cookies", "hmac"]
)
def test_an_adapter_with_a_check_is_found(adapter: str, module: str, tmp_path: Path) -> None:
    """Importing the parts of a check breaks an import-linter contract."""
    shutil.copytree(ROOT / "anilist_oauth", tmp_path / "anilist_oauth")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "anilist_oauth" / "web" / f"{adapter}.py").open("a", encoding="utf-8") as file:
        file.write(f"\nimport {module}\n")
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert f"{CONTRACT} BROKEN" in done.stdout


@pytest.mark.requirement("V13")
@pytest.mark.parametrize("adapter", ADAPTERS, ids=NAMES)
def test_an_adapter_calls_nothing_that_decides(adapter: ModuleType) -> None:
    """An adapter calls no method of the flow, and reads no part of a request that a login depends on."""
    tree = ast.parse(inspect.getsource(adapter))
    used = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in CHECKS]
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert {ast.unparse(node) for node in used} == {"amendment.cookies"}
    assert named & CHECKS == set()


@pytest.mark.parametrize("name", aiohttp.__all__)
def test_adapters_have_the_same_names(name: str) -> None:
    """Each function has the same parameters and defaults in every adapter, and a docstring."""
    signatures = [inspect.signature(getattr(adapter, name)).parameters.values() for adapter in ADAPTERS]
    first, *others = [[(p.name, p.kind, p.default) for p in parameters] for parameters in signatures]
    assert others == [first] * len(others)
    assert all(set(adapter.__all__) >= set(aiohttp.__all__) for adapter in ADAPTERS)
    assert all(inspect.getdoc(getattr(adapter, name)) for adapter in ADAPTERS)


@pytest.mark.parametrize(
    ("adapter", "limit"), [*((adapter, 120) for adapter in ADAPTERS), (asgi, 180)], ids=[*NAMES, "asgi"]
)
def test_an_adapter_is_small(adapter: ModuleType, limit: int) -> None:
    """Most of the work is done in the core."""
    assert len(inspect.getsource(adapter).splitlines()) < limit
