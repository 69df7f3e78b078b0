"""Which studios, staff and characters belong to a media, and who likes what. Both ends of a relation agree."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from anilist_oauth.sandbox.graphql.made_up import number
from anilist_oauth.sandbox.graphql.nodes import MEDIA, RANGES, TABLES, USERS, Node
from anilist_oauth.sandbox.graphql.view import Arguments, View, answer, rule

_STAFF = RANGES["Staff"]
_LANGUAGES = ("JAPANESE", "ENGLISH")
_CAST, _LEADS = 60, 10  # characters of a media, which fill three pages; the first ten are main ones
_Links = dict[int, object]


@cache
def _links(kind: str, media: int) -> _Links:
    """Return the ids of the studios, staff or characters of a media, each with its role."""
    if kind == "Character":
        return {media * 100 + place: "MAIN" if place <= _LEADS else "SUPPORTING" for place in range(1, _CAST + 1)}
    step, roles = TABLES["links"][kind]
    return {RANGES[kind][(media * step + place) % len(RANGES[kind])]: role for place, role in roles}


@cache
def _linked(kind: str, other: int) -> _Links:
    """Return the ids of the media of a studio, a staff or a character, each with its role."""
    candidates = [other // 100] if kind == "Character" else MEDIA
    return {media: _links(kind, media)[other] for media in candidates if other in _links(kind, media)}


@cache
def _voiced(staff: int) -> _Links:
    """Return the ids of the main characters that a staff voices."""
    cast = (media * 100 + place for media in MEDIA for place in range(1, _LEADS + 1))
    return {one: "MAIN" for one in cast if staff in _voices(one)}


def _voices(character: int) -> list[int]:
    """Return the ids of the staff who voice a character, one for each language."""
    return [_STAFF[(character * 13 + place) % len(_STAFF)] for place in range(len(_LANGUAGES))]


def _relate(field: str, kind: str, role: str, links: Callable[[int], _Links], *, other: str = "") -> None:
    """Define a connection: the kind of its nodes, and which field of its edges has the role.

    `other` is the field of the edges that leads back.
    """

    def edges(view: View, node: Node, _arguments: Arguments) -> list[dict[str, Any]]:
        roles, about = links(node.id), {other: [node.id]} if other else {}
        return [{"node": one, role: roles[one.id], **about} for one in view.nodes(kind, roles)]

    answer(field, edges)


_relate("Media.studios", "Studio", "isMain", partial(_links, "Studio"))
_relate("Studio.media", "Media", "isMainStudio", partial(_linked, "Studio"))
_relate("Media.staff", "Staff", "role", partial(_links, "Staff"))
_relate("Staff.staffMedia", "Media", "staffRole", partial(_linked, "Staff"))
_relate("Media.characters", "Character", "role", partial(_links, "Character"))
_relate("Character.media", "Media", "characterRole", partial(_linked, "Character"), other="characters")
_relate("Staff.characters", "Character", "role", _voiced)


@rule("Staff.characterMedia")
def _character_media(_view: View, staff: Node, _arguments: Arguments) -> list[dict[str, Any]]:
    roles = _voiced(staff.id)
    return [{"node": one // 100, "characterRole": role, "characters": [one]} for one, role in roles.items()]


@rule("CharacterEdge.voiceActors", "MediaEdge.voiceActors")
def _voice_actors(_view: View, edge: Node, arguments: Arguments) -> list[int]:
    number = edge.facts.get("id", 1)
    voices = _voices(number if edge.kind == "CharacterEdge" else edge.facts.get("characters", [number * 100 + 1])[0])
    wanted = arguments.get("language")
    return [voice for voice, language in zip(voices, _LANGUAGES, strict=True) if wanted in {None, language}]


@rule("*.voiceActorRoles")
def _voice_actor_roles(view: View, edge: Node, arguments: Arguments) -> list[dict[str, Any]]:
    return [{"voiceActor": one, "roleNotes": None, "dubGroup": None} for one in _voice_actors(view, edge, arguments)]


@rule("Media.relations", fixed=True)
def _relations(view: View, media: Node, _arguments: Arguments) -> list[dict[str, Any]]:
    """Return the sequel or prequel. The sequel of a media with an odd id has the next id."""
    other, relation = (media.id + 1, "SEQUEL") if media.id % 2 else (media.id - 1, "PREQUEL")
    node = view.world.find("Media", other)
    is_alike = node is not None and view.value(node, "type") == view.value(media, "type")
    return [{"node": other, "relationType": relation}] if is_alike else []


@rule("*.likes", fixed=True)
def _likes(_view: View, node: Node, _arguments: Arguments) -> list[int]:
    """Return the ids of the users who like something: at first one or two made-up ones."""
    made = () if "_new" in node.facts else (USERS[number(node.key, f"like {place}", 50)] for place in range(2))
    return list(dict.fromkeys(made))


answer("CharacterEdge.media", lambda _view, edge, _: [edge.facts.get("id", 100) // 100])
answer("Media._voices", lambda _view, media, _: [_voices(media.id * 100 + place)[0] for place in range(1, _LEADS + 1)])
