"""The example with typed queries is generated from the schema that the command line prints, and runs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.needs import need

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent


def _run(folder: Path, *command: str, path: tuple[Path, ...] = ()) -> str:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(str(place) for place in (*path, ROOT))}
    ran = subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=90
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_ariadne_codegen_writes_typed_queries_from_the_schema(tmp_path: Path) -> None:
    """It is installed into a separate folder, because it needs graphql-core 3.2, which gql 4 refuses."""
    installed, work = tmp_path / "installed", tmp_path / "work"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--target", str(installed)]
    ran = subprocess.run([*pip, "ariadne-codegen>=0.19"], capture_output=True, text=True, check=False, timeout=300)
    need(ran.returncode == 0, f"pip cannot install ariadne-codegen: {ran.stderr[-300:]}")
    work.mkdir()
    for file in FOLDER.glob("typed_with_ariadne.*"):
        shutil.copy(file, work)
    (work / "schema.graphql").write_text(_run(work, "-m", "anilist_oauth", "schema"), encoding="utf-8")
    _run(work, "-m", "ariadne_codegen", "--config", "typed_with_ariadne.toml", path=(installed,))
    said = _run(work, "-W", "error", "typed_with_ariadne.py", path=(installed, work))
    assert re.fullmatch(r"Made-up Anime \d+; [A-Z]+ 3\n", said)  # the sandbox makes up the title and the status
