"""The READMEs as the tests read them."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
ROOMS = sorted(path for path in (ROOT / "anilist_oauth").rglob("README.md"))
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(language: str = "python", *, readme: Path = README) -> dict[str, list[str]]:
    """Return the fenced blocks of a language, by their heading, or by ``""`` for those before the first heading."""
    sections = re.split(r"^## (.+)$", readme.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = {
        heading: [code for kind, code in _FENCED.findall(text) if kind == language]
        for heading, text in zip(["", *sections[1::2]], sections[0::2], strict=True)
    }
    return {heading: codes for heading, codes in found.items() if codes}


def room(name: str) -> Path:
    """Return the README of a package folder."""
    return ROOT / "anilist_oauth" / name / "README.md"


def attributes(readme: Path) -> dict[str, set[str]]:
    """Return, by class, the names in the left column of each table that describes a class."""
    tables = re.findall(
        r"^\| `(\w+)` \| \|\n\|---\|---\|\n((?:\|.*\n)+)", readme.read_text(encoding="utf-8"), re.MULTILINE
    )
    return {
        owner: {name for row in rows.splitlines() for name in re.findall(r"`(?:[A-Z]\w+\.)?(\w+)", row.split("|")[1])}
        for owner, rows in tables
    }


def public(owner: type) -> set[str]:
    """Return the fields, properties and methods of a class whose names begin with no underscore."""
    return {name for name in vars(owner) if not name.startswith("_")}
