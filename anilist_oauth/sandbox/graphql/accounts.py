"""Users: their options, whom they follow, and their favourites. A new account follows nobody and has no favourites."""

from collections.abc import Iterator
from typing import Any

from anilist_oauth.sandbox.graphql.errors import refused
from anilist_oauth.sandbox.graphql.made_up import number
from anilist_oauth.sandbox.graphql.nodes import TABLES, USERS, Node, World
from anilist_oauth.sandbox.graphql.pagination import as_edges
from anilist_oauth.sandbox.graphql.view import Arguments, View, rule, rules
from anilist_oauth.sandbox.people import User

_CLOSENESS = 5  # one in so many follows another, among those who are made up


def account(world: World, user: Node) -> User | None:
    """Return the account of the sandbox that a user is, if it is one."""
    return next((person for person in world.people if person.id == user.id), None)


def may_see(view: View, user: Node) -> bool:
    """Return whether a user's profile and list are open to the viewer."""
    person = account(view.world, user)
    return person is None or not person.private or person == view.viewer


def everybody(view: View) -> list[Node]:
    """Return all users, private ones included."""
    return view.nodes("User", [*(person.id for person in view.world.people), *USERS])


def users(view: View) -> Iterator[Node]:
    """Return the users that the viewer can see."""
    return (user for user in everybody(view) if may_see(view, user))


def found_user(view: View, user_id: int | None, name: str | None) -> Node:
    """Find a user by id or name.

    Raises:
        AniListError: There is none.
    """
    if user_id is not None:
        return view.found("User", user_id)
    for user in everybody(view):
        if name and view.value(user, "name").casefold() == name.casefold():
            return user
    raise refused("not_found")


@rule("User._following")
def _following(view: View, user: Node, _arguments: Arguments) -> list[int]:
    """Return the ids of the users that a user follows."""
    others = () if account(view.world, user) else USERS
    return [other for other in others if other != user.id and not number(user.key, f"follows {other}", _CLOSENESS)]


def favourites(view: View, user: Node) -> dict[str, list[int]]:
    """Return the ids of a user's favourites, by part and in the user's order."""
    parts = view.value(user, "favourites")
    return {part: [edge["id"] for edge in as_edges(rows)] for part, rows in parts.items()}


@rule("*.isFavourite")
def _is_favourite(view: View, node: Node, _arguments: Arguments) -> bool:
    parts = favourites(view, view.account) if view.viewer else {}
    return any(node.id in numbers for part, numbers in parts.items() if TABLES["favourites"][part] == node.kind)


@rule("MediaTitle.userPreferred")
def _preferred(view: View, title: Node, _arguments: Arguments) -> Any:
    wanted = view.value(view.account, "options")["titleLanguage"] if view.viewer else "ROMAJI"
    return view.value(title, wanted.partition("_")[0].lower()) or view.value(title, "romaji")


@rule("User.name")
def _name(view: View, user: Node, _arguments: Arguments) -> str:
    person = account(view.world, user)
    return person.name if person else view.value(user, "_name")


rules(
    {
        "User.isFollowing": lambda view, user, _: (
            view.viewer is not None and user.id in view.value(view.account, "_following")
        ),
        "User.unreadNotificationCount": lambda view, user, _: 0 if user.id == view.viewer_id else None,
    }
)
