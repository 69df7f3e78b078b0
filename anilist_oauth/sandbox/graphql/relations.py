"""Who made and voiced what, who likes and answers: the same from either end."""

from functools import cache
from typing import Any

from anilist_oauth.sandbox.graphql.made_up import STAFF, STUDIOS, TABLES, USERS, number
from anilist_oauth.sandbox.graphql.nodes import MEDIA, Node
from anilist_oauth.sandbox.graphql.view import Arguments, Rule, View, rule, rules

_LANGUAGES = ("JAPANESE", "ENGLISH")
_CAST, _LEADS = 60, 10  # three pages of 25, of whom ten are main characters


@cache
def _links(kind: str, media: int) -> dict[int, object]:
    """Return who belongs to a media, and as what: studios (whether as the main one), staff, characters."""
    if kind == "Studio":
        return {STUDIOS[(media * 3 + place) % len(STUDIOS)]: place == 0 for place in (0, 7)}
    if kind == "Staff":
        return {STAFF[(media * 7 + place * 31) % len(STAFF)]: role for place, role in enumerate(TABLES["staff_roles"])}
    return {media * 100 + place: "MAIN" if place <= _LEADS else "SUPPORTING" for place in range(1, _CAST + 1)}


@cache
def _linked(kind: str, other: int) -> dict[int, object]:
    """Return the media that somebody belongs to, and as what."""
    candidates = [other // 100] if kind == "Character" else MEDIA
    return {media: _links(kind, media)[other] for media in candidates if other in _links(kind, media)}


@cache
def _voiced(staff: int) -> dict[int, object]:
    """Return the main characters that somebody voices, and that they are."""
    cast = (media * 100 + place for media in MEDIA for place in range(1, _LEADS + 1))
    return {one: "MAIN" for one in cast if staff in {_voice(one, language) for language in _LANGUAGES}}


def _voice(character: int, language: str) -> int:
    return STAFF[(character * 13 + _LANGUAGES.index(language)) % len(STAFF)]


def voices_of(media: int) -> list[int]:
    """Return who voices the main characters of a media."""
    return [_voice(media * 100 + place, "JAPANESE") for place in range(1, _LEADS + 1)]


def _edges(kind: str, edge_field: str, links: Any) -> Rule:
    """Make the rule of a connection whose edges say as what somebody belongs to something."""

    def edges(view: View, node: Node, _arguments: Arguments) -> list[dict[str, Any]]:
        roles = links(node.id)
        return [{"node": one, edge_field: roles[one.id], "_other": node.id} for one in view.nodes(kind, roles)]

    return edges


@rule("CharacterEdge.voiceActors", "MediaEdge.voiceActors")
def _voice_actors(_view: View, edge: Node, arguments: Arguments) -> list[int]:
    node = edge.facts.get("node")
    shown = node.id if isinstance(node, Node) else node or 1
    character = shown if edge.kind == "CharacterEdge" else edge.facts.get("_other", shown * 100 + 1)
    wanted = arguments.get("language")
    return [_voice(character, language) for language in _LANGUAGES if wanted in {None, language}]


@rule("CharacterEdge.voiceActorRoles", "MediaEdge.voiceActorRoles")
def _voice_roles(view: View, edge: Node, arguments: Arguments) -> list[dict[str, Any]]:
    actors = _voice_actors(view, edge, arguments)
    return [{"voiceActor": actor, "roleNotes": None, "dubGroup": None} for actor in actors]


@rule("Media.relations", fixed=True)
def _relations(view: View, media: Node, _arguments: Arguments) -> list[dict[str, Any]]:
    """Pair neighbors: an odd one has a sequel, the even one behind it the prequel."""
    other, relation = (media.id + 1, "SEQUEL") if media.id % 2 else (media.id - 1, "PREQUEL")
    node = view.world.find("Media", other)
    is_alike = node is not None and view.value(node, "type") == view.value(media, "type")
    return [{"node": other, "relationType": relation}] if is_alike else []


def likes_of(node: Node) -> tuple[int, ...]:
    """Return the ids of those who like something: a few made-up people, until somebody says otherwise."""
    made = () if "_new" in node.facts else (USERS[number(node.key, f"like {place}", 50)] for place in range(2))
    return node.facts["_likes"] if "_likes" in node.facts else tuple(dict.fromkeys(made))


def _replies(view: View, node: Node) -> list[Node]:
    kind = "ThreadComment" if node.kind == "Thread" else "ActivityReply"
    return view.children(kind, node)


rules(
    {
        "Media.studios": _edges("Studio", "isMain", lambda media: _links("Studio", media)),
        "Studio.media": _edges("Media", "isMainStudio", lambda studio: _linked("Studio", studio)),
        "Media.staff": _edges("Staff", "role", lambda media: _links("Staff", media)),
        "Staff.staffMedia": _edges("Media", "staffRole", lambda staff: _linked("Staff", staff)),
        "Media.characters": _edges("Character", "role", lambda media: _links("Character", media)),
        "Character.media": _edges("Media", "characterRole", lambda character: _linked("Character", character)),
        "Staff.characters": _edges("Character", "role", _voiced),
        "Staff.characterMedia": _edges(
            "Media", "characterRole", lambda staff: {one // 100: "MAIN" for one in _voiced(staff)}
        ),
        "MediaEdge.characters": lambda _view, edge, _: [edge.facts["_other"]] if "_other" in edge.facts else [],
        "CharacterEdge.media": lambda _view, edge, _: [edge.facts["id"] // 100] if "id" in edge.facts else [],
        "AiringNotification.media": lambda _view, node, _: 1 + number(node.key, "media", 40),
        "Media.reviews": lambda view, media, _: view.children("Review", media),
        "Media.recommendations": lambda view, media, _: view.children("Recommendation", media),
        "Recommendation.mediaRecommendation": lambda _view, node, _: MEDIA[(node.id * 7 + 3) % len(MEDIA)],
        "*.likes": lambda _view, node, _: list(likes_of(node)),
        "*.likeCount": lambda _view, node, _: len(likes_of(node)),
        "*.isLiked": lambda view, node, _: view.viewer_id in likes_of(node),
        "*.isSubscribed": lambda view, node, _: view.viewer_id in node.facts.get("_subscribed", ()),
        "*.replies": lambda view, node, _: _replies(view, node),
        "*.replyCount": lambda view, node, _: len(_replies(view, node)),
    }
)
