"""The recipes of ``made_up.json``: each says of a field how its value is made up, or from which other field it follows.

A recipe is a maker's name and what the maker needs, such as ``{"number": [1, 28]}``. A path such as
``media.title.romaji`` leads to another field.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from anilist_oauth.sandbox.graphql.made_up import day_of, number, pick
from anilist_oauth.sandbox.graphql.nodes import TABLES, Node, place_of, space_of
from anilist_oauth.sandbox.graphql.view import Rule, View, answer

Recipe = dict[str, Any]

_FEW = 100  # nodes such as tags, which are all different
_FIXED = {"constant", "number", "place", "choice", "some", "text"}
"""The makers whose values follow neither what was set elsewhere, nor the time."""

_WRITTEN: dict[str | None, Callable[[str], str]] = {"lower": str.lower, "title": str.title, None: str}


def _choice(options: Sequence[Any], _view: View, node: Node, name: str) -> Any:
    return options[(node.id - 1) % len(options)] if node.id < _FEW else pick(node.key, name, options)


def _some(wanted: tuple[Sequence[Any], int], _view: View, node: Node, name: str) -> list[Any]:
    """Choose a few different values, at least one."""
    options, most = wanted
    first, size = number(node.key, name, len(options)), 1 + number(node.key, f"{name}#", most)
    return [options[(first + place) % len(options)] for place in range(size)]


def _text(template: Any, view: View, node: Node, name: str) -> Any:
    """Fill the names of fields into a text, or into the texts of what is made of several."""
    if isinstance(template, list):
        return [_text(part, view, node, name) for part in template]
    if isinstance(template, dict):
        return {part: _text(value, view, node, name) for part, value in template.items()}
    if not isinstance(template, str):
        return template
    return re.sub(r"{([\w.]+)(?::(\w+))?}", lambda found: _WRITTEN[found[2]](str(view.path(node, found[1]))), template)


def _case(case: tuple[str, dict[str, Recipe], Recipe], view: View, node: Node, name: str) -> Any:
    """Follow the recipe for what a field says."""
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
