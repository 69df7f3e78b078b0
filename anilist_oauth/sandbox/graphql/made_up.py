"""Values that nobody set: made from a node's key and a field's name by a fixed hash, the same in every run."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar
from zlib import crc32

from anilist_oauth.sandbox.graphql.nodes import MEDIA, Node, first_child, parent_of
from anilist_oauth.sandbox.graphql.schema import FieldType
from anilist_oauth.sandbox.graphql.schema_text import space_of

T = TypeVar("T")
TABLES: dict[str, Any] = json.loads(Path(__file__).with_name("made_up.json").read_text(encoding="utf-8"))
"""What a field of a type answers, where that is one value, one of a few, a number of a range, or a text."""

USERS = range(101, 151)  # the made-up people that write reviews, follow and comment
STAFF = range(95_001, 95_201)
STUDIOS = range(1, 41)
MISSING = object()
_FEW = 100  # nodes such as tags, which are all different
RANGES = {"Media": MEDIA, "User": USERS, "Staff": STAFF, "Studio": STUDIOS, "Thread": range(1, 51)}
RANGES |= {"ThreadCategory": range(1, 8), "MediaTag": range(1, 21), "MediaExternalLink": range(1, 4)}
"""The ids that references draw from, and searches look at."""
_PARENTS = {"ThreadComment": "Thread", "ActivityReply": "ActivityUnion", "ActivityUnion": "User"}
_IMAGES = {"large", "medium", "extraLarge", "thumbnail", "icon", "bannerImage"}
_SINCE, _SECONDS = 1_420_070_400, 315_000_000  # the ten years from 2015 on


def number(key: str, name: str, below: int = 1 << 32) -> int:
    """Make a number."""
    return crc32(f"{key}.{name}".encode()) % below


def pick(key: str, name: str, options: Sequence[T]) -> T:
    """Choose one of several."""
    return options[number(key, name, len(options))]


def some(key: str, name: str, options: Sequence[T], most: int) -> list[T]:
    """Choose a few different ones, at least one."""
    first, size = number(key, name, len(options)), 1 + number(key, f"{name}#", most)
    return [options[(first + place) % len(options)] for place in range(size)]


def reference(kind: str, key: str, name: str) -> int:
    """Choose the node that a field refers to, of the range that its kind has."""
    space = space_of(kind)
    if space == "Character":
        return 100 * pick(key, name, MEDIA) + 1 + number(key, f"{name}#", 3)
    if space in RANGES:
        return pick(key, name, RANGES[space])
    return first_child(space, reference(_PARENTS.get(space, "Media"), key, name)) + 1


def from_tables(read: Callable[[Node, str], Any], node: Node, name: str) -> Any:
    """Make a field up by the tables; MISSING where they do not have it."""
    for full in (f"{node.kind}.{name}", f"*.{name}"):
        for table, make in _MAKERS.items():
            if full in TABLES[table]:
                return make(TABLES[table][full], read, node, name)
    return MISSING


def _chosen(options: Any, _read: Any, node: Node, name: str) -> Any:
    return options[(node.id - 1) % len(options)] if node.id < _FEW else pick(node.key, name, options)


def _filled(template: Any, read: Callable[[Node, str], Any], node: Node) -> Any:
    """Fill the names of fields into a text, or into the texts of what is made of several."""
    if isinstance(template, list):
        return [_filled(part, read, node) for part in template]
    if isinstance(template, dict):
        return {name: _filled(part, read, node) for name, part in template.items()}
    if not isinstance(template, str):
        return template
    lowered = re.sub(r"{([\w.]+):lower}", lambda found: str(read(node, found[1])).lower(), template)
    return re.sub(r"{([\w.]+)}", lambda found: str(read(node, found[1])), lowered)


_MAKERS: dict[str, Callable[[Any, Any, Node, str], Any]] = {
    "constants": lambda value, _read, _node, _name: value,
    "texts": lambda template, read, node, _name: _filled(template, read, node),
    "choices": _chosen,
    "numbers": lambda bounds, _read, node, name: bounds[0] + number(node.key, name, bounds[1]),
    "cases": lambda case, read, node, _name: case[1].get(read(node, case[0]), case[2]),
    "aliases": lambda path, read, node, _name: read(node, path),
    "parents": lambda _step, _read, node, _name: parent_of(space_of(node.kind), node.id)[0],
}


def leaf(key: str, name: str, field: FieldType) -> object:
    """Make a single value of a field's type, and of what its name promises."""
    if field.options:
        return pick(key, name, field.options)
    if field.kind == "Int":
        is_time = name.endswith("At") or name == "date"
        return _SINCE + number(key, name, _SECONDS) if is_time else number(key, name, 500)
    others = {"Float": number(key, name, 1000) / 10, "Boolean": False, "CountryCode": "JP", "Json": {}}
    return others[field.kind] if field.kind in others else _text(key, name)


def _text(key: str, name: str) -> str:
    where = re.sub("[:.]", "/", key).lower()
    if name in _IMAGES:
        return f"https://s4.anilist.co/file/anilistcdn/{where}-{name}.jpg"
    if name == "color":
        return f"#{number(key, name, 1 << 24):06x}"
    return f"https://anilist.co/{where}" if name.lower().endswith("url") else f"Made-up {name} of {where}"
