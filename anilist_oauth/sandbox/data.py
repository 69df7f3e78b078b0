"""Check what a test sets in AniList's data against the schema, and explain what does not fit."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs
from graphql import GraphQLError, is_leaf_type
from graphql.pyutils import did_you_mean, suggestion_list

from anilist_oauth.sandbox.graphql.errors import AniListError
from anilist_oauth.sandbox.graphql.execution import View
from anilist_oauth.sandbox.graphql.media import LISTS, MANGA
from anilist_oauth.sandbox.graphql.mutations import change_entry
from anilist_oauth.sandbox.graphql.nodes import Node, World
from anilist_oauth.sandbox.graphql.schema import FieldType, anilist_schema, field_type, has_id
from anilist_oauth.sandbox.graphql.users import add_entry, entry_of
from anilist_oauth.sandbox.people import User

_NAMES = {"MediaTitle": ("romaji", "english", "native", "userPreferred")}
# What is given of an entry as to a mutation, not as the fields show it.
_SENT = {"scoreRaw": "Int", "advancedScores": "[Float]", "customLists": "[String]"}
_INPUTS = {name: FieldType(kind=kind.strip("[]"), is_list="[" in kind, is_leaf=True) for name, kind in _SENT.items()}


def set_node(world: World, kind: str, number: int, fields: Mapping[str, Any]) -> Node:
    """Set fields of the object with an id.

    Raises:
        ValueError: The schema has no such type or field, or a value does not fit.
    """
    if not isinstance(kind, str):
        raise TypeError(f"kind: the name of a type is needed, such as Studio, not {type(kind).__name__}")
    if kind not in anilist_schema().type_map or not has_id(kind) or hasattr(anilist_schema().type_map[kind], "types"):
        known = [name for name, found in anilist_schema().type_map.items() if "id" in getattr(found, "fields", {})]
        hint = did_you_mean(suggestion_list(kind, known)[:1])
        raise ValueError(f"kind: AniList has no type {kind!r} with an id.{hint}")
    if type(number) is not int or number <= 0:
        raise ValueError(f"id: a positive number is needed, not {number!r}")
    node = attrs.evolve(world.node(kind, number), kind=kind)  # an activity's id alone may mean another kind
    facts = {name: _checked(View(world, 0), node, name, value) for name, value in fields.items()}
    return world.put(node, _deleted=False, **facts)


def set_entry(world: World, user: User, media: int, fields: Mapping[str, Any]) -> Node:
    """Add a media to an account's list. The first entry that is set replaces the made-up ones.

    Raises:
        ValueError: The schema has no such field, or a value does not fit.
    """
    if type(media) is not int or world.find("Media", media) is None:
        raise ValueError(f"media: {media!r} is not a media's id")
    checked = {name: _fitting("MediaList", name, value, is_entry=True) for name, value in fields.items()}
    view = View(world, user.id)
    account, kind = view.account, LISTS[view.value(world.node("Media", media), "type") or MANGA]
    options = view.value(account, "mediaListOptions")
    lists = list(dict.fromkeys([*options[kind]["customLists"], *(checked.get("customLists") or ())]))
    first = {"_listed": 0, "_entries": {}} if account.facts.get("_listed", 1) else {}
    account = world.put(account, **first, mediaListOptions={**options, kind: {**options[kind], "customLists": lists}})
    try:
        return change_entry(view, entry_of(view, account, media) or add_entry(view, account, media), checked)
    except AniListError as error:
        complaints = "; ".join(text for texts in error.extra["validation"].values() for text in texts)
        raise ValueError(f"entry: {complaints}") from error


def set_user(world: World, user: User, fields: Mapping[str, Any]) -> User:
    """Set fields of an account.

    Raises:
        ValueError: The schema has no such field, or a value does not fit.
    """
    if fixed := {"id", "name"} & fields.keys():
        raise ValueError(f"{fixed.pop()}: an account's id and name cannot change; choose another account")
    set_node(world, "User", user.id, fields)
    return user


def _field(kind: str, name: str) -> FieldType:
    field = field_type(kind, name)
    if field is None:
        known = list(getattr(anilist_schema().type_map[kind], "fields", {}))
        raise ValueError(f"{name}: {kind} has no such field.{did_you_mean(suggestion_list(name, known)[:1])}")
    return field


def _checked(view: View, node: Node, name: str, value: Any) -> Any:
    """Check a value. If it is a part of an object, the other parts stay made up."""
    found = _fitting(node.kind, name, value)
    return _merged(view.value(node, name), found) if isinstance(found, dict) else found


def _merged(before: Any, given: Any) -> Any:
    if not isinstance(before, dict) or not isinstance(given, dict):
        return given
    return {**before, **{name: _merged(before.get(name), value) for name, value in given.items()}}


def _fitting(kind: str, name: str, value: Any, *, inside: str = "", is_entry: bool = False) -> Any:
    """Return the value of a field, as AniList's schema describes it.

    Raises:
        ValueError: There is no such field, or the value does not fit.
    """
    if not inside and name in ({"id", "mediaId", "userId"} if is_entry else {"id"}):
        raise ValueError(f"{name}: it cannot change, because the object is found by it; choose another object")
    field, where = (is_entry and _INPUTS.get(name)) or _field(kind, name), f"{inside or kind}.{name}"
    if value is None:
        return None
    if not field.connected and not field.is_list:
        return _one(field, where, value)
    if isinstance(value, list | tuple):
        return [_edge(field, where, item) if field.connected else _one(field, where, item) for item in value]
    raise ValueError(f"{where}: a list is needed, not {value!r}")


def _edge(field: FieldType, where: str, value: Any) -> Any:
    given = value if isinstance(value, Mapping) and "node" in value else {"node": value}
    return {name: _fitting(field.edge, name, item, inside=where) for name, item in given.items()}


def _one(field: FieldType, where: str, value: Any) -> Any:
    named = anilist_schema().type_map[field.kind]
    if is_leaf_type(named):
        try:
            return named.parse_value(value)
        except GraphQLError as error:
            raise ValueError(f"{where}: {error.message}") from error
    if isinstance(value, date) and field.kind == "FuzzyDate":
        return {"year": value.year, "month": value.month, "day": value.day}
    if isinstance(value, str) and (field.kind in _NAMES or field.kind.endswith("Name")):
        return dict.fromkeys(_NAMES.get(field.kind, ("full", "native", "userPreferred")), value)
    if isinstance(value, Mapping):
        return {name: _fitting(field.kind, name, item, inside=where) for name, item in value.items()}
    if type(value) is int and has_id(field.kind):
        return value
    raise ValueError(f"{where}: {'an id or ' if has_id(field.kind) else ''}a dict of fields is needed, not {value!r}")
