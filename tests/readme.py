"""The README as the tests read it."""

import re
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(language: str = "python") -> dict[str, list[str]]:
    """Give the fenced blocks of a language, by the heading they stand under."""
    sections = re.split(r"^## (.+)$", README.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = {
        heading: [code for kind, code in _FENCED.findall(text) if kind == language]
        for heading, text in zip(sections[1::2], sections[2::2], strict=True)
    }
    return {heading: codes for heading, codes in found.items() if codes}
