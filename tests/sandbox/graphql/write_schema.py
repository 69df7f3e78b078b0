"""Write ``schema.graphql`` from a JSON description of AniList's schema.

    python tests/sandbox/graphql/write_schema.py DESCRIPTION.json > anilist_oauth/sandbox/graphql/schema.graphql

The description has `objects`, `enums`, `inputs`, `unions` and `scalars`: names, types, arguments and deprecations, as
AniList's reference lists them (https://docs.anilist.co/reference/). Nothing else of it is copied.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_DEPRECATED = " @deprecated"


def written(schema: Mapping[str, Any]) -> str:
    """Write a described schema in GraphQL's own language, in alphabetical order and without descriptions."""
    blocks = [f"scalar {name}" for name in sorted(schema["scalars"])]
    blocks += [f"union {name} = {' | '.join(members)}" for name, members in sorted(schema["unions"].items())]
    blocks += [_block("enum", name, values, _marked) for name, values in sorted(schema["enums"].items())]
    blocks += [_block("input", name, fields, _input_field) for name, fields in sorted(schema["inputs"].items())]
    blocks += [_block("type", name, fields, _field) for name, fields in sorted(schema["objects"].items())]
    return "\n\n".join(blocks) + "\n"


def _block(kind: str, name: str, members: Mapping[str, Any], line: Any) -> str:
    lines = "\n".join(f"  {line(member, about)}" for member, about in members.items())
    return f"{kind} {name} {{\n{lines}\n}}"


def _marked(name: str, about: Mapping[str, Any]) -> str:
    return name + (_DEPRECATED if about.get("deprecated") else "")


def _input_field(name: str, kind: str) -> str:
    return f"{name}: {kind}"


def _field(name: str, about: Mapping[str, Any]) -> str:
    arguments = ", ".join(f"{argument}: {kind}" for argument, kind in about.get("args", {}).items())
    return _marked(f"{name}({arguments}): {about['type']}" if arguments else f"{name}: {about['type']}", about)


if __name__ == "__main__":
    sys.stdout.write(written(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
