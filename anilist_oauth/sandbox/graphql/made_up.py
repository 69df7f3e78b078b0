"""Values that nobody set.

A field has a recipe in ``made_up.json``, or its value is made from its type and name. Either way a fixed hash decides,
so that the same field always has the same value. A recipe names a maker and its input, such as
``{"number": [1, 28]}``. A path such as ``media.title.romaji`` reads another field.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from zlib import crc32

from anilist_oauth.sandbox.graphql.nodes import PARENTS, RANGES, TABLES, Node, place_of, space_of
from anilist_oauth.sandbox.graphql.schema import FieldType, field_type, has_id
from anilist_oauth.sandbox.graphql.view import Arguments, Rule, View, answer, as_edges, rule

T = TypeVar("T")
Recipe = dict[str, Any]

_IMAGES = {"large", "medium", "extraLarge", "thumbnail", "icon", "bannerImage"}
_SINCE, _SECONDS = 1_420_070_400, 315_000_000  # the ten years from 2015 on
_FEW = 100  # nodes with ids below this, such as tags, get different values
_FIXED = {"constant", "number", "place", "choice", "some", "text"}
"""The makers whose values depend neither on other objects nor on the time."""

_WRITTEN: dict[str | None, Callable[[str], str]] = {"lower": str.lower, "title": str.title, None: str}


def number(key: str, name: str, below: int = 1 << 32) -> int:
    """Return a made-up number."""
    return crc32(f"{key}.{name}".encode()) % below


def pick(key: str, name: str, options: Sequence[T]) -> T:
    """Choose one of several."""
    return options[number(key, name, len(options))]


def day_of(second: int | None) -> dict[str, int | None]:
    """Return a time as AniList's ``FuzzyDate``. None becomes an empty date."""
    day = None if second is None else datetime.fromtimestamp(second, UTC)
    return {part: getattr(day, part, None) for part in ("year", "month", "day")}


@rule("*.*", fixed=True)
def _by_type(view: View, node: Node, arguments: Arguments) -> Any:
    """Make up the value of a field. A field ``userId`` is the id of the field ``user``, and vice versa."""
    name = arguments["name"]
    if f"{name}Id" in node.facts or (name == "id" and node.id):
        return node.facts.get(f"{name}Id", node.id)
    part, parent = name.removesuffix("Id"), PARENTS.get(space_of(node.kind))
    if parent and part == parent.field and part not in node.facts:
        return node.id // parent.step
    field, whole = field_type(node.kind, name), field_type(node.kind, part)
    if part != name and whole is not None and has_id(whole.kind):
        found = view.value(node, part)
        return found.id if isinstance(found, Node) else found
    if field is None or not (field.is_list or field.connected):
        return field and _one(node.key, name, field)
    return [_one(node.key, f"{name}{place}", field) for place in range(1 + number(node.key, name, 2))]


def _one(key: str, name: str, field: FieldType) -> Any:
    """Make up one value: a leaf, the id of a node, or an empty part of an object."""
    target = field.connected or field.kind
    if field.is_leaf:
        return _leaf(key, name, field)
    return _reference(target, key, name) if has_id(target) else {}


def _reference(kind: str, key: str, name: str) -> int:
    """Choose the id of the node that a field refers to."""
    space = space_of(kind)
    if space in RANGES:
        return pick(key, name, RANGES[space])
    parent = PARENTS.get(space, PARENTS["Review"])  # other kinds have ids like reviews
    return _reference(parent.kind, key, name) * parent.step + 1 + number(key, f"{name}#", parent.size)


def _leaf(key: str, name: str, field: FieldType) -> object:
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


def _choice(options: Sequence[Any], _view: View, node: Node, name: str) -> Any:
    return options[(node.id - 1) % len(options)] if node.id < _FEW else pick(node.key, name, options)


def _some(wanted: tuple[Sequence[Any], int], _view: View, node: Node, name: str) -> list[Any]:
    """Choose a few different values, at least one."""
    options, most = wanted
    first, size = number(node.key, name, len(options)), 1 + number(node.key, f"{name}#", most)
    return [options[(first + place) % len(options)] for place in range(size)]


def _text(template: Any, view: View, node: Node, name: str) -> Any:
    """Fill the values of fields into a text, or into each text of a list or an object."""
    if isinstance(template, list):
        return [_text(part, view, node, name) for part in template]
    if isinstance(template, dict):
        return {part: _text(value, view, node, name) for part, value in template.items()}
    if not isinstance(template, str):
        return template
    return re.sub(r"{([\w.]+)(?::(\w+))?}", lambda found: _WRITTEN[found[2]](str(view.path(node, found[1]))), template)


def _case(case: tuple[str, dict[str, Recipe], Recipe], view: View, node: Node, name: str) -> Any:
    """Follow the recipe for the value of another field."""
    path, cases, other = case
    return _rule(cases.get(str(view.path(node, path)), other), name)(view, node, {})


_MAKERS: dict[str, Callable[[Any, View, Node, str], Any]] = {
    "constant": lambda value, _view, _node, _name: value,
    "number": lambda bounds, _view, node, name: bounds[0] + number(node.key, name, bounds[1]),
    "place": lambda _what, _view, node, _name: place_of(space_of(node.kind), node.id),
    "day": lambda path, view, node, _name: day_of(view.path(node, path)),
    "alias": lambda path, view, node, _name: view.path(node, path),
    "exists": lambda path, view, node, _name: bool(view.path(node, path)),
    "size": lambda field, view, node, _name: len(view.value(node, field)),
    "viewer_in": lambda field, view, node, _name: view.viewer_id in view.value(node, field),
    "ids": lambda field, view, node, _name: [edge["id"] for edge in as_edges(view.value(node, field))],
    "children": lambda kind, view, node, _name: view.children(kind, node),
    "choice": _choice,
    "some": _some,
    "text": _text,
    "case": _case,
}


def _rule(recipe: Recipe, name: str) -> Rule:
    ((maker, what),) = recipe.items()
    make = _MAKERS[maker]
    return lambda view, node, _: make(what, view, node, name)


for _field, _recipe in TABLES["fields"].items():
    _is_fixed = _recipe.keys() <= _FIXED or _field in TABLES["fixed"]
    answer(_field, _rule(_recipe, _field.partition(".")[2]), fixed=_is_fixed)
