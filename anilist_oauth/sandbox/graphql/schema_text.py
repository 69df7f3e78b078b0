"""The text of AniList's schema, and the ids that its kinds share; without graphql-core, which takes long to load."""

import re
from functools import cache
from pathlib import Path


@cache
def schema_text() -> str:
    """Return the schema in GraphQL's own language."""
    return Path(__file__).with_name("schema.graphql").read_text(encoding="utf-8")


@cache
def kinds_of(space: str) -> tuple[str, ...]:
    """Return the kinds that share a range of ids: the members of a union, or the kind itself."""
    union = re.search(rf"^union {space} = (.+)$", schema_text(), re.MULTILINE)
    return tuple(union[1].split(" | ")) if union else (space,)


@cache
def space_of(kind: str) -> str:
    """Return the range of ids that a kind of node belongs to: its own, except for activities and notifications."""
    unions = ("ActivityUnion", "NotificationUnion")
    return next((union for union in unions if kind in kinds_of(union)), kind)
