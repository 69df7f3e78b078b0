"""Values that nobody set. They are made by a fixed hash of the node's key and the field's name."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from zlib import crc32

from anilist_oauth.sandbox.graphql.nodes import PARENTS, RANGES, Node, place_of
from anilist_oauth.sandbox.graphql.schema import FieldType
from anilist_oauth.sandbox.graphql.schema_text import space_of

T = TypeVar("T")
Read = Callable[[Node, str], Any]
"""A function that reads a field of a node, or a path such as ``media.title.romaji``."""

_FEW = 100  # nodes such as tags, which are all different
_IMAGES = {"large", "medium", "extraLarge", "thumbnail", "icon", "bannerImage"}
VARYING = {"alias", "case", "day"}
"""The makers whose values follow what was set elsewhere, or the time."""

_SINCE, _SECONDS = 1_420_070_400, 315_000_000  # the ten years from 2015 on


def number(key: str, name: str, below: int = 1 << 32) -> int:
    """Return a made-up number."""
    return crc32(f"{key}.{name}".encode()) % below


def pick(key: str, name: str, options: Sequence[T]) -> T:
    """Choose one of several."""
    return options[number(key, name, len(options))]


def reference(kind: str, key: str, name: str) -> int:
    """Choose the node that a field refers to, of the range that its kind has."""
    space = space_of(kind)
    if space in RANGES:
        return pick(key, name, RANGES[space])
    parent = PARENTS.get(space, PARENTS["Review"])  # whatever else there is: ids as reviews have them
    return reference(parent.kind, key, name) * parent.step + 1 + number(key, f"{name}#", parent.size)


def made(how: dict[str, Any], read: Read, node: Node, name: str) -> Any:
    """Return a value that a recipe makes."""
    ((maker, what),) = how.items()
    return _MAKERS[maker](what, read, node, name)


def day_of(second: int | None) -> dict[str, int | None]:
    """Return a time as AniList's ``FuzzyDate``. None becomes an empty date."""
    day = None if second is None else datetime.fromtimestamp(second, UTC)
    return {part: getattr(day, part, None) for part in ("year", "month", "day")}


def _choice(options: Sequence[Any], _read: Read, node: Node, name: str) -> Any:
    return options[(node.id - 1) % len(options)] if node.id < _FEW else pick(node.key, name, options)


def _some(wanted: tuple[Sequence[Any], int], _read: Read, node: Node, name: str) -> list[Any]:
    """Choose a few different values, at least one."""
    options, most = wanted
    first, size = number(node.key, name, len(options)), 1 + number(node.key, f"{name}#", most)
    return [options[(first + place) % len(options)] for place in range(size)]


def _text(template: Any, read: Read, node: Node, name: str) -> Any:
    """Fill the names of fields into a text, or into the texts of what is made of several."""
    if isinstance(template, list):
        return [_text(part, read, node, name) for part in template]
    if isinstance(template, dict):
        return {part: _text(value, read, node, name) for part, value in template.items()}
    if not isinstance(template, str):
        return template
    written: dict[str | None, Callable[[str], str]] = {"lower": str.lower, "title": str.title, None: str}
    return re.sub(r"{([\w.]+)(?::(\w+))?}", lambda found: written[found[2]](str(read(node, found[1]))), template)


def _case(case: tuple[str, dict[str, Any], dict[str, Any]], read: Read, node: Node, name: str) -> Any:
    path, cases, other = case
    return made(cases.get(str(read(node, path)), other), read, node, name)


_MAKERS: dict[str, Callable[[Any, Read, Node, str], Any]] = {
    "constant": lambda value, _read, _node, _name: value,
    "number": lambda bounds, _read, node, name: bounds[0] + number(node.key, name, bounds[1]),
    "place": lambda _what, _read, node, _name: place_of(space_of(node.kind), node.id),
    "day": lambda path, read, node, _name: day_of(read(node, path)),
    "alias": lambda path, read, node, _name: read(node, path),
    "choice": _choice,
    "some": _some,
    "text": _text,
    "case": _case,
}


def leaf(key: str, name: str, field: FieldType) -> object:
    """Return a single value that fits a field's type and name."""
    if field.options:
        return pick(key, name, field.options)
    if field.kind == "Int":
        is_time = name.endswith("At") or name == "date"
        return _SINCE + number(key, name, _SECONDS) if is_time else number(key, name, 500)
    others = {"Float": number(key, name, 1000) / 10, "Boolean": False, "CountryCode": "JP", "Json": {}}
    if field.kind in others:
        return others[field.kind]
    where = re.sub("[:.]", "/", key).lower()
    if name in _IMAGES:
        return f"https://s4.anilist.co/file/anilistcdn/{where}-{name}.jpg"
    if name == "color":
        return f"#{number(key, name, 1 << 24):06x}"
    return f"https://anilist.co/{where}" if name.lower().endswith("url") else f"Made-up {name} of {where}"
