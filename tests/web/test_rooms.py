"""One verifier, in the core: an adapter has no check of its own (nor could it forget one)."""

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
    """Importing what a check is made of breaks a contract of the architecture."""
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
    """Of the flow it calls nothing, and of a request it reads no part that a login hangs on; cookies it sets alone."""
    tree = ast.parse(inspect.getsource(adapter))
    used = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in CHECKS]
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert {ast.unparse(node) for node in used} == {"amendment.cookies"}
    assert named & CHECKS == set()


@pytest.mark.parametrize("name", aiohttp.__all__)
def test_adapters_have_the_same_names(name: str) -> None:
    """Each function has the same parameters and defaults in every adapter, and says what it does."""
    signatures = [inspect.signature(getattr(adapter, name)).parameters.values() for adapter in ADAPTERS]
    first, *others = [[(p.name, p.kind, p.default) for p in parameters] for parameters in signatures]
    assert others == [first] * len(others)
    assert all(set(adapter.__all__) >= set(aiohttp.__all__) for adapter in ADAPTERS)
    assert all(inspect.getdoc(getattr(adapter, name)) for adapter in ADAPTERS)


@pytest.mark.parametrize(
    ("adapter", "limit"), [*((adapter, 120) for adapter in ADAPTERS), (asgi, 180)], ids=[*NAMES, "asgi"]
)
def test_an_adapter_is_small(adapter: ModuleType, limit: int) -> None:
    """What it does is decided below it; the middleware also stands for the parts that a framework has."""
    assert len(inspect.getsource(adapter).splitlines()) < limit
