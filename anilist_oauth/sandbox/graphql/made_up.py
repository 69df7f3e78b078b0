"""Values that nobody set. They are made by a fixed hash of the node's key and the field's name."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar
from zlib import crc32

from anilist_oauth.sandbox.graphql.nodes import PARENTS, RANGES, space_of
from anilist_oauth.sandbox.graphql.schema import FieldType

T = TypeVar("T")
_IMAGES = {"large", "medium", "extraLarge", "thumbnail", "icon", "bannerImage"}
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


def day_of(second: int | None) -> dict[str, int | None]:
    """Return a time as AniList's ``FuzzyDate``. None becomes an empty date."""
    day = None if second is None else datetime.fromtimestamp(second, UTC)
    return {part: getattr(day, part, None) for part in ("year", "month", "day")}


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
