"""Checks that each direct dependency is installed in the very version that pyproject.toml names as its lowest."""

import re
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
named = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
wrong = []
for requirement in sorted(set(named)):
    found = re.match(r"([\w.-]+)(?:\[[\w,]+\])?>=([\w.]+)", requirement)
    if found is None:
        continue  # another extra of ours, or stubs in any version
    name, floor = found.groups()
    installed = version(name)
    if not re.fullmatch(rf"{re.escape(floor)}(\.0)*", installed):
        wrong.append(f"{name}: {floor} is named, but {installed} is the lowest that goes with the others")
if wrong:
    sys.exit("\n".join(wrong))
